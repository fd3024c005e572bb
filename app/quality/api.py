"""JSON API: freeze a lot or set a pack apart, and end it; who waits gets other goods at once."""

from dataclasses import asdict
from typing import Any

from flask import request
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from app.accounts.schemas import second_person
from app.inventory import queries
from app.inventory import schemas as stock
from app.inventory import service as inventory
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import LotId
from app.quality import schemas, service
from app.quality.service import Lifting, Releasing
from app.traceability import service as traceability
from app.traceability.models import LotHold
from app.traceability.rules import recognise
from app.traceability.schemas import UnitSchema
from app.traceability.service import Story
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "lots_api", __name__, url_prefix="/api/v1/lots", description="Lots and their holds"
)
units = Blueprint(
    "quarantine_api", __name__, url_prefix="/api/v1/units", description="Packs in quarantine"
)


@blueprint.post("/<int:lot_id>/hold")
@requires(Permission.TRACEABILITY_HOLD)
@writes
@blueprint.arguments(stock.HoldReasonSchema)
@blueprint.response(200, stock.LotSchema)
def hold_lot(typed: dict[str, str], lot_id: int) -> dict[str, Any]:
    """Put a lot on hold: it is neither offered nor dispensed, and lines get other lots."""
    hold = (LotHold.QUALITY, typed["reason"])
    with transaction() as session:
        service.hold_lot(session, current_actor(), LotId(lot_id), hold, now=clock.now())
        return _lot(session, LotId(lot_id))


@blueprint.post("/<int:lot_id>/release")
@requires(Permission.TRACEABILITY_HOLD)
@writes
@blueprint.arguments(schemas.DecisionSchema)
@blueprint.response(200, stock.LotSchema)
@blueprint.alt_response(403, description="second-person-required")
def release_lot(typed: dict[str, Any], lot_id: int) -> dict[str, Any]:
    """Free a lot that quality held; two people sign."""
    second = second_person(typed, request.remote_addr)
    lifting = Lifting(reason=typed["reason"], second=second)
    with transaction() as session:
        service.lift_lot(session, current_actor(), LotId(lot_id), lifting, now=clock.now())
        return _lot(session, LotId(lot_id))


def _lot(session: Session, lot_id: LotId) -> dict[str, Any]:
    facts = queries.get_lot_facts(session, lot_id)
    visible = inventory.visible_facilities(current_actor())
    return {**asdict(facts), "stock": queries.list_lot_stock(session, lot_id, visible)}


@units.post("/<code>/set-apart")
@requires(Permission.TRACEABILITY_HOLD)
@writes
@units.arguments(schemas.SetApartSchema)
@units.response(200, UnitSchema)
@units.alt_response(409, description="state-forbids")
def set_unit_apart(typed: dict[str, str], code: str) -> Story:
    """Put a pack in quarantine: it is neither given nor counted as usable."""
    actor, plain = current_actor(), recognise(code).code
    with transaction() as session:
        traceability.tell_story(session, actor, plain)
        service.set_unit_apart(session, actor, plain, typed["reason"], now=clock.now())
        return traceability.tell_story(session, actor, plain)


@units.post("/<code>/release")
@requires(Permission.TRACEABILITY_HOLD)
@writes
@units.arguments(schemas.DecisionSchema)
@units.response(200, UnitSchema)
@units.alt_response(403, description="second-person-required")
@units.alt_response(409, description="state-forbids, insufficient-stock")
def release_unit(typed: dict[str, Any], code: str) -> Story:
    """End a quarantine: the pack is again what it was, and the decision stays on record.

    Grave suspicions and controlled medicines are decided by two people.
    """
    actor, plain = current_actor(), recognise(code).code
    second = second_person(typed, request.remote_addr)
    releasing = Releasing(decision=typed["reason"], second=second)
    with transaction() as session:
        traceability.tell_story(session, actor, plain)
        service.release_unit(session, actor, plain, releasing, now=clock.now())
        return traceability.tell_story(session, actor, plain)
