"""Transfers as lists, with the names people read; loans that are still owed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.inventory.models import Condition, Place
from app.kernel.actor import Actor, Permission
from app.kernel.ids import (
    FacilityId,
    ItemId,
    LotId,
    TransferContentId,
    TransferId,
    TransferLineId,
)
from app.network.models import Facility
from app.traceability.models import Lot, Unit
from app.transfers.models import Transfer, TransferContent, TransferLine
from app.transfers.rules import OPEN, ReturnReason, TransferKind, TransferState, Whereabouts


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferQuery:
    """Which transfers to list; ``before`` is the page's key."""

    whole: bool = False
    kind: TransferKind | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class TransferRow:
    """A transfer in a list."""

    id: TransferId
    reference: str
    kind: TransferKind
    state: TransferState
    sender_id: FacilityId
    sender: str
    receiver_id: FacilityId
    receiver: str
    asked_by_id: FacilityId
    return_reason: ReturnReason | None
    due_on: date | None
    loan_reference: str | None
    notes: str
    answer: str
    carrier: str
    created_at: datetime
    created_by: str
    decided_by: str | None
    decided_at: datetime | None
    lapsed_at: datetime | None
    handed_by: str | None
    handed_at: datetime | None
    received_by: str | None
    received_at: datetime | None
    lines: int
    first_item: str | None


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of a transfer."""

    id: TransferLineId
    item_id: ItemId
    item_code: str
    item_name: str
    strength: str
    base_unit: str
    pack_unit: str
    units_per_pack: int
    price_fen: int
    is_coded: bool
    lot_number: str | None
    expires_on: date | None
    condition: Condition
    asked: int
    approved: int | None
    shortage: int
    owed: int
    settled: int


@dataclass(frozen=True, slots=True)
class ContentRow:
    """What was handed over of one lot, or one coded pack, and how it arrived."""

    id: TransferContentId
    line_id: TransferLineId
    item_name: str
    strength: str
    base_unit: str
    units_per_pack: int
    pack_unit: str
    lot_id: LotId
    lot_number: str
    maker: str
    expires_on: date
    place_code: str
    code: str | None
    condition: Condition
    quantity: int
    usable: int
    quarantine: int
    damaged: int
    whereabouts: Whereabouts | None
    settled_reason: str

    @property
    def missing(self) -> int:
        """Base units that did not arrive."""
        return self.quantity - self.usable - self.quarantine - self.damaged


@dataclass(frozen=True, slots=True)
class LoanRow:
    """An item that one facility still owes another."""

    reference: str
    sender: str
    receiver: str
    due_on: date
    line_id: TransferLineId
    item_name: str
    strength: str
    base_unit: str
    owed: int
    settled: int

    @property
    def open(self) -> int:
        """Base units still owed."""
        return self.owed - self.settled


def _visible(actor: Actor) -> ColumnElement[bool]:
    if actor.may(Permission.COUNTY_READ):
        return Transfer.id > 0
    own = actor.facility_ids
    return or_(
        Transfer.sender_id.in_(own), Transfer.receiver_id.in_(own), Transfer.asked_by_id.in_(own)
    )


def _transfers() -> Any:
    sender, receiver, loan = aliased(Facility), aliased(Facility), aliased(Transfer)
    created, decided, handed, received = (aliased(UserAccount) for _ in range(4))
    lines = (
        select(
            TransferLine.transfer_id,
            func.count().label("lines"),
            func.min(TransferLine.item_name).filter(TransferLine.position == 1).label("first_item"),
        )
        .group_by(TransferLine.transfer_id)
        .subquery()
    )
    return (
        select(
            Transfer.id,
            Transfer.reference,
            Transfer.kind,
            Transfer.state,
            Transfer.sender_id,
            sender.short_name,
            Transfer.receiver_id,
            receiver.short_name,
            Transfer.asked_by_id,
            Transfer.return_reason,
            Transfer.due_on,
            loan.reference,
            Transfer.notes,
            Transfer.answer,
            Transfer.carrier,
            Transfer.created_at,
            created.name,
            decided.name,
            Transfer.decided_at,
            Transfer.lapsed_at,
            handed.name,
            Transfer.handed_at,
            received.name,
            Transfer.received_at,
            func.coalesce(lines.c.lines, 0),
            lines.c.first_item,
        )
        .join(sender, sender.id == Transfer.sender_id)
        .join(receiver, receiver.id == Transfer.receiver_id)
        .join(created, created.id == Transfer.created_by_id)
        .outerjoin(loan, loan.id == Transfer.loan_id)
        .outerjoin(decided, decided.id == Transfer.decided_by_id)
        .outerjoin(handed, handed.id == Transfer.handed_by_id)
        .outerjoin(received, received.id == Transfer.received_by_id)
        .outerjoin(lines, lines.c.transfer_id == Transfer.id)
    )


def list_transfers(
    session: Session, actor: Actor, query: TransferQuery, size: int
) -> list[TransferRow]:
    """Return the transfers an actor may see, newest first, one more than ``size``."""
    statement = _transfers().where(_visible(actor)).order_by(Transfer.id.desc()).limit(size + 1)
    if not query.whole:
        statement = statement.where(Transfer.state.in_(OPEN))
    if query.kind:
        statement = statement.where(Transfer.kind == query.kind)
    if query.before:
        statement = statement.where(Transfer.id < query.before)
    return [TransferRow(*row) for row in session.execute(statement)]


def count_lapsed(session: Session) -> dict[FacilityId, int]:
    """Return at each side how many requests wait anew because a promise lapsed."""
    found: dict[FacilityId, int] = {}
    for side in (Transfer.sender_id, Transfer.receiver_id):
        rows = session.execute(
            select(side, func.count())
            .where(Transfer.state == TransferState.REQUESTED, Transfer.lapsed_at.is_not(None))
            .group_by(side)
        )
        for facility_id, count in rows:
            found[facility_id] = found.get(facility_id, 0) + count
    return found


def find_transfer(session: Session, actor: Actor, reference: str) -> TransferRow | None:
    """Return one transfer the actor may see."""
    statement = _transfers().where(_visible(actor), Transfer.reference == reference)
    row = session.execute(statement).first()
    return TransferRow(*row) if row else None


def list_lines(session: Session, transfer_id: TransferId) -> list[LineRow]:
    """Return a transfer's lines in their order."""
    names = LineRow.__dataclass_fields__
    columns = [
        {"lot_number": Lot.lot_number, "expires_on": Lot.expires_on}.get(name)
        or getattr(TransferLine, name)
        for name in names
    ]
    rows: Iterable[Any] = session.execute(
        select(*columns)
        .select_from(TransferLine)
        .outerjoin(Lot, Lot.id == TransferLine.lot_id)
        .where(TransferLine.transfer_id == transfer_id)
        .order_by(TransferLine.position)
    )
    return [LineRow(*row) for row in rows]


