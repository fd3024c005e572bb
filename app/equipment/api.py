"""JSON API of shared machines."""

from typing import Any

from flask_smorest import Blueprint

from app.equipment import queries, schemas, service
from app.equipment.models import DeviceBlock, DeviceLogEntry, PowerState
from app.equipment.service import BlockRequest
from app.kernel.actor import Permission
from app.kernel.clock import now
from app.kernel.ids import DeviceId
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("equipment_api", __name__, url_prefix="/api/v1", description="Machines")


@blueprint.get("/devices")
@requires(Permission.BOOKING_READ)
@blueprint.response(200, schemas.DevicesSchema)
def list_devices() -> dict[str, list[dict[str, Any]]]:
    """List every machine of the county with its equipment centre."""
    with transaction() as session:
        rows = queries.list_devices(session)
    shown = schemas.DeviceSchema().fields
    return {
        "rows": [
            {name: getattr(device, name) for name in shown if name != "centre"}
            | {"centre": centre.name}
            for device, centre in rows
        ]
    }


@blueprint.post("/devices/<int:device_id>/blocks")
@requires(Permission.BOOKING_PERFORM)
@writes
@blueprint.arguments(schemas.BlockRequestSchema)
@blueprint.response(201, schemas.BlockSchema)
@blueprint.alt_response(409, description="block-over-bookings")
def set_aside(request: BlockRequest, device_id: int) -> DeviceBlock:
    """Set a machine of the caller's centre aside."""
    with transaction() as session:
        actor = current_actor()
        return service.set_aside(session, actor, DeviceId(device_id), request, now=now())


@blueprint.post("/blocks/<int:block_id>/end")
@requires(Permission.BOOKING_PERFORM)
@writes
@blueprint.response(200, schemas.BlockSchema)
@blueprint.alt_response(409, description="block-ended")
def end_block(block_id: int) -> DeviceBlock:
    """End a block now."""
    with transaction() as session:
        return service.end_block(session, current_actor(), block_id, now=now())


@blueprint.post("/devices/<int:device_id>/log")
@requires(Permission.BOOKING_PERFORM)
@writes
@blueprint.arguments(schemas.PowerSchema)
@blueprint.response(201, schemas.PowerEntrySchema)
def log_power(given: dict[str, PowerState], device_id: int) -> DeviceLogEntry:
    """Write down that a machine was switched on or off."""
    with transaction() as session:
        actor, state = current_actor(), given["state"]
        return service.log_power(session, actor, DeviceId(device_id), state, now=now())
