"""Pages of bills for the trace platform (码上放心单据)."""

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug import Response

from app.kernel import clock
from app.kernel.actor import Permission
from app.uploads import documents, queries, schemas, service
from app.uploads.rules.bills import BillState, BillType
from app.web.documents.workbook import MEDIA_TYPE
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("bills", __name__, url_prefix="/bills")
READ, MEND = Permission.UPLOADS_READ, Permission.UPLOADS_MEND


@blueprint.get("")
@requires(READ)
def list_bills() -> str:
    """List bills, newest first."""
    query = read_query(schemas.BillQuerySchema)
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    with transaction() as session:
        rows = queries.list_bills(session, current_actor(), (query["state"], before), PAGE_SIZE)
    return render_template(
        "uploads/bills.html",
        page=page_of(rows, lambda row: [row.id]),
        state=query["state"],
        states=list(BillState),
        types=list(BillType),
        may_mend=current_actor().may(MEND),
    )


@blueprint.post("")
@requires(MEND)
@writes
def make_bill() -> Response:
    """Make a bill by hand."""
    wanted = read_form(schemas.HandMadeSchema)
    with transaction() as session:
        reference = service.make_by_hand(session, current_actor(), wanted, now=clock.now())
    flash(_("The bill is made."), "success")
    return redirect(url_for("bills.show_bill", reference=reference))


@blueprint.get("/<string:reference>")
@requires(READ)
def show_bill(reference: str) -> str:
    """Show one bill with its codes, and those that were left out."""
    with transaction() as session:
        bill = service.get_bill(session, current_actor(), reference)
        codes = queries.list_codes(session, bill.id)
        remnants = queries.list_remnants(session, bill.id)
    may_mend = current_actor().may(MEND)
    return render_template(
        "uploads/bill.html", bill=bill, codes=codes, remnants=remnants, may_mend=may_mend
    )


@blueprint.get("/<string:reference>/file.xlsx")
@requires(READ)
def download_bill(reference: str) -> Response:
    """Return a bill's file, and remember that it was taken away."""
    with transaction() as session:
        bill = service.take_away(session, current_actor(), reference)
        codes = queries.list_codes(session, bill.id)
        remnants = queries.list_remnants(session, bill.id)
    response = make_response(documents.bill_sheet(bill, codes, remnants))
    response.mimetype = MEDIA_TYPE
    name = f"{bill.type.value}-{bill.reference}.xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.post("/<string:reference>/outcome")
@requires(MEND)
@writes
def note_outcome(reference: str) -> Response:
    """Keep what the platform said of a bill."""
    outcome = read_form(schemas.OutcomeSchema)
    with transaction() as session:
        service.note_outcome(session, current_actor(), reference, outcome)
    return redirect(url_for("bills.show_bill", reference=reference))
