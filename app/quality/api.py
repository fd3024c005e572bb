"""JSON API: freeze a lot; clinics waiting for it get other lots in the same action."""

from dataclasses import asdict
from typing import Any

from flask_smorest import Blueprint

from app.inventory import queries, schemas
from app.inventory import service as inventory
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import LotId
from app.quality import service
from app.traceability.models import LotHold
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "lots_api", __name__, url_prefix="/api/v1/lots", description="Lots and their holds"
)


@blueprint.post("/<int:lot_id>/hold")
@requires(Permission.TRACEABILITY_HOLD)
@writes
@blueprint.arguments(schemas.HoldReasonSchema)
@blueprint.response(200, schemas.LotSchema)
def hold_lot(typed: dict[str, str], lot_id: int) -> dict[str, Any]:
    """Put a lot on hold: it is neither offered nor dispensed, and lines get other lots."""
    hold = (LotHold.QUALITY, typed["reason"])
    actor = current_actor()
    with transaction() as session:
        service.hold_lot(session, actor, LotId(lot_id), hold, now=clock.now())
        facts = queries.get_lot_facts(session, LotId(lot_id))
        stock = queries.list_lot_stock(session, facts.id, inventory.visible_facilities(actor))
        return {**asdict(facts), "stock": stock}
