"""Pages of shared machines: what there is, what is set aside, who may run them."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from app.equipment import queries, schemas, service
from app.equipment.models import BlockKind
from app.kernel.actor import Permission
from app.kernel.clock import now
from app.kernel.ids import DeviceId
from app.kernel.local_time import local_day
from app.web.forms import read_form
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("equipment", __name__)
RECENT = timedelta(days=7)

NAVIGATION = (
    Entry(
        group=Group.EXAMS,
        order=50,
        label=lazy_gettext("Machines"),
        endpoint="equipment.list_devices",
        icon="device-desktop-analytics",
        permissions=(Permission.BOOKING_READ,),
    ),
)


@blueprint.get("/devices")
@requires(Permission.BOOKING_READ)
def list_devices() -> str:
    """List the county's machines; the own centre's blocks and certificates below."""
    actor, moment = current_actor(), now()
    own = actor.facility_ids
    with transaction() as session:
        devices = queries.list_devices(session)
        blocks = queries.list_blocks(session, own, since=moment - RECENT)
        certificates = queries.list_certificates(session, own)
    return render_template(
        "equipment/devices.html",
        devices=devices,
        device_choices=[(one.id, one.name) for one, _ in devices if one.facility_id in own],
        blocks=blocks,
        certificates=certificates,
        kinds=list(BlockKind),
        now=moment,
        today=local_day(moment),
        may_manage=actor.may(Permission.BOOKING_PERFORM),
    )


@blueprint.post("/devices/blocks")
@requires(Permission.BOOKING_PERFORM)
@writes
def set_aside() -> ResponseReturnValue:
    """Set a machine of the own centre aside."""
    given = read_form(schemas.BlockFormSchema)
    with transaction() as session:
        device_id = DeviceId(given["device_id"])
        request = schemas.block_of(given)
        service.set_aside(session, current_actor(), device_id, request, now=now())
    flash(gettext("The machine is set aside."), "success")
    return redirect(url_for("equipment.list_devices"), 303)


@blueprint.post("/devices/blocks/<int:block_id>/end")
@requires(Permission.BOOKING_PERFORM)
@writes
def end_block(block_id: int) -> ResponseReturnValue:
    """End a block now."""
    with transaction() as session:
        service.end_block(session, current_actor(), block_id, now=now())
    flash(gettext("The machine is open again."), "success")
    return redirect(url_for("equipment.list_devices"), 303)
