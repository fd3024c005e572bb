"""Pages of write-offs: the list, the goods that may have to go, one document and its steps."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from werkzeug import Response

from app.accounts.schemas import second_person
from app.disposal import documents, queries, schemas, service
from app.disposal.queries import GoodsFilter, Which, WriteOffQuery, WriteOffRow
from app.disposal.rules import LossReason
from app.disposal.service import Correction
from app.kernel import clock, history
from app.kernel.actor import Actor, Permission
from app.kernel.errors import NotFound
from app.kernel.ids import LotId
from app.kernel.local_time import local_day
from app.web.downloads import pdf_response
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.search import Hit
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("write_offs", __name__, url_prefix="/write-offs")
READ, PROPOSE = Permission.INVENTORY_READ, Permission.DISPOSAL_PROPOSE
SIGN = Permission.DISPOSAL_SIGN
MOST_GOODS = 200

NAVIGATION = (
    Entry(
        group=Group.STOCK,
        order=50,
        label=lazy_gettext("Write-offs and destruction"),
        endpoint="write_offs.list_write_offs",
        covers=("destructions",),
        icon="trash",
        permissions=(READ,),
    ),
)


@blueprint.get("")
@requires(READ)
def list_write_offs() -> str:
    """List write-offs: those that are not decided, or all."""
    query, actor = read_query(schemas.WriteOffQuerySchema), current_actor()
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    wanted = WriteOffQuery(whole=query["all"], origin=query["origin"], before=before)
    with transaction() as session:
        rows = queries.list_write_offs(session, actor, wanted, PAGE_SIZE)
    return render_template(
        "disposal/write_offs.html",
        page=page_of(rows, lambda row: [row.id]),
        query=query,
        may_propose=actor.may(PROPOSE),
    )


@blueprint.get("/new")
@requires(PROPOSE)
def show_new() -> str:
    """Show the goods that may have to go; a lot and a reason may be chosen already."""
    query, today = read_query(schemas.NewWriteOffQuerySchema), local_day(clock.now())
    lot_id = query["lot_id"]
    searched = query["q"] and query["which"] is Which.EXPIRED
    wanted = GoodsFilter(
        which=Which.ANY if searched else query["which"],
        text=query["q"],
        lot_id=LotId(lot_id) if lot_id else None,
    )
    with transaction() as session:
        goods = queries.list_goods(session, current_actor(), wanted, MOST_GOODS, today=today)
    return render_template(
        "disposal/new.html",
        goods=goods,
        query=query,
        which=wanted.which,
        choices=list(Which),
        reasons=list(LossReason),
        today=today,
    )


@blueprint.post("")
@requires(PROPOSE)
@writes
def propose() -> Response:
    """Draft a write-off."""
    proposal = read_form(schemas.ProposalSchema)
    with transaction() as session:
        made = service.propose(session, current_actor(), proposal, now=clock.now())
    flash(_("Drafted. Check it, then hand it in."), "success")
    return _to(made.reference)


@blueprint.get("/<string:reference>")
@requires(READ)
def show_write_off(reference: str) -> str:
    """Show a write-off, and the step that is next for whoever looks."""
    actor = current_actor()
    with transaction() as session:
        row = _found(session, actor, reference)
        lines = queries.list_lines(session, row.id)
        packs = queries.list_packs(session, row.id)
        destructions = queries.destructions_of(session, row.id)
        changes = history.list_changes(session, "write_off", row.id)
    own = row.facility_id in actor.facility_ids
    return render_template(
        "disposal/write_off.html",
        write_off=row,
        lines=lines,
        packs=packs,
        destructions=destructions,
        changes=changes,
        may_propose=own and actor.may(PROPOSE),
        may_sign=own and actor.may(SIGN),
        is_submitter=row.submitted_by_id == actor.user_id,
    )


@blueprint.post("/<string:reference>/quantities")
@requires(PROPOSE)
@writes
def change(reference: str) -> Response:
    """Change a draft's quantities."""
    quantities = read_form(schemas.QuantitiesSchema)
    with transaction() as session:
        service.change(session, current_actor(), reference, quantities, now=clock.now())
    return _to(reference)


@blueprint.post("/<string:reference>/submission")
@requires(PROPOSE)
@writes
def submit(reference: str) -> Response:
    """Hand a draft in."""
    codes = read_form(schemas.ScannedSchema)
    with transaction() as session:
        service.submit(session, current_actor(), reference, codes, now=clock.now())
    flash(_("Handed in. A second person confirms it."), "success")
    return _to(reference)


@blueprint.post("/<string:reference>/confirmation")
@requires(PROPOSE, SIGN)
@writes
def confirm(reference: str) -> Response:
    """Confirm a write-off: the goods leave the book."""
    second = second_person(read_form(schemas.ConfirmationSchema), request.remote_addr)
    with transaction() as session:
        service.confirm(session, current_actor(), reference, second, now=clock.now())
    flash(_("Confirmed. The goods are out of the book."), "success")
    return _to(reference)


@blueprint.post("/<string:reference>/refusal")
@requires(SIGN)
@writes
def refuse(reference: str) -> Response:
    """Refuse a write-off."""
    reason = read_form(schemas.WriteOffReasonSchema)["reason"]
    with transaction() as session:
        service.refuse(session, current_actor(), reference, reason, now=clock.now())
    return _to(reference)


@blueprint.post("/<string:reference>/withdrawal")
@requires(PROPOSE)
@writes
def withdraw(reference: str) -> Response:
    """Take a write-off back before it is confirmed."""
    reason = read_form(schemas.WithdrawalSchema)["reason"]
    with transaction() as session:
        service.withdraw(session, current_actor(), reference, reason, now=clock.now())
    return _to(reference)


@blueprint.post("/<string:reference>/reversal")
@requires(SIGN)
@writes
def take_back(reference: str) -> Response:
    """Undo a write-off of which nothing was destroyed."""
    typed = read_form(schemas.WriteOffUndoSchema)
    second = second_person(typed, request.remote_addr)
    because = Correction(reason=typed["reason"], second=second)
    with transaction() as session:
        service.take_back(session, current_actor(), reference, because, now=clock.now())
    flash(_("Undone. The goods are in the book again."), "success")
    return _to(reference)


@blueprint.get("/<string:reference>/slip.pdf")
@requires(READ)
def download_slip(reference: str) -> Response:
    """Return the write-off as it is signed and filed (报损单)."""
    with transaction() as session:
        row = _found(session, current_actor(), reference)
        lines = queries.list_lines(session, row.id)
    return pdf_response(documents.write_off_slip(row, lines), f"{reference}.pdf")


def find_write_offs(session: Session, actor: Actor, text: str) -> Sequence[Hit]:
    """Find a write-off by its reference for the search field."""
    if not actor.may(READ) or not text.upper().startswith("BS-"):
        return []
    row = queries.find_write_off(session, actor, text.upper())
    if row is None:
        return []
    href = url_for("write_offs.show_write_off", reference=row.reference)
    return [Hit(kind="document", title=row.reference, detail=row.facility, href=href, exact=True)]


def _found(session: Session, actor: Actor, reference: str) -> WriteOffRow:
    row = queries.find_write_off(session, actor, reference)
    if row is None:
        raise NotFound("write-off")
    return row


def _to(reference: str) -> Response:
    return redirect(url_for("write_offs.show_write_off", reference=reference))
