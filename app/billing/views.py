"""Pages of billing: monthly statements; an exam is completed here because it is charged here."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from app.billing import queries, schemas, service
from app.billing.queries import Side
from app.booking.queries import listing
from app.booking.schemas import ReasonSchema
from app.booking.service.lookup import get_booking
from app.kernel.actor import Permission
from app.kernel.clock import now
from app.kernel.ids import ChargeId, FacilityId
from app.kernel.local_time import local_day
from app.kernel.quantities import yuan_text
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.labels import label
from app.web.navigation import Entry, Group
from app.web.paging import page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("billing", __name__)

NAVIGATION = (
    Entry(
        group=Group.EXAMS,
        order=60,
        label=lazy_gettext("Exam statements"),
        endpoint="billing.show_statement",
        icon="receipt",
        permissions=(Permission.BILLING_READ,),
    ),
)


@blueprint.get("/statements")
@requires(Permission.BILLING_READ)
def show_statement() -> str:
    """Show a facility's month: what it owes, or what its machines earned."""
    query, actor = read_query(schemas.StatementQuerySchema), current_actor()
    side = query["side"] = query["side"] or _usual_side()
    facility_id = FacilityId(query["facility_id"] or actor.facility_id)
    with transaction() as session:
        facility = service.get_party(session, actor, facility_id)
        wanted = schemas.statement_query(query, facility, local_day(now()))
        month = wanted.first_day
        shown = queries.statement(session, actor, wanted)
        others = queries.month_sums(session, actor, side, month)
    return render_template(
        "billing/statement.html",
        statement=shown,
        page=page_of(shown.rows, lambda row: [row.id]),
        others=others,
        month=month,
        side_tabs=[_tab(one, side, month, facility_id) for one in Side],
        may_reverse=actor.may(Permission.BILLING_REVERSE) and side is Side.EARNS,
    )


def _tab(one: Side, shown: Side, month: date, facility_id: FacilityId) -> dict[str, object]:
    href = url_for(
        "billing.show_statement", side=one, month=month.strftime("%Y-%m"), facility_id=facility_id
    )
    return {"label": label(one), "href": href, "active": one is shown}


def _usual_side() -> Side:
    return Side.EARNS if current_actor().may(Permission.BOOKING_PERFORM) else Side.PAYS


@blueprint.post("/imaging/<reference>/complete")
@requires(Permission.BOOKING_PERFORM)
@writes
def complete_exam(reference: str) -> ResponseReturnValue:
    """Record that the exam took place, and charge it."""
    with transaction() as session:
        actor = current_actor()
        charge = service.complete_and_charge(session, actor, reference, now=now())
        booking, _ = get_booking(session, actor, reference)
        row = listing.find_booking(session, actor, booking.id)
    amount = yuan_text(charge.amount_fen)
    flash(
        gettext("Done and charged: %(exam)s, ¥%(amount)s.", exam=row.exam_name, amount=amount),
        "success",
    )
    day = local_day(row.start).isoformat()
    return redirect(url_for("desk.show_board", day=day), 303)


@blueprint.post("/charges/<int:charge_id>/reverse")
@requires(Permission.BILLING_REVERSE)
@writes
def reverse_charge(charge_id: int) -> ResponseReturnValue:
    """Take a charge of the own centre back."""
    reason = read_form(ReasonSchema)["reason"]
    with transaction() as session:
        mirror = service.reverse(session, current_actor(), ChargeId(charge_id), reason, now=now())
    flash(gettext("The charge is taken back."), "success")
    month = mirror.service_day.strftime("%Y-%m")
    return redirect(url_for("billing.show_statement", month=month, side=Side.EARNS), 303)
