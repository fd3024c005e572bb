"""Capture: documents of many events, taken in at once and worked off by a job."""

from flask import Response, jsonify, request

from app.epcis import schemas
from app.epcis.api.binding import blueprint, created, page_from, turn_page
from app.epcis.api.sent import read_document
from app.epcis.service import capturing
from app.epcis.service.capturing import FILE_LIMIT, CaptureState
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.db import Json
from app.kernel.local_time import local
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction
from app.web.writes import writes

MAY = (Permission.EPCIS_CAPTURE, Permission.EPCIS_READ)
BEHAVIOUR = "GS1-Capture-Error-Behaviour"


@blueprint.post("/capture")
@requires(Permission.EPCIS_CAPTURE)
@writes
@blueprint.arguments(schemas.DocumentSchema)
@blueprint.response(202)
def capture(_told: Json) -> Response:
    """Take in an EPCIS document; the capture job of ``Location`` says what became of it.

    ``GS1-Capture-Error-Behaviour: proceed`` keeps the events that are right where others are
    wrong; ``rollback``, which is the rule, keeps none then.
    """
    sent, body = read_document()
    proceed = request.headers.get(BEHAVIOUR, "rollback") == "proceed"
    with transaction() as session:
        taken = capturing.receive(
            session, current_actor(), (body, len(sent.events)), proceed=proceed, now=clock.now()
        )
    answer = created("capture", str(taken.id), Response(), 202)
    answer.headers[BEHAVIOUR] = "proceed" if proceed else "rollback"
    return answer


@blueprint.get("/capture")
@requires(*MAY)
@blueprint.arguments(schemas.PageSchema, location="query")
@blueprint.response(200, schemas.CaptureJobSchema(many=True))
def list_captures(paging: Json) -> Response:
    """Return capture jobs, the newest first."""
    size = paging["perPage"]
    with transaction() as session:
        before = page_from(paging["nextPageToken"])
        states = capturing.list_captures(session, current_actor(), before, size)
    shown = states[:size]
    last = shown[-1].capture.id if len(states) > size else None
    return turn_page(jsonify([as_job(state) for state in shown]), last, size)


@blueprint.get("/capture/<int:capture_id>")
@requires(*MAY)
@blueprint.response(200, schemas.CaptureJobSchema)
def show_capture(capture_id: int) -> Response:
    """Return a capture job: running or not, right so far or not, and what was wrong."""
    with transaction() as session:
        state = capturing.get_capture(session, current_actor(), capture_id)
    answer = jsonify(as_job(state))
    answer.headers[BEHAVIOUR] = "proceed" if state.capture.proceed else "rollback"
    return answer


def as_job(state: CaptureState) -> Json:
    """Return a capture job as programs read it."""
    capture = state.capture
    faults = capture.errors.get("events", [])
    problems = [
        {
            "type": "epcisException:ValidationException",
            "title": "Event is not as EPCIS has them",
            "status": 400,
            "detail": f"eventList[{fault['position']}] {fault['where']} {fault['why']}",
        }
        for fault in faults
    ]
    if state.failed:
        kind = "epcisException:ImplementationException"
        problems.append({"type": kind, "title": state.failed, "status": 500})
    finished = capture.finished_at
    return {
        "captureID": str(capture.id),
        "createdAt": local(capture.created_at).isoformat(timespec="milliseconds"),
        "finishedAt": finished and local(finished).isoformat(timespec="milliseconds"),
        "running": state.running,
        "success": state.success,
        "captureErrorBehaviour": "proceed" if capture.proceed else "rollback",
        "events": capture.events,
        "stored": capture.stored,
        "announced": capture.announced,
        "errors": problems,
        "notes": [capture.errors["announcing"]] if "announcing" in capture.errors else [],
    }


capture.__dict__["largest_request"] = FILE_LIMIT
