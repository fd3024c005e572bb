"""Pages' acts of quality: hold a lot or set a pack apart, and end it (冻结、隔离、解除)."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from app.accounts.schemas import second_person
from app.inventory import schemas as stock
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import LotId
from app.quality import schemas, service
from app.quality.service import Lifting, Releasing
from app.traceability import service as traceability
from app.traceability.models import LotHold
from app.traceability.rules import recognise
from app.web.forms import read_form
from app.web.guard import current_actor, requires
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("lots", __name__)
quarantine = Blueprint("quarantine", __name__)


@blueprint.post("/lots/<int:lot_id>/hold")
@requires(Permission.TRACEABILITY_HOLD)
@writes
def hold_lot(lot_id: int) -> Response:
    """Put a lot on hold."""
    hold = (LotHold.QUALITY, read_form(stock.HoldReasonSchema)["reason"])
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


@blueprint.post("/lots/<int:lot_id>/release")
@requires(Permission.TRACEABILITY_HOLD)
@writes
def release_lot(lot_id: int) -> Response:
    """Free a lot that quality held."""
    typed = read_form(schemas.DecisionForm)
    second = second_person(typed, request.remote_addr)
    lifting = Lifting(reason=typed["reason"], second=second)
    with transaction() as session:
        service.lift_lot(session, current_actor(), LotId(lot_id), lifting, now=clock.now())
    flash(_("The lot is free again."), "success")
    return redirect(url_for("inventory.show_lot", lot_id=lot_id))


@quarantine.post("/units/<code>/set-apart")
@requires(Permission.TRACEABILITY_HOLD)
@writes
def set_unit_apart(code: str) -> Response:
    """Put a pack in quarantine."""
    reason, plain = read_form(schemas.SetApartSchema)["reason"], recognise(code).code
    with transaction() as session:
        traceability.tell_story(session, current_actor(), plain)
        service.set_unit_apart(session, current_actor(), plain, reason, now=clock.now())
    told = _("%(code)s is in quarantine: it is neither given nor counted as usable.", code=plain)
    flash(told, "success")
    return redirect(url_for("alerts.list_alerts", code=plain))


@quarantine.post("/units/<code>/release")
@requires(Permission.TRACEABILITY_HOLD)
@writes
def release_unit(code: str) -> Response:
    """End a pack's quarantine."""
    typed, plain = read_form(schemas.DecisionForm), recognise(code).code
    second = second_person(typed, request.remote_addr)
    releasing = Releasing(decision=typed["reason"], second=second)
    with transaction() as session:
        traceability.tell_story(session, current_actor(), plain)
        service.release_unit(session, current_actor(), plain, releasing, now=clock.now())
    flash(_("The quarantine of %(code)s is ended.", code=plain), "success")
    return redirect(url_for("alerts.list_alerts", code=plain))
