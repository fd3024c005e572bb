"""Pages of receiving: what is to come, the count, acceptance and the shelves."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from werkzeug import Response

from app.inventory import service as inventory
from app.inventory.models import Condition, Place
from app.kernel import attachments, clock, history
from app.kernel.actor import Actor, Permission
from app.kernel.attachments import AttachmentKind
from app.kernel.errors import NotFound
from app.purchasing import documents, queries, rules, service
from app.purchasing.models import ReceiptState, RefusalReason
from app.purchasing.queries import LineRow, ReceiptHead
from app.purchasing.schemas import receiving as schemas
from app.purchasing.service import Count, Photos
from app.web.attachments import sent_files, takes_files
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.search import Hit
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("purchasing", __name__, url_prefix="/receiving")
READ, RECEIVE = Permission.PURCHASING_READ, Permission.PURCHASING_RECEIVE

NAVIGATION = (
    Entry(
        group=Group.PURCHASING,
        order=20,
        label=lazy_gettext("Receiving"),
        endpoint="purchasing.list_orders",
        covers=("claims", "supplier_returns"),
        icon="truck-loading",
        permissions=(READ,),
        home=30,
    ),
)


@blueprint.get("")
@requires(READ)
def list_orders() -> str:
    """List the orders that are still to come, soonest first."""
    query = read_query(schemas.OrderQuerySchema)
    cursor = decode(query["cursor"], (int,))
    after = int(cursor[0]) if cursor else None
    states = (query["state"],) if query["state"] else queries.OPEN_ORDERS
    with transaction() as session:
        rows = queries.list_orders(session, current_actor(), states, after, PAGE_SIZE)
    orders = page_of(rows, lambda row: [row.order_id])
    return render_template("purchasing/orders.html", orders=orders, query=query)


@blueprint.get("/receipts")
@requires(READ)
def list_receipts() -> str:
    """List receipts, newest first."""
    query = read_query(schemas.ReceiptQuerySchema)
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    with transaction() as session:
        rows = queries.list_receipts(session, current_actor(), query["state"], before, PAGE_SIZE)
    receipts = page_of(rows, lambda row: [row.receipt_id])
    return render_template(
        "purchasing/receipts.html", receipts=receipts, query=query, states=list(ReceiptState)
    )


@blueprint.post("/orders/<reference>/receipts")
@requires(RECEIVE)
@writes
def open_receipt(reference: str) -> Response:
    """Start receiving an order."""
    with transaction() as session:
        receipt = service.open_receipt(session, current_actor(), reference, now=clock.now())
    return _to(receipt.reference)


@blueprint.get("/receipts/<reference>")
@requires(READ)
def show_receipt(reference: str) -> str:
    """Show a receipt at its present step."""
    with transaction() as session:
        receipt = service.get_receipt(session, current_actor(), reference)
        head = queries.get_head(session, receipt.id)
        lines = queries.list_lines(session, receipt.id)
        context = _context(session, head, lines)
    return render_template("purchasing/receipt.html", head=head, lines=lines, **context)


def _context(session: Session, head: ReceiptHead, lines: list[LineRow]) -> dict[str, Any]:
    """Return what the present step shows beside the lines."""
    actor = current_actor()
    counting = head.state is ReceiptState.DRAFT
    shelving = head.state is ReceiptState.ACCEPTED
    bins = inventory.list_bins(session, head.facility_id) if shelving else []
    claims = queries.claims_of(session, head.receipt_id)
    return {
        "may_work": actor.may(RECEIVE) and head.facility_id in actor.facility_ids,
        "scans": queries.list_scans(session, head.receipt_id) if counting else [],
        "choices": queries.list_typed_choices(session, head.receipt_id) if counting else [],
        "shelves": _shelves(session, head, lines, bins),
        "changes": history.list_changes(session, "receipt", head.receipt_id),
        "conditions": list(Condition),
        "refusals": list(RefusalReason),
        "road": service.temperatures_of(session, head.receipt_id),
        "claims": claims,
        "claim_photos": attachments.list_of(
            session, service.CLAIM, [one.claim_id for one in claims]
        ),
        "photos": attachments.list_of(session, service.RECEIPT, [head.receipt_id])[head.receipt_id],
        "photo_kinds": list(AttachmentKind),
        "part_names": {line.line_id: f"{line.item_name} {line.lot_number}" for line in lines},
    }


def _shelves(
    session: Session, head: ReceiptHead, lines: list[LineRow], bins: list[Place]
) -> list[tuple[LineRow, list[Place], Place | None]]:
    """Return the lines to put away with the bins that fit, by the bin proposed for each."""
    waiting = [line for line in lines if bins and line.accepted and line.placed_at is None]
    usual = queries.fullest_bins(session, head.facility_id, {line.item_id for line in waiting})
    shelves = []
    for line in waiting:
        goods = rules.Storage(storage_class=line.storage_class.value, locked=line.is_controlled)
        fitting = [place for place in bins if rules.fits(goods, _storage(place))]
        same = [place for place in fitting if place.id == usual.get(line.item_id)]
        proposed = next(iter([*same, *fitting]), None)
        shelves.append((line, fitting, proposed))
    return sorted(shelves, key=lambda shelf: shelf[2].code if shelf[2] else "")


def _storage(place: Place) -> rules.Storage:
    return rules.Storage(storage_class=place.storage_class.value, locked=place.locked)


@blueprint.post("/receipts/<reference>/counts")
@requires(RECEIVE)
@writes
def count_line(reference: str) -> Response:
    """Write the first count of a lot without codes."""
    count = read_form(schemas.GoodsCountSchema)
    with transaction() as session:
        service.count_line(session, current_actor(), reference, count)
    return _to(reference, f"line-{count.line_id}")


@blueprint.post("/receipts/<reference>/lots")
@requires(RECEIVE)
@writes
def add_lot(reference: str) -> Response:
    """Add a lot the supplier did not announce."""
    typed = read_form(schemas.TypedLotSchema)
    with transaction() as session:
        line = service.add_lot(session, current_actor(), reference, typed, now=clock.now())
    return _to(reference, f"line-{line.id}")


@blueprint.post("/receipts/<reference>/judgements")
@requires(RECEIVE)
@takes_files
@writes
def judge(reference: str) -> Response:
    """Set goods apart as quarantined or damaged, with photos if there are some."""
    judgement, actor = read_form(schemas.JudgementSchema), current_actor()
    photos = Photos(kind=AttachmentKind.DAMAGE, files=sent_files(), line_id=judgement.line_id)
    with transaction() as session:
        service.judge(session, actor, reference, judgement)
        if photos.files:
            service.photograph_receipt(session, actor, reference, photos, now=clock.now())
    return _to(reference, f"line-{judgement.line_id}")


@blueprint.post("/receipts/<reference>/scans/<int:scan_id>/undo")
@requires(RECEIVE)
@writes
def undo_scan(reference: str, scan_id: int) -> Response:
    """Take back one counted scan."""
    with transaction() as session:
        service.undo_scan(session, current_actor(), reference, scan_id)
    return _to(reference)


@blueprint.post("/receipts/<reference>/finish-count")
@requires(RECEIVE)
@writes
def finish_count(reference: str) -> Response:
    """Close the first count."""
    with transaction() as session:
        service.finish_count(session, current_actor(), reference)
    return _to(reference)


@blueprint.post("/receipts/<reference>/count-again")
@requires(RECEIVE)
@writes
def count_again(reference: str) -> Response:
    """Reopen the first count."""
    with transaction() as session:
        service.count_again(session, current_actor(), reference)
    return _to(reference)


@blueprint.post("/receipts/<reference>/second-counts")
@requires(RECEIVE)
@writes
def count_second(reference: str) -> Response:
    """Write the second count of a line."""
    typed, actor = read_form(schemas.SecondCountSchema), current_actor()
    given = schemas.credentials(typed, request.remote_addr)
    count = Count(line_id=typed["line_id"], quantity=typed["quantity"])
    with transaction() as session:
        counter = service.cosigner(session, actor, given, now=clock.now()) or actor
        service.count_second(session, (actor, counter), reference, count)
    return _to(reference, f"line-{count.line_id}")


@blueprint.post("/receipts/<reference>/acceptance")
@requires(RECEIVE)
@writes
def accept(reference: str) -> Response:
    """Take the counted goods into the book."""
    typed, actor = read_form(schemas.GoodsSignatureSchema), current_actor()
    given = schemas.credentials(typed, request.remote_addr)
    with transaction() as session:
        second = service.cosigner(session, actor, given, now=clock.now())
        service.accept(session, actor, reference, second, now=clock.now())
    flash(_("The goods are in the book. Put them away now."), "success")
    return _to(reference)


@blueprint.post("/receipts/<reference>/put-away")
@requires(RECEIVE)
@writes
def put_away(reference: str) -> Response:
    """Move accepted lines into their bins."""
    typed, actor = read_form(schemas.PutAwayFormSchema), current_actor()
    given = schemas.credentials(typed, request.remote_addr)
    placing = (reference, typed["placements"])
    with transaction() as session:
        second = service.cosigner(session, actor, given, now=clock.now())
        service.put_away(session, actor, placing, second, now=clock.now())
    flash(_("Put away."), "success")
    return _to(reference)


@blueprint.get("/receipts/<reference>/acceptance.pdf")
@requires(READ)
def download_acceptance(reference: str) -> Response:
    """Return the acceptance record as PDF (验收记录)."""
    return _paper(reference, documents.acceptance_record)


@blueprint.get("/receipts/<reference>/stock-in.pdf")
@requires(READ)
def download_slip(reference: str) -> Response:
    """Return the stock-in slip as PDF (入库单)."""
    return _paper(reference, documents.stock_in_slip)


def _paper(reference: str, draw: Callable[..., bytes]) -> Response:
    with transaction() as session:
        receipt = service.get_receipt(session, current_actor(), reference)
        if receipt.accepted_at is None:
            raise NotFound("document")
        paper = documents.ReceiptPaper(
            head=queries.get_head(session, receipt.id),
            lines=queries.list_lines(session, receipt.id),
            claims=queries.claims_of(session, receipt.id),
            road=service.temperatures_of(session, receipt.id),
            prices=queries.prices_of_receipt(session, receipt.id),
        )
    response = make_response(draw(paper, printed_at=clock.now()))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{reference}.pdf"'
    return response


def find_documents(session: Session, actor: Actor, text: str) -> Sequence[Hit]:
    """Find an order or receipt by its reference for the search field."""
    reference = text.upper()
    if not actor.may(READ) or not reference.startswith(("PO-", "GR-")):
        return []
    find, endpoint = (
        (service.get_order, "orders.show_order")
        if reference.startswith("PO-")
        else (service.get_receipt, "purchasing.show_receipt")
    )
    try:
        found = find(session, actor, reference)
    except NotFound:
        return []
    href = url_for(endpoint, reference=found.reference)
    return [Hit(kind="document", title=found.reference, detail="", href=href, exact=True)]


def _to(reference: str, anchor: str | None = None) -> Response:
    return redirect(url_for("purchasing.show_receipt", reference=reference, _anchor=anchor))
