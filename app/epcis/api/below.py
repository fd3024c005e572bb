"""What is below a thing, step, place or disposition: its events."""

from flask import Response, jsonify

from app.epcis import schemas
from app.epcis.api.binding import blueprint
from app.epcis.api.events import answer
from app.kernel.actor import Permission
from app.kernel.db import Json
from app.web.guard import requires

INNER = ["events"]


@blueprint.get("/epcs/<path:value>/events")
@requires(Permission.EPCIS_READ)
@blueprint.arguments(schemas.EventQuerySchema, location="query")
@blueprint.response(200, schemas.AnswerSchema)
def list_events_of_thing(paging: Json, value: str) -> Response:
    """Return the events of a thing."""
    return answer(paging, {"MATCH_anyEPC": [value]})


@blueprint.get("/epcs/<path:value>")
@requires(Permission.EPCIS_READ)
@blueprint.response(200)
def show_thing(value: str) -> Response:
    """Return what is below a thing."""
    del value
    return jsonify(INNER)


@blueprint.get("/bizSteps/<path:value>/events")
@requires(Permission.EPCIS_READ)
@blueprint.arguments(schemas.EventQuerySchema, location="query")
@blueprint.response(200, schemas.AnswerSchema)
def list_events_of_step(paging: Json, value: str) -> Response:
    """Return the events of a business step."""
    return answer(paging, {"EQ_bizStep": [value]})


@blueprint.get("/bizSteps/<path:value>")
@requires(Permission.EPCIS_READ)
@blueprint.response(200)
def show_step(value: str) -> Response:
    """Return what is below a business step."""
    del value
    return jsonify(INNER)


@blueprint.get("/bizLocations/<path:value>/events")
@requires(Permission.EPCIS_READ)
@blueprint.arguments(schemas.EventQuerySchema, location="query")
@blueprint.response(200, schemas.AnswerSchema)
def list_events_of_location(paging: Json, value: str) -> Response:
    """Return the events of a business location."""
    return answer(paging, {"EQ_bizLocation": [value]})


@blueprint.get("/bizLocations/<path:value>")
@requires(Permission.EPCIS_READ)
@blueprint.response(200)
def show_location(value: str) -> Response:
    """Return what is below a business location."""
    del value
    return jsonify(INNER)


@blueprint.get("/readPoints/<path:value>/events")
@requires(Permission.EPCIS_READ)
@blueprint.arguments(schemas.EventQuerySchema, location="query")
@blueprint.response(200, schemas.AnswerSchema)
def list_events_of_read_point(paging: Json, value: str) -> Response:
    """Return the events of a read point."""
    return answer(paging, {"EQ_readPoint": [value]})


@blueprint.get("/readPoints/<path:value>")
@requires(Permission.EPCIS_READ)
@blueprint.response(200)
def show_read_point(value: str) -> Response:
    """Return what is below a read point."""
    del value
    return jsonify(INNER)


@blueprint.get("/dispositions/<path:value>/events")
@requires(Permission.EPCIS_READ)
@blueprint.arguments(schemas.EventQuerySchema, location="query")
@blueprint.response(200, schemas.AnswerSchema)
def list_events_of_disposition(paging: Json, value: str) -> Response:
    """Return the events of a disposition."""
    return answer(paging, {"EQ_disposition": [value]})


@blueprint.get("/dispositions/<path:value>")
@requires(Permission.EPCIS_READ)
@blueprint.response(200)
def show_disposition(value: str) -> Response:
    """Return what is below a disposition."""
    del value
    return jsonify(INNER)
