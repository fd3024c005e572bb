"""Returns to suppliers as lists, and the credits they leave."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Subquery, cast, func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.inventory.models import Condition, Place, PlaceKind
from app.kernel.actor import Actor, Permission
from app.kernel.ids import FacilityId, SupplierReturnId, UserId
from app.network.models import Facility
from app.purchasing.models import (
    Receipt,
    ReceiptLine,
    Settlement,
    Supplier,
    SupplierReturn,
    SupplierReturnLine,
    SupplierReturnPack,
)
from app.purchasing.rules import (
    OPEN_RETURNS,
    Credited,
    SupplierReturnReason,
    SupplierReturnState,
)
from app.traceability.models import Lot, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnQuery:
    """Which returns to list: those under way, or all; ``origin`` is what goods came with."""

    whole: bool = False
    origin: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """A return in a list."""

    id: SupplierReturnId
    reference: str
    facility_id: FacilityId
    facility: str
    supplier: str
    supplier_code: str
    supplier_phone: str
    state: SupplierReturnState
    reason: SupplierReturnReason
    note: str
    origin: str
    carrier: str
    created_by_id: UserId
    created_by: str
    created_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    answer: str
    sent_by: str | None
    second: str | None
    sent_at: datetime | None
    credit_fen: int
    settlement: str | None
    lines: int
    first_item: str | None


@dataclass(frozen=True, slots=True)
class ReturnLineRow:
    """A line of a return."""

    id: int
    receipt_reference: str
    item_code: str
    item_name: str
    strength: str
    base_unit: str
    units_per_pack: int
    price_fen: int
    is_coded: bool
    is_controlled: bool
    lot_number: str
    maker: str
    expires_on: date
    place_kind: PlaceKind
    place_code: str
    condition: Condition
    quantity: int

    @property
    def amount_fen(self) -> int:
        """What the supplier owes for it."""
        return Credited(
            quantity=self.quantity, price_fen=self.price_fen, units_per_pack=self.units_per_pack
        ).amount_fen


@dataclass(frozen=True, slots=True)
class CreditRow:
    """A credit no settlement has deducted yet."""

    reference: str
    supplier: str
    supplier_code: str
    sent_at: datetime
    credit_fen: int


def list_returns(session: Session, actor: Actor, query: ReturnQuery, size: int) -> list[ReturnRow]:
    """Return the returns an actor may see, newest first, one more than ``size``."""
    conditions = [_visible(actor)]
    if query.origin:
        conditions.append(SupplierReturn.origin == query.origin)
    elif not query.whole:
        conditions.append(SupplierReturn.state.in_(OPEN_RETURNS))
    if query.before:
        conditions.append(SupplierReturn.id < query.before)
    return _returns(session, conditions, size + 1)


def find_return(session: Session, actor: Actor, reference: str) -> ReturnRow | None:
    """Return one return the actor may see."""
    rows = _returns(session, [_visible(actor), SupplierReturn.reference == reference], 1)
    return rows[0] if rows else None


def list_return_lines(session: Session, return_id: SupplierReturnId) -> list[ReturnLineRow]:
    """Return a return's lines in their order."""
    line = SupplierReturnLine
    rows: Iterable[Any] = session.execute(
        select(
            line.id,
            Receipt.reference,
            line.item_code,
            line.item_name,
            line.strength,
            line.base_unit,
            line.units_per_pack,
            line.price_fen,
            line.is_coded,
            line.is_controlled,
            Lot.lot_number,
            Lot.maker,
            Lot.expires_on,
            Place.kind,
            Place.code,
            line.condition,
            line.quantity,
        )
        .join(ReceiptLine, ReceiptLine.id == line.receipt_line_id)
        .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
        .join(Lot, Lot.id == line.lot_id)
        .join(Place, Place.id == line.place_id)
        .where(line.return_id == return_id)
        .order_by(line.id)
    )
    return [ReturnLineRow(*row) for row in rows]


def list_return_packs(session: Session, return_id: SupplierReturnId) -> dict[int, list[str]]:
    """Return the codes of the packs that were sent, by line."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    rows = session.execute(
        select(SupplierReturnPack.line_id, Unit.code)
        .join(Unit, Unit.id == SupplierReturnPack.unit_id)
        .join(SupplierReturnLine, SupplierReturnLine.id == SupplierReturnPack.line_id)
        .where(SupplierReturnLine.return_id == return_id)
        .order_by(Unit.code)
    )
    for line_id, code in rows:
        found[line_id].append(code)
    return dict(found)


def list_credits(session: Session, actor: Actor) -> list[CreditRow]:
    """Return what suppliers owe for returned goods and no settlement has deducted."""
    rows: Iterable[Any] = session.execute(
        select(
            SupplierReturn.reference,
            Supplier.name,
            Supplier.code,
            SupplierReturn.sent_at,
            SupplierReturn.credit_fen,
        )
        .join(Supplier, Supplier.id == SupplierReturn.supplier_id)
        .where(
            _visible(actor),
            SupplierReturn.state == SupplierReturnState.SENT,
            SupplierReturn.settlement_id.is_(None),
        )
        .order_by(SupplierReturn.id)
    )
    return [CreditRow(*row) for row in rows]


def _visible(actor: Actor) -> ColumnElement[bool]:
    if actor.may(Permission.COUNTY_READ):
        return SupplierReturn.id > 0
    return SupplierReturn.facility_id.in_(actor.facility_ids)


def _returns(
    session: Session, conditions: list[ColumnElement[bool]], limit: int
) -> list[ReturnRow]:
    created, decided, sent, second = (aliased(UserAccount) for _ in range(4))
    lines = _line_counts()
    rows: Iterable[Any] = session.execute(
        select(
            SupplierReturn.id,
            SupplierReturn.reference,
            SupplierReturn.facility_id,
            Facility.short_name,
            Supplier.name,
            Supplier.code,
            Supplier.phone,
            SupplierReturn.state,
            SupplierReturn.reason,
            SupplierReturn.note,
            SupplierReturn.origin,
            SupplierReturn.carrier,
            SupplierReturn.created_by,
            created.name,
            SupplierReturn.created_at,
            decided.name,
            SupplierReturn.decided_at,
            SupplierReturn.answer,
            sent.name,
            second.name,
            SupplierReturn.sent_at,
            SupplierReturn.credit_fen,
            Settlement.reference,
            func.coalesce(lines.c.lines, 0),
            lines.c.first_item,
        )
        .join(Facility, Facility.id == SupplierReturn.facility_id)
        .join(Supplier, Supplier.id == SupplierReturn.supplier_id)
        .join(created, created.id == SupplierReturn.created_by)
        .outerjoin(decided, decided.id == SupplierReturn.decided_by)
        .outerjoin(sent, sent.id == SupplierReturn.sent_by)
        .outerjoin(second, second.id == SupplierReturn.second_user_id)
        .outerjoin(Settlement, Settlement.id == SupplierReturn.settlement_id)
        .outerjoin(lines, lines.c.return_id == SupplierReturn.id)
        .where(*conditions)
        .order_by(SupplierReturn.id.desc())
        .limit(limit)
    )
    return [ReturnRow(*row) for row in rows]


def _line_counts() -> Subquery:
    """Return how many lines each return has, and the first of their items."""
    return (
        select(
            SupplierReturnLine.return_id,
            cast(func.count(), BigInteger).label("lines"),
            func.min(SupplierReturnLine.item_name).label("first_item"),
        )
        .group_by(SupplierReturnLine.return_id)
        .subquery()
    )