def list_contents(session: Session, transfer_id: TransferId) -> list[ContentRow]:
    """Return what was handed over, by line and bin."""
    rows: Iterable[Any] = session.execute(
        select(
            TransferContent.id,
            TransferContent.line_id,
            TransferLine.item_name,
            TransferLine.strength,
            TransferLine.base_unit,
            TransferLine.units_per_pack,
            TransferLine.pack_unit,
            Lot.id,
            Lot.lot_number,
            Lot.maker,
            Lot.expires_on,
            Place.code,
            Unit.code,
            TransferContent.condition,
            TransferContent.quantity,
            TransferContent.usable,
            TransferContent.quarantine,
            TransferContent.damaged,
            TransferContent.whereabouts,
            TransferContent.settled_reason,
        )
        .join(TransferLine, TransferLine.id == TransferContent.line_id)
        .join(Lot, Lot.id == TransferContent.lot_id)
        .join(Place, Place.id == TransferContent.place_id)
        .outerjoin(Unit, Unit.id == TransferContent.unit_id)
        .where(TransferContent.transfer_id == transfer_id)
        .order_by(TransferLine.position, Place.code, TransferContent.id)
    )
    return [ContentRow(*row) for row in rows]


def list_loans(session: Session, actor: Actor) -> list[LoanRow]:
    """Return what is still owed, the first due first."""
    sender, receiver = aliased(Facility), aliased(Facility)
    rows: Iterable[Any] = session.execute(
        select(
            Transfer.reference,
            sender.short_name,
            receiver.short_name,
            Transfer.due_on,
            TransferLine.id,
            TransferLine.item_name,
            TransferLine.strength,
            TransferLine.base_unit,
            TransferLine.owed,
            TransferLine.settled,
        )
        .join(TransferLine, TransferLine.transfer_id == Transfer.id)
        .join(sender, sender.id == Transfer.sender_id)
        .join(receiver, receiver.id == Transfer.receiver_id)
        .where(and_(_visible(actor), TransferLine.settled < TransferLine.owed))
        .order_by(Transfer.due_on, Transfer.id, TransferLine.position)
    )
    return [LoanRow(*row) for row in rows]
