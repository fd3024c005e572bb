"""JSON API of the register of controlled medicines."""

from datetime import time
from typing import Any

from flask import request
from flask_smorest import Blueprint

from app.accounts.schemas import second_person
from app.controlled import queries, schemas, service
from app.controlled.models import AmpouleReturn
from app.controlled.service import Ampoules, RegisterPage
from app.inventory import service as inventory
from app.inventory.rules import month_of
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import ItemId
from app.kernel.local_time import at_local, local_day
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "controlled_api",
    __name__,
    url_prefix="/api/v1/controlled-registers",
    description="Dedicated registers of controlled medicines",
)
READ, SIGN = Permission.CONTROLLED_READ, Permission.CONTROLLED_COSIGN


@blueprint.get("")
@requires(READ)
@blueprint.arguments(schemas.RegistersQuerySchema, location="query")
@blueprint.response(200, schemas.ControlledItemsSchema)
def list_registers(query: dict[str, Any]) -> dict[str, Any]:
    """List the controlled items a facility has or had under lock."""
    with transaction() as session:
        facility_id = inventory.choose_facility(session, current_actor(), query["facility_id"])
        return {"rows": queries.list_items(session, facility_id)}


@blueprint.get("/<int:item_id>")
@requires(READ)
@blueprint.arguments(schemas.RegisterQuerySchema, location="query")
@blueprint.response(200, schemas.ControlledRegisterSchema)
def show_register(query: dict[str, Any], item_id: int) -> RegisterPage:
    """Return a month of an item's register at a facility."""
    since, until = month_of(query["month"] or local_day(clock.now()))
    period, actor = (at_local(since, time()), at_local(until, time())), current_actor()
    with transaction() as session:
        facility_id = inventory.choose_facility(session, actor, query["facility_id"])
        return service.read_page(session, actor, (facility_id, ItemId(item_id)), period)


@blueprint.post("/<int:item_id>/ampoules")
@requires(SIGN)
@writes
@blueprint.arguments(schemas.AmpoulesSchema)
@blueprint.response(201, schemas.AmpouleReturnSchema)
def take_ampoules(typed: dict[str, Any], item_id: int) -> AmpouleReturn:
    """Write down empty ampoules that two people counted."""
    second = second_person(typed, request.remote_addr)
    back = Ampoules(item_id=ItemId(item_id), second=second, **typed)
    with transaction() as session:
        return service.take_ampoules(session, current_actor(), back, now=clock.now())
