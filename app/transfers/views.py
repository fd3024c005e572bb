"""Pages of transfers: the list, a request, what happens to it, loans, pull-back."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from werkzeug import Response

from app.accounts import service as accounts
from app.accounts.service import Credentials
from app.catalogue import service as catalogue
from app.inventory import queries as stock
from app.kernel import clock, history
from app.kernel.actor import Actor, Permission
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId, ItemId, UserId
from app.kernel.local_time import local_day
from app.network import service as network
from app.transfers import documents, queries, schemas, service
from app.transfers.queries import TransferQuery, TransferRow
from app.transfers.rules import ReturnReason, TransferKind, TransferState, Whereabouts
from app.transfers.service import Approval, Ask, HandOver, Receipt, Wish
from app.web.downloads import pdf_response
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.search import Hit
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("transfers", __name__, url_prefix="/transfers")
READ, ASK, DECIDE = Permission.INVENTORY_READ, Permission.TRANSFER_ASK, Permission.TRANSFER_DECIDE
MOST_LOTS = 300

NAVIGATION = (
    Entry(
        group=Group.STOCK,
        order=40,
        label=lazy_gettext("Transfers and returns"),
        endpoint="transfers.list_transfers",
        icon="arrows-exchange",
        permissions=(READ,),
    ),
)


@blueprint.get("")
@requires(READ)
def list_transfers() -> str:
    """List transfers, loans and returns."""
    query, actor = read_query(schemas.TransferQuerySchema), current_actor()
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    wanted = TransferQuery(whole=query["all"], kind=query["kind"], before=before)
    with transaction() as session:
        rows = queries.list_transfers(session, actor, wanted, PAGE_SIZE)
    return render_template(
        "transfers/list.html",
        page=page_of(rows, lambda row: [row.id]),
        query=query,
        own=actor.facility_ids,
        may_ask=actor.may(ASK),
        sees_county=actor.may(Permission.COUNTY_READ),
    )


@blueprint.get("/new")
@requires(ASK)
def show_new() -> str:
    """Show the form that asks for a transfer; item and holder may be filled in already."""
    query, actor = read_query(schemas.NewTransferQuerySchema), current_actor()
    with transaction() as session:
        item = catalogue.get_item(session, ItemId(query["item_id"])) if query["item_id"] else None
        levels = stock.county_levels(session, item.id, today=local_day(clock.now())) if item else []
        hits = stock.list_item_names(session, actor.facility_id, query["q"], None, 20)
        sites = stock.list_sites(session, actor.facility_ids)
    return render_template(
        "transfers/new.html",
        query=query,
        item=item,
        holders=[level for level in levels if level.facility_id != actor.facility_id],
        hits=hits if query["q"] else [],
        sites=sites,
        loan=query["kind"] is TransferKind.LOAN,
    )


@blueprint.post("")
@requires(ASK)
@writes
def ask() -> Response:
    """Ask another facility for an item."""
    typed, actor = read_form(schemas.AskFormSchema), current_actor()
    with transaction() as session:
        item = catalogue.get_item(session, ItemId(typed["item_id"]))
        quantity = typed["packs"] * item.units_per_pack + typed["loose"]
        mine = FacilityId(typed["facility_id"] or actor.facility_id)
        wanted = Ask(
            kind=typed["kind"],
            sender_id=FacilityId(typed["holder_id"]),
            receiver_id=mine,
            asked_by_id=mine,
            wishes=[Wish(item_id=item.id, quantity=quantity)],
            notes=typed["notes"],
            due_on=typed["due_on"] if typed["kind"] is TransferKind.LOAN else None,
        )
        made = service.ask(session, actor, wanted, now=clock.now())
    flash(_("Asked. The holder decides."), "success")
    return _to(made.reference)


@blueprint.get("/return")
@requires(ASK)
def show_return() -> str:
    """Show what lies on the own shelves, to send some of it back to the centre."""
    query, actor = read_query(schemas.NewTransferQuerySchema), current_actor()
    with transaction() as session:
        wanted = stock.StockFilter(facility_ids=frozenset({actor.facility_id}), text=query["q"])
        today = local_day(clock.now())
        rows = stock.list_stock(session, wanted, None, MOST_LOTS, today=today)
    lots = [row for row in rows if row.place_kind.value == "bin" and row.available > 0]
    return render_template(
        "transfers/return.html", lots=lots, query=query, reasons=list(ReturnReason), today=today
    )


@blueprint.post("/return")
@requires(ASK)
@writes
def send_back() -> Response:
    """Offer lots to the central pharmacy."""
    typed, actor = read_form(schemas.ReturnFormSchema), current_actor()
    with transaction() as session:
        mine = FacilityId(typed["facility_id"] or actor.facility_id)
        wanted = Ask(
            kind=TransferKind.RETURN,
            sender_id=mine,
            receiver_id=network.central_pharmacy(session).id,
            asked_by_id=mine,
            wishes=typed["wishes"],
            notes=typed["notes"],
            return_reason=typed["return_reason"],
        )
        made = service.ask(session, actor, wanted, now=clock.now())
    flash(_("Offered. The central pharmacy decides."), "success")
    return _to(made.reference)


@blueprint.get("/loans")
@requires(READ)
def list_loans() -> str:
    """List what is still owed."""
    with transaction() as session:
        loans = queries.list_loans(session, current_actor())
    return render_template("transfers/loans.html", loans=loans, today=local_day(clock.now()))


@blueprint.get("/pull-back")
@requires(Permission.COUNTY_READ)
def show_pull_back() -> str:
    """Propose where lots near their expiry can still be used."""
    with transaction() as session:
        proposals = service.propose_pull_back(session, now=clock.now())
    return render_template(
        "transfers/pull_back.html",
        proposals=proposals[:MOST_LOTS],
        saved_fen=sum(one.saved_fen for one in proposals),
        may_ask=current_actor().may(ASK),
    )


@blueprint.post("/pull-back")
@requires(ASK)
@writes
def ask_pull_back() -> Response:
    """Ask the holders to send chosen lots on."""
    typed, actor = read_form(schemas.PullBackFormSchema), current_actor()
    with transaction() as session:
        chosen, notes = typed["chosen"], typed["notes"]
        made = service.ask_pull_back(session, actor, chosen, notes, now=clock.now())
    flash(_("%(count)s requests were sent to the holders.", count=len(made)), "success")
    return redirect(url_for("transfers.list_transfers"))


@blueprint.get("/<string:reference>")
@requires(READ)
def show_transfer(reference: str) -> str:
    """Show a transfer, and the step that is next for whoever looks."""
    actor = current_actor()
    with transaction() as session:
        row = _found(session, actor, reference)
        transfer = service.get_transfer(session, actor, reference)
        lines = queries.list_lines(session, row.id)
        picks = (
            service.picks_of(session, transfer, service.lines_of(session, transfer))
            if row.state is TransferState.APPROVED
            else []
        )
        contents = queries.list_contents(session, row.id)
        changes = history.list_changes(session, "transfer", row.id)
    own = actor.facility_ids
    return render_template(
        "transfers/show.html",
        transfer=row,
        lines=lines,
        picks=picks,
        contents=contents,
        changes=changes,
        is_sender=row.sender_id in own and actor.may(ASK),
        is_receiver=row.receiver_id in own and actor.may(ASK),
        is_asker=row.asked_by_id in own and actor.may(ASK),
        decides=service.decider_of(transfer) in own and actor.may(DECIDE),
        fates=list(Whereabouts),
    )


@blueprint.post("/<string:reference>/approval")
@requires(DECIDE)
@writes
def approve(reference: str) -> Response:
    """Grant a request."""
    granted = Approval(reference=reference, **read_form(schemas.GrantSchema))
    with transaction() as session:
        service.approve(session, current_actor(), granted, now=clock.now())
    flash(_("Granted. The goods are promised."), "success")
    return _to(reference)


@blueprint.post("/<string:reference>/refusal")
@requires(DECIDE)
@writes
def refuse(reference: str) -> Response:
    """Refuse a request."""
    reason = read_form(schemas.TransferReasonSchema)["reason"]
    with transaction() as session:
        service.refuse(session, current_actor(), reference, reason, now=clock.now())
    return _to(reference)


@blueprint.post("/<string:reference>/cancel")
@requires(ASK)
@writes
def cancel(reference: str) -> Response:
    """Withdraw a request."""
    reason = read_form(schemas.TransferReasonSchema)["reason"]
    with transaction() as session:
        service.cancel(session, current_actor(), reference, reason, now=clock.now())
    return _to(reference)


@blueprint.post("/<string:reference>/hand-over")
@requires(ASK)
@writes
def hand_over(reference: str) -> Response:
    """Give the goods to the carrier."""
    typed, actor = read_form(schemas.HandOverSchema), current_actor()
    given = schemas.take_credentials(typed, request.remote_addr)
    with transaction() as session:
        transfer = service.get_transfer(session, actor, reference)
        second = _cosigned(session, given, FacilityId(transfer.sender_id))
        handed = HandOver(reference=reference, **typed)
        service.hand_over(session, actor, handed, second, now=clock.now())
    flash(_("Handed over. The goods are in transit."), "success")
    return _to(reference)


@blueprint.post("/<string:reference>/receipt")
@requires(ASK)
@writes
def receive(reference: str) -> Response:
    """Receive and inspect the goods."""
    typed, actor = read_form(schemas.InspectionSchema), current_actor()
    given = schemas.take_credentials(typed, request.remote_addr)
    with transaction() as session:
        transfer = service.get_transfer(session, actor, reference)
        second = _cosigned(session, given, FacilityId(transfer.receiver_id))
        receipt = Receipt(reference=reference, **typed)
        service.receive(session, actor, receipt, second, now=clock.now())
    flash(_("Received. The goods are on the shelf."), "success")
    return _to(reference)


@blueprint.post("/<string:reference>/settlement")
@requires(ASK)
@writes
def settle(reference: str) -> Response:
    """Say what became of goods that did not arrive."""
    typed, actor = read_form(schemas.SettlementSchema), current_actor()
    given = schemas.take_credentials(typed, request.remote_addr)
    told = schemas.settlement(typed, reference)
    with transaction() as session:
        second = _cosigned(session, given, actor.facility_id)
        service.settle_missing(session, actor, told, second, now=clock.now())
    return _to(reference)


@blueprint.post("/<string:reference>/give-back")
@requires(ASK)
@writes
def give_back(reference: str) -> Response:
    """Start giving a loan back."""
    told = (reference, read_form(schemas.GiveBackSchema))
    with transaction() as session:
        made = service.give_back(session, current_actor(), told, now=clock.now())
    return _to(made.reference)


@blueprint.get("/<string:reference>/note.pdf")
@requires(READ)
def download_note(reference: str) -> Response:
    """Return the paper that travels with the goods (调拨单、借用单、退库单)."""
    with transaction() as session:
        row = _found(session, current_actor(), reference)
        lines = queries.list_lines(session, row.id)
        contents = queries.list_contents(session, row.id)
    return pdf_response(documents.note(row, lines, contents), f"{reference}.pdf")


def find_transfers(session: Session, actor: Actor, text: str) -> Sequence[Hit]:
    """Find a transfer by its reference for the search field."""
    if not actor.may(READ) or not text.upper().startswith(("DB-", "JY-", "HJ-", "TK-")):
        return []
    row = queries.find_transfer(session, actor, text.upper())
    if row is None:
        return []
    href = url_for("transfers.show_transfer", reference=row.reference)
    detail = f"{row.sender} → {row.receiver}"
    return [Hit(kind="document", title=row.reference, detail=detail, href=href, exact=True)]


def _found(session: Session, actor: Actor, reference: str) -> TransferRow:
    row = queries.find_transfer(session, actor, reference)
    if row is None:
        raise NotFound("transfer")
    return row


def _cosigned(
    session: Session, given: Credentials | None, facility_id: FacilityId
) -> UserId | None:
    if given is None:
        return None
    return accounts.cosign(session, current_actor(), given, facility_id, now=clock.now())


def _to(reference: str) -> Response:
    return redirect(url_for("transfers.show_transfer", reference=reference))
