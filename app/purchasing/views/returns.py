"""Pages of returns to suppliers: the list, the goods that may go back, one return and its steps."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.schemas import second_person
from app.kernel import clock, history
from app.kernel.actor import Actor, Permission
from app.kernel.errors import NotFound
from app.kernel.ids import LotId
from app.kernel.local_time import local_day
from app.purchasing import documents, queries, service
from app.purchasing.queries import ReturnableFilter, ReturnQuery, ReturnRow
from app.purchasing.rules import SupplierReturnReason
from app.purchasing.schemas import returns as schemas
from app.purchasing.service import Sending, Unsending
from app.web.downloads import pdf_response
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.search import Hit
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("supplier_returns", __name__, url_prefix="/supplier-returns")
READ, RECEIVE = Permission.PURCHASING_READ, Permission.PURCHASING_RECEIVE
ORDER, QUALITY = Permission.PURCHASING_ORDER, Permission.PURCHASING_QUALITY
APPROVE = Permission.PURCHASING_APPROVE
ASKING, DECIDING = (RECEIVE, ORDER, QUALITY), (APPROVE, QUALITY)
MOST_GOODS = 200


@blueprint.get("")
@requires(READ)
def list_returns() -> str:
    """List returns to suppliers: those under way, or all."""
    query, actor = read_query(schemas.ReturnQuerySchema), current_actor()
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    wanted = ReturnQuery(whole=query["all"], origin=query["origin"], before=before)
    with transaction() as session:
        rows = queries.list_returns(session, actor, wanted, PAGE_SIZE)
    return render_template(
        "purchasing/returns.html",
        page=page_of(rows, lambda row: [row.id]),
        query=query,
        may_ask=_may(actor, ASKING),
    )


@blueprint.get("/new")
@requires(*ASKING)
def show_new() -> str:
    """Show the goods that may go back; a lot and a reason may be chosen already."""
    query, today = read_query(schemas.NewReturnQuerySchema), local_day(clock.now())
    wanted = ReturnableFilter(
        text=query["q"],
        supplier_code=query["supplier"],
        lot_id=LotId(query["lot_id"]) if query["lot_id"] else None,
    )
    with transaction() as session:
        goods = queries.list_returnable(session, current_actor(), wanted, MOST_GOODS, today=today)
        suppliers = queries.list_suppliers(session, today=today)
    return render_template(
        "purchasing/new_return.html",
        goods_rows=goods,
        query=query,
        suppliers=suppliers,
        reasons=list(SupplierReturnReason),
        today=today,
    )


@blueprint.post("")
@requires(*ASKING)
@writes
def request_return() -> ResponseReturnValue:
    """Ask to send goods back."""
    wanted = read_form(schemas.ReturnRequestSchema)
    with transaction() as session:
        made = service.request_return(session, current_actor(), wanted, now=clock.now())
    flash(_("Asked. Somebody else approves the return."), "success")
    return _to(made.reference)


@blueprint.get("/<string:reference>")
@requires(READ)
def show_return(reference: str) -> str:
    """Show a return, and the step that is next for whoever looks."""
    actor = current_actor()
    with transaction() as session:
        row = _found(session, actor, reference)
        lines = queries.list_return_lines(session, row.id)
        packs = queries.list_return_packs(session, row.id)
        changes = history.list_changes(session, "supplier_return", row.id)
    own = row.facility_id in actor.facility_ids
    return render_template(
        "purchasing/return.html",
        found=row,
        lines=lines,
        packs=packs,
        changes=changes,
        may_ask=own and _may(actor, ASKING),
        may_decide=own and _may(actor, DECIDING) and row.created_by_id != actor.user_id,
        may_send=own and actor.may(RECEIVE),
    )


@blueprint.post("/<string:reference>/approval")
@requires(*DECIDING)
@writes
def approve(reference: str) -> ResponseReturnValue:
    """Let goods go back; not by whoever asked."""
    answer, now = read_form(schemas.ReturnAnswerSchema)["answer"], clock.now()
    with transaction() as session:
        service.approve_return(session, current_actor(), reference, answer, now=now)
    flash(_("Approved. The goods may be sent."), "success")
    return _to(reference)


@blueprint.post("/<string:reference>/refusal")
@requires(*DECIDING)
@writes
def refuse(reference: str) -> ResponseReturnValue:
    """Keep the goods, and say why."""
    reason = read_form(schemas.ReturnReasonSchema)["reason"]
    with transaction() as session:
        service.refuse_return(session, current_actor(), reference, reason, now=clock.now())
    return _to(reference)


@blueprint.post("/<string:reference>/withdrawal")
@requires(*ASKING)
@writes
def withdraw(reference: str) -> ResponseReturnValue:
    """Give a return up before the goods are sent."""
    reason = read_form(schemas.ReturnReasonSchema)["reason"]
    with transaction() as session:
        service.withdraw_return(session, current_actor(), reference, reason, now=clock.now())
    return _to(reference)


@blueprint.post("/<string:reference>/sending")
@requires(RECEIVE)
@writes
def send(reference: str) -> ResponseReturnValue:
    """Give approved goods to the supplier's carrier."""
    typed = read_form(schemas.SendingSchema)
    second = second_person(typed, request.remote_addr)
    sending = Sending(reference=reference, second=second, **typed)
    with transaction() as session:
        service.send_return(session, current_actor(), sending, now=clock.now())
    flash(_("Sent. The supplier owes a credit."), "success")
    return _to(reference)


@blueprint.post("/<string:reference>/reversal")
@requires(RECEIVE)
@writes
def take_back(reference: str) -> ResponseReturnValue:
    """Undo a sent return: the supplier did not take the goods."""
    typed = read_form(schemas.UnsendingSchema)
    because = Unsending(second=second_person(typed, request.remote_addr), **typed)
    with transaction() as session:
        service.take_back_return(session, current_actor(), reference, because, now=clock.now())
    flash(_("Undone. The goods are in the book again."), "success")
    return _to(reference)


@blueprint.get("/<string:reference>/note.pdf")
@requires(READ)
def download_note(reference: str) -> ResponseReturnValue:
    """Return the paper that travels with the goods (退货单)."""
    with transaction() as session:
        row = _found(session, current_actor(), reference)
        lines = queries.list_return_lines(session, row.id)
    note = documents.return_note(row, lines, printed_at=clock.now())
    return pdf_response(note, f"{reference}.pdf")


def find_returns(session: Session, actor: Actor, text: str) -> Sequence[Hit]:
    """Find a return by its reference for the search field."""
    if not actor.may(READ) or not text.upper().startswith("TH-"):
        return []
    row = queries.find_return(session, actor, text.upper())
    if row is None:
        return []
    href = url_for("supplier_returns.show_return", reference=row.reference)
    return [Hit(kind="document", title=row.reference, detail=row.supplier, href=href, exact=True)]


def _may(actor: Actor, any_of: Sequence[Permission]) -> bool:
    return any(actor.may(permission) for permission in any_of)


def _found(session: Session, actor: Actor, reference: str) -> ReturnRow:
    row = queries.find_return(session, actor, reference)
    if row is None:
        raise NotFound("supplier return")
    return row


def _to(reference: str) -> ResponseReturnValue:
    return redirect(url_for("supplier_returns.show_return", reference=reference))
