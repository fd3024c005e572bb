"""JSON API of transfers, loans and returns between facilities."""

from typing import Any

from flask import request
from flask_smorest import Blueprint
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.service import Credentials
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId, TransferLineId, UserId
from app.network import service as network
from app.transfers import queries, schemas, service
from app.transfers.queries import LoanRow, TransferQuery, TransferRow
from app.transfers.service import Approval, HandOver, Receipt
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "transfers_api",
    __name__,
    url_prefix="/api/v1/transfers",
    description="Goods between facilities: transfers, loans, returns",
)
READ, ASK, DECIDE = Permission.INVENTORY_READ, Permission.TRANSFER_ASK, Permission.TRANSFER_DECIDE


@blueprint.get("")
@requires(READ)
@blueprint.arguments(schemas.TransferQuerySchema, location="query")
@blueprint.response(200, schemas.TransfersSchema)
def list_transfers(query: dict[str, Any]) -> Page[TransferRow]:
    """List the transfers one may see, newest first; those under way unless all are asked for."""
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    wanted = TransferQuery(whole=query["all"], kind=query["kind"], before=before)
    with transaction() as session:
        rows = queries.list_transfers(session, current_actor(), wanted, PAGE_SIZE)
    return page_of(rows, lambda row: [row.id])


@blueprint.post("")
@requires(ASK)
@writes
@blueprint.arguments(schemas.AskSchema)
@blueprint.response(201, schemas.TransferSchema)
def ask(typed: dict[str, Any]) -> dict[str, Any]:
    """Ask another facility for goods, as a transfer or a loan, or send goods back."""
    actor = current_actor()
    with transaction() as session:
        centre = network.central_pharmacy(session)
        wanted = schemas.ask_of(typed, actor.facility_id, centre.id)
        made = service.ask(session, actor, wanted, now=clock.now())
        return _shown(session, made.reference)


@blueprint.get("/loans")
@requires(READ)
@blueprint.response(200, schemas.LoansSchema)
def list_loans() -> dict[str, list[LoanRow]]:
    """List what is still owed, the first due first."""
    with transaction() as session:
        return {"rows": queries.list_loans(session, current_actor())}


@blueprint.post("/pull-back")
@requires(Permission.COUNTY_READ)
@writes
@blueprint.arguments(schemas.PullBackSchema)
@blueprint.response(201, schemas.TransfersSchema)
def ask_pull_back(typed: dict[str, Any]) -> dict[str, Any]:
    """Ask holders to send lots near their expiry to where they are used in time."""
    actor = current_actor()
    with transaction() as session:
        chosen, notes = typed["chosen"], typed["notes"]
        made = service.ask_pull_back(session, actor, chosen, notes, now=clock.now())
        rows = [queries.find_transfer(session, actor, one.reference) for one in made]
    return {"rows": rows, "next_cursor": None}


@blueprint.get("/<string:reference>")
@requires(READ)
@blueprint.response(200, schemas.TransferSchema)
def show_transfer(reference: str) -> dict[str, Any]:
    """Return a transfer with its lines and contents."""
    with transaction() as session:
        return _shown(session, reference)


@blueprint.post("/<string:reference>/approval")
@requires(DECIDE)
@writes
@blueprint.arguments(schemas.GrantSchema)
@blueprint.response(200, schemas.TransferSchema)
def approve(typed: dict[str, Any], reference: str) -> dict[str, Any]:
    """Grant a request, in full or in part; the goods are promised."""
    with transaction() as session:
        granted = Approval(reference=reference, **typed)
        service.approve(session, current_actor(), granted, now=clock.now())
        return _shown(session, reference)


@blueprint.post("/<string:reference>/refusal")
@requires(DECIDE)
@writes
@blueprint.arguments(schemas.TransferReasonSchema)
@blueprint.response(200, schemas.TransferSchema)
def refuse(typed: dict[str, str], reference: str) -> dict[str, Any]:
    """Refuse a request, and say why."""
    with transaction() as session:
        service.refuse(session, current_actor(), reference, typed["reason"], now=clock.now())
        return _shown(session, reference)


@blueprint.post("/<string:reference>/cancel")
@requires(ASK)
@writes
@blueprint.arguments(schemas.TransferReasonSchema)
@blueprint.response(200, schemas.TransferSchema)
def cancel(typed: dict[str, str], reference: str) -> dict[str, Any]:
    """Withdraw a request before the goods are handed over."""
    with transaction() as session:
        service.cancel(session, current_actor(), reference, typed["reason"], now=clock.now())
        return _shown(session, reference)


@blueprint.post("/<string:reference>/hand-over")
@requires(ASK)
@writes
@blueprint.arguments(schemas.HandOverSchema)
@blueprint.response(200, schemas.TransferSchema)
def hand_over(typed: dict[str, Any], reference: str) -> dict[str, Any]:
    """Give the goods to the carrier."""
    given = schemas.take_credentials(typed, request.remote_addr)
    with transaction() as session:
        second = _cosigned(session, reference, given, by_sender=True)
        handed = HandOver(reference=reference, **typed)
        service.hand_over(session, current_actor(), handed, second, now=clock.now())
        return _shown(session, reference)


@blueprint.post("/<string:reference>/receipt")
@requires(ASK)
@writes
@blueprint.arguments(schemas.InspectionSchema)
@blueprint.response(200, schemas.TransferSchema)
def receive(typed: dict[str, Any], reference: str) -> dict[str, Any]:
    """Receive and inspect the goods; what is missing stays open."""
    given = schemas.take_credentials(typed, request.remote_addr)
    with transaction() as session:
        second = _cosigned(session, reference, given, by_sender=False)
        receipt = Receipt(reference=reference, **typed)
        service.receive(session, current_actor(), receipt, second, now=clock.now())
        return _shown(session, reference)


@blueprint.post("/<string:reference>/settlement")
@requires(ASK)
@writes
@blueprint.arguments(schemas.SettlementSchema)
@blueprint.response(200, schemas.TransferSchema)
def settle(typed: dict[str, Any], reference: str) -> dict[str, Any]:
    """Say what became of goods that did not arrive."""
    given = schemas.take_credentials(typed, request.remote_addr)
    told = schemas.settlement(typed, reference)
    with transaction() as session:
        second = _cosigned(session, reference, given, by_sender=True)
        service.settle_missing(session, current_actor(), told, second, now=clock.now())
        return _shown(session, reference)


@blueprint.post("/<string:reference>/give-back")
@requires(ASK)
@writes
@blueprint.arguments(schemas.GiveBackSchema)
@blueprint.response(201, schemas.TransferSchema)
def give_back(parts: list[tuple[TransferLineId, int]], reference: str) -> dict[str, Any]:
    """Start giving a loan back."""
    with transaction() as session:
        told = (reference, parts)
        made = service.give_back(session, current_actor(), told, now=clock.now())
        return _shown(session, made.reference)


def _cosigned(
    session: Session, reference: str, given: Credentials | None, *, by_sender: bool
) -> UserId | None:
    if given is None:
        return None
    actor = current_actor()
    transfer = service.get_transfer(session, actor, reference)
    facility = FacilityId(transfer.sender_id if by_sender else transfer.receiver_id)
    return accounts.cosign(session, actor, given, facility, now=clock.now())


def _shown(session: Session, reference: str) -> dict[str, Any]:
    row = queries.find_transfer(session, current_actor(), reference)
    if row is None:
        raise NotFound("transfer")
    return {
        "transfer": row,
        "lines": queries.list_lines(session, row.id),
        "contents": queries.list_contents(session, row.id),
    }
