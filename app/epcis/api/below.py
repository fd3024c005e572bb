"""What is below a thing, step, place or disposition: its events."""

from flask import Response, jsonify

from app.epcis import schemas
from app.epcis.api.binding import blueprint
from app.epcis.api.events import answer
from app.kernel.actor import Permission
from app.kernel.db import Json
from app.web.guard import requires

INNER = ["events"]
BELOW = (
    ("epcs", "thing", "MATCH_anyEPC"),
    ("bizSteps", "step", "EQ_bizStep"),
    ("bizLocations", "location", "EQ_bizLocation"),
    ("readPoints", "read_point", "EQ_readPoint"),
    ("dispositions", "disposition", "EQ_disposition"),
)
"""Of each resource its address, what one of it is called, and the parameter that asks for it."""


def _add(resource: str, noun: str, parameter: str) -> None:
    """Add the two addresses below a value of a resource."""

    def list_events(paging: Json, value: str) -> Response:
        return answer(paging, {parameter: [value]})

    def show(value: str) -> Response:
        del value
        return jsonify(INNER)

    called = noun.replace("_", " ")
    list_events.__name__, list_events.__doc__ = (
        f"list_events_of_{noun}",
        f"Return the events of a {called}.",
    )
    show.__name__, show.__doc__ = f"show_{noun}", f"Return what is below a {called}."
    told = blueprint.response(200, schemas.AnswerSchema)(list_events)
    told = blueprint.arguments(schemas.EventQuerySchema, location="query")(told)
    blueprint.get(f"/{resource}/<path:value>/events")(requires(Permission.EPCIS_READ)(told))
    shown = requires(Permission.EPCIS_READ)(blueprint.response(200)(show))
    blueprint.get(f"/{resource}/<path:value>")(shown)


for one in BELOW:
    _add(*one)
