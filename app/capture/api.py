"""JSON API of capture: a batch of acts from a device, and the patients to call back."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask_smorest import Blueprint

from app.capture import queries, schemas, service
from app.capture.queries import CallBackRow
from app.capture.rules import Outcome
from app.capture.service import Answered, Told
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import CallBackId
from app.web.events import EventUnreadable, Unreadable, sentence_of
from app.web.guard import current_actor, requires
from app.web.messages import text_of
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.problems import STATUS
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "capture_api", __name__, url_prefix="/api/v1", description="What devices did without a signal"
)
CAPTURE = (
    Permission.DISPENSING_DISPENSE,
    Permission.PURCHASING_RECEIVE,
    Permission.COUNTING_COUNT,
)
READ = Permission.TRACEABILITY_READ
CALL = Permission.DISPENSING_DISPENSE
CREATED, AGAIN, LATER, UNREADABLE = 201, 200, 202, 422
STATUSES = {kind.code: status for kind, status in STATUS.items()}


@blueprint.post("/captures")
@requires(*CAPTURE)
@writes
@blueprint.arguments(schemas.CaptureBatchSchema)
@blueprint.response(207, schemas.CaptureAnswersSchema)
def capture(typed: dict[str, Any]) -> dict[str, Any]:
    """Take in up to 1,000 acts of a device and answer each with a status of its own.

    Number and name make each act idempotent, in any grouping and order: a repeat gets the
    first answer (200, ``replay``), other content under them 409 ``idempotency-conflict``.
    Acts are applied in the device's order; one beyond a gap waits (202 ``waiting``). What was
    dispensed and contradicts what others did meanwhile is kept (202 ``conflict-later``), never
    edited: quality is alarmed and the patient stands on the list of those to call back.
    """
    given = typed["events"]
    readable = [act for act in given if isinstance(act, Told)]
    with transaction() as session:
        batch = schemas.batch_of(typed, readable)
        answered = service.capture(session, current_actor(), batch, now=clock.now())
    told = list(_in_order(given, answered))
    accepted = sum(one["outcome"] is not Outcome.REJECTED for one in told)
    return {"accepted": accepted, "refused": len(told) - accepted, "events": told}


@blueprint.get("/call-backs")
@requires(READ)
@blueprint.arguments(schemas.CallBackQuerySchema, location="query")
@blueprint.response(200, schemas.CallBacksSchema)
def list_call_backs(query: dict[str, Any]) -> Page[CallBackRow]:
    """List patients to call back, newest first."""
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    with transaction() as session:
        rows = queries.list_call_backs(
            session, current_actor(), before, PAGE_SIZE, whole=query["all"]
        )
    return page_of(rows, lambda row: [row.id])


@blueprint.post("/call-backs/<int:call_back_id>/result")
@requires(CALL)
@writes
@blueprint.arguments(schemas.CallBackResultSchema)
@blueprint.response(204)
def close_call_back(typed: dict[str, str], call_back_id: int) -> None:
    """Write down what a call to the patient came to."""
    with transaction() as session:
        service.close_call_back(
            session, current_actor(), CallBackId(call_back_id), typed["result"], now=clock.now()
        )


def _in_order(
    given: Sequence[Told | Unreadable], answered: Sequence[Answered]
) -> Iterator[dict[str, Any]]:
    waiting = iter(answered)
    for act in given:
        yield _unreadable(act) if isinstance(act, Unreadable) else _answer(next(waiting))


def _unreadable(act: Unreadable) -> dict[str, Any]:
    refusal = EventUnreadable(act.problem)
    return {
        "client_event_id": act.client_event_id,
        "device_seq": None,
        "status": UNREADABLE,
        "outcome": Outcome.REJECTED,
        "replay": False,
        "late": False,
        "event_time": None,
        "recorded_at": None,
        "documents": [],
        "code": refusal.code,
        "detail": text_of(refusal),
    }


def _answer(one: Answered) -> dict[str, Any]:
    details = dict(one.details)
    documents = details.pop("documents", [])
    return {
        "client_event_id": one.client_event_id,
        "device_seq": one.device_seq,
        "status": _status(one),
        "outcome": one.outcome,
        "replay": one.replay,
        "late": one.late,
        "event_time": one.event_time,
        "recorded_at": one.recorded_at,
        "documents": documents,
        "code": one.refusal,
        "detail": sentence_of(one.refusal, details),
    }


def _status(one: Answered) -> int:
    if one.outcome is Outcome.ACCEPTED:
        return AGAIN if one.replay else CREATED
    if one.outcome is Outcome.REJECTED:
        return STATUSES.get(one.family, UNREADABLE)
    return LATER
