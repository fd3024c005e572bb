"""Events: all of them, one, one that is told at once; and those of a thing, step or place."""

from datetime import datetime
from typing import Any

from flask import Response, jsonify, request

from app.epcis import schemas
from app.epcis.api.binding import addresses, blueprint, created, document, page_from, turn_page
from app.epcis.api.sent import read_document
from app.epcis.errors import EventInvalid
from app.epcis.rules.answers import SIMPLE
from app.epcis.rules.clauses import Query
from app.epcis.rules.contexts import namespaces, own_prefixes
from app.epcis.rules.export import PREFIX
from app.epcis.rules.filters import read_query
from app.epcis.rules.judging import Sent, judge
from app.epcis.service import capturing, searching
from app.epcis.service.searching import Asked, Found, Position
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.db import Json
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction
from app.web.writes import writes

PAGING = frozenset({"nextPageToken", "perPage"})


@blueprint.get("/events")
@requires(Permission.EPCIS_READ)
@blueprint.arguments(schemas.EventQuerySchema, location="query")
@blueprint.response(200, schemas.AnswerSchema)
def list_events(paging: Json) -> Response:
    """Return the events that meet a query, of our own and as told by others.

    Beyond the parameters listed, those of the EPCIS query language with a name in them are
    read: ``EQ_bizTransaction_…``, ``GE_value_CEL``, ``EQ_ILMD_…``, ``EXISTS_INNER_…`` and so on.
    """
    return answer(paging, {})


@blueprint.post("/events")
@requires(Permission.EPCIS_CAPTURE)
@writes
@blueprint.arguments(schemas.DocumentSchema)
@blueprint.response(201, schemas.EventSchema)
def capture_event(_told: Json) -> Response:
    """Capture one event at once; ``Location`` is its address. Told again, it is the same one."""
    sent, body = read_document()
    right, wrong = judge(Sent(sent.events[:2], sent.prefixes))
    if wrong or len(right) != 1 or len(sent.events) != 1:
        fault = wrong[0] if wrong else None
        raise EventInvalid(
            "event", where=fault.where if fault else "eventList", why=fault.why if fault else ""
        )
    with transaction() as session:
        event = capturing.capture_one(session, current_actor(), body, right[0], now=clock.now())
    told = searching.as_told(event)
    return created("events", event.event_id, jsonify(told), 201)


@blueprint.get("/events/<path:event_id>")
@requires(Permission.EPCIS_READ)
@blueprint.response(200, schemas.AnswerSchema)
def show_event(event_id: str) -> Response:
    """Return the event of this id, with its error declarations."""
    with transaction() as session:
        actor = current_actor()
        return document(searching.get_events(session, actor, addresses(), event_id))


def answer(paging: Json, more: dict[str, Any], name: str = SIMPLE) -> Response:
    """Return a page of the events that the address and its parameters ask for."""
    parameters: dict[str, Any] = {
        key: value for key, value in request.args.items() if key not in PAGING
    }
    return answer_query(read_query({**parameters, **more}, _prefixes()), paging, name)


def answer_query(query: Query, paging: Json, name: str) -> Response:
    """Return a page of the events a query means, and the link to the next."""
    size, after, left = paging["perPage"], None, query.limit
    token = page_from(paging["nextPageToken"])
    if token:
        after, left = Position(_moment(token[0]), *token[1:4]), token[4]
    size = min(size, left) if left is not None else size
    asked = Asked(query=query, addresses=addresses(), size=size, after=after)
    with transaction() as session:
        found = searching.find_events(session, current_actor(), asked)
    return turn_page(document(found.events, name), _next(found, left), paging["perPage"])


def _next(found: Found, left: int | None) -> list[Any] | None:
    last = found.last
    if last is None or (left is not None and left <= len(found.events)):
        return None
    moment = last.moment.isoformat() if last.moment else None
    rest = None if left is None else left - len(found.events)
    return [moment, last.rank, last.key, last.part, rest]


def _moment(text: str | None) -> Any:
    return datetime.fromisoformat(text) if text else None


def _prefixes() -> Any:
    """Return what prefixes in a query mean: those of ``GS1-Extensions``, and our own."""
    given = request.headers.get("GS1-Extensions", "")
    pairs = (part.partition("=") for part in given.split(","))
    declared = {prefix.strip(): full.strip() for prefix, _, full in pairs if full}
    return namespaces({PREFIX: addresses().extensions}, own_prefixes(declared))
