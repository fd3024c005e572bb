"""What there is to ask for, and the events of each: types, things, steps, places."""

from flask import Response, jsonify

from app.epcis import schemas
from app.epcis.api.binding import addresses, blueprint, item_list, page_from, turn_page
from app.epcis.api.events import answer
from app.epcis.errors import EventNotFound
from app.epcis.rules.vocabulary import EVENT_TYPES
from app.epcis.service import listing
from app.kernel.actor import Permission
from app.kernel.db import Json
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction

TOP = [
    "bizLocations",
    "bizSteps",
    "capture",
    "dispositions",
    "epcs",
    "eventTypes",
    "events",
    "queries",
    "readPoints",
]
INNER = ["events"]


@blueprint.get("/")
@requires(Permission.EPCIS_READ)
@blueprint.response(200)
def list_resources() -> Response:
    """Return the resources of the highest level."""
    return jsonify(TOP)


@blueprint.get("/eventTypes")
@requires(Permission.EPCIS_READ)
@blueprint.response(200, schemas.ItemListSchema)
def list_types() -> Response:
    """Return the types of events."""
    return item_list("eventType", EVENT_TYPES)


@blueprint.get("/eventTypes/<event_type>")
@requires(Permission.EPCIS_READ)
@blueprint.response(200)
def show_type(event_type: str) -> Response:
    """Return what is below a type of events."""
    _must_be_type(event_type)
    return jsonify(INNER)


@blueprint.get("/eventTypes/<event_type>/events")
@requires(Permission.EPCIS_READ)
@blueprint.arguments(schemas.EventQuerySchema, location="query")
@blueprint.response(200, schemas.AnswerSchema)
def list_events_of_type(paging: Json, event_type: str) -> Response:
    """Return the events of a type."""
    _must_be_type(event_type)
    return answer(paging, {"eventType": [event_type]})


@blueprint.get("/epcs")
@requires(Permission.EPCIS_READ)
@blueprint.arguments(schemas.PageSchema, location="query")
@blueprint.response(200, schemas.ItemListSchema)
def list_epcs(paging: Json) -> Response:
    """Return the things that events name."""
    size = paging["perPage"]
    after = page_from(paging["nextPageToken"]) or ""
    with transaction() as session:
        page = listing.list_things(session, current_actor(), addresses(), (after, size))
    return turn_page(item_list("epc", page[0]), page[1], size)


@blueprint.get("/bizSteps")
@requires(Permission.EPCIS_READ)
@blueprint.response(200, schemas.ItemListSchema)
def list_steps() -> Response:
    """Return the business steps."""
    return _words("bizStep")


@blueprint.get("/dispositions")
@requires(Permission.EPCIS_READ)
@blueprint.response(200, schemas.ItemListSchema)
def list_dispositions() -> Response:
    """Return the dispositions."""
    return _words("disposition")


@blueprint.get("/bizLocations")
@requires(Permission.EPCIS_READ)
@blueprint.response(200, schemas.ItemListSchema)
def list_locations() -> Response:
    """Return the business locations."""
    return _places("bizLocation")


@blueprint.get("/readPoints")
@requires(Permission.EPCIS_READ)
@blueprint.response(200, schemas.ItemListSchema)
def list_read_points() -> Response:
    """Return the read points."""
    return _places("readPoint")


def _words(kind: str) -> Response:
    with transaction() as session:
        return item_list(kind, listing.list_words(session, current_actor(), kind))


def _places(kind: str) -> Response:
    with transaction() as session:
        return item_list(kind, listing.list_places(session, current_actor(), addresses(), kind))


def _must_be_type(name: str) -> None:
    if name not in EVENT_TYPES:
        raise EventNotFound("type")
