"""Freeze a lot from its page: clinics waiting for it get other lots in the same action."""

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug import Response

from app.inventory import schemas
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import LotId
from app.quality import service
from app.traceability.models import LotHold
from app.web.forms import read_form
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("lots", __name__)


@blueprint.post("/lots/<int:lot_id>/hold")
@requires(Permission.TRACEABILITY_HOLD)
@writes
def hold_lot(lot_id: int) -> Response:
    """Put a lot on hold."""
    hold = (LotHold.QUALITY, read_form(schemas.HoldReasonSchema)["reason"])
    with transaction() as session:
        held = service.hold_lot(session, current_actor(), LotId(lot_id), hold, now=clock.now())
    told = _("The lot is on hold. %(count)s lines lost what was promised to them.")
    flash(told % {"count": held.lines}, "success")
    if held.lines and held.short:
        short = _("Other lots could not fill all of it: %(count)s base units are short now.")
        flash(short % {"count": f"{held.short:,}"}, "warning")
    elif held.lines:
        flash(_("Other lots were promised in its place; the pick lists say which."), "success")
    return redirect(url_for("inventory.show_lot", lot_id=lot_id))
