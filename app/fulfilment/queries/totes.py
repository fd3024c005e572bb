"""Totes as storekeepers, checkers and clinics see them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.catalogue.models import Item
from app.fulfilment.models import PickTask, ReceiptLine, Requisition, Tote, ToteContent
from app.fulfilment.rules import Compartment, RequisitionState, ToteState
from app.kernel.actor import Actor, Permission
from app.kernel.ids import ToteId
from app.network.models import Facility
from app.traceability.models import Lot, LotHold, Unit


@dataclass(frozen=True, slots=True)
class ToteRow:
    """One tote in a list, with where it comes from and goes."""

    id: ToteId
    code: str
    requisition: str
    facility_name: str
    compartment: Compartment
    state: ToteState
    contents: int
    weight_grams: int
    volume_cm3: int
    delivery_day: date | None
    promised_from: datetime | None
    promised_to: datetime | None
    released: bool
    held: bool


def may_not_leave(day: date) -> Exists:
    """Say, of the tote of the query around it, whether a lot inside is held or expired."""
    return (
        select(ToteContent.id)
        .join(Lot, Lot.id == ToteContent.lot_id)
        .where(
            ToteContent.tote_id == Tote.id,
            ToteContent.taken_out_at.is_(None),
            (Lot.hold != LotHold.NONE) | (Lot.expires_on < day),
        )
        .correlate(Tote)
        .exists()
    )


@dataclass(frozen=True, slots=True)
class HeldInside:
    """A lot inside a tote that must not be used, and what to do with it."""

    tote_id: ToteId
    item_name: str
    lot_number: str
    hold: LotHold
    instruction: str


def held_inside(session: Session, tote_ids: Collection[ToteId]) -> list[HeldInside]:
    """Return the held lots in these totes, by tote."""
    rows: Iterable[Any] = session.execute(
        select(
            ToteContent.tote_id,
            Item.name,
            Lot.lot_number,
            Lot.hold,
            func.coalesce(func.nullif(Lot.hold_instruction, ""), Lot.hold_reason),
        )
        .join_from(ToteContent, Lot, Lot.id == ToteContent.lot_id)
        .join(Item, Item.id == ToteContent.item_id)
        .where(
            ToteContent.tote_id.in_(tote_ids),
            ToteContent.taken_out_at.is_(None),
            Lot.hold != LotHold.NONE,
        )
        .distinct()
        .order_by(ToteContent.tote_id, Lot.lot_number)
    )
    return [HeldInside(*row) for row in rows]


def _totes_seen_by(actor: Actor) -> ColumnElement[bool]:
    if actor.may(Permission.COUNTY_READ):
        return Tote.id.is_not(None)
    own = list(actor.facility_ids)
    return or_(Tote.supplier_id.in_(own), Tote.destination_id.in_(own))


def list_totes(
    session: Session,
    actor: Actor,
    wanted: tuple[Collection[ToteState], date],
    *,
    after: tuple[str | int, ...] | None,
    size: int,
) -> Sequence[ToteRow]:
    """Return totes the actor sends or gets, the oldest first, one more than ``size``.

    ``wanted`` are their states, and the day on which their lots may leave or not.
    """
    states, day = wanted
    contents = (
        select(func.count())
        .where(ToteContent.tote_id == Tote.id, ToteContent.taken_out_at.is_(None))
        .scalar_subquery()
    )
    query = (
        select(
            Tote.id,
            Tote.code,
            Requisition.reference,
            Facility.short_name,
            Tote.compartment,
            Tote.state,
            contents,
            Tote.weight_grams,
            Tote.volume_cm3,
            Requisition.delivery_day,
            Requisition.promised_from,
            Requisition.promised_to,
            Requisition.state.in_((RequisitionState.SEALED, RequisitionState.IN_DELIVERY)),
            may_not_leave(day),
        )
        .join(Requisition, Requisition.id == Tote.requisition_id)
        .join(Facility, Facility.id == Tote.destination_id)
        .where(_totes_seen_by(actor), Tote.state.in_(states))
        .order_by(Tote.id)
        .limit(size + 1)
    )
    if after:
        query = query.where(Tote.id > after[0])
    return [ToteRow(*row) for row in session.execute(query)]


def count_totes(session: Session, actor: Actor) -> dict[ToteState, int]:
    """Return how many totes the actor sees in each state."""
    rows = session.execute(
        select(Tote.state, func.count()).where(_totes_seen_by(actor)).group_by(Tote.state)
    )
    return {row[0]: row[1] for row in rows}


@dataclass(frozen=True, slots=True)
class ContentRow:
    """One content of a tote: a scanned unit or a quantity of a lot."""

    position: int
    item_code: str
    item_name: str
    strength: str
    maker: str
    base_unit: str
    pack_unit: str
    units_per_pack: int
    price_fen: int
    lot_number: str
    expires_on: date
    hold: LotHold
    quantity: int
    unit_code: str | None
    unit_level: str | None
    picked_by: str
    received: int | None

    def may_leave(self, day: date) -> bool:
        """Say whether its lot may go out on a day."""
        return self.hold is LotHold.NONE and self.expires_on >= day


def list_contents(session: Session, tote_ids: Collection[ToteId]) -> dict[ToteId, list[ContentRow]]:
    """Return what lies in totes, and what their clinics confirmed, in one query."""
    rows: Iterable[Any] = session.execute(
        select(
            ToteContent.tote_id,
            ToteContent.position,
            Item.code,
            Item.name,
            Item.strength,
            Lot.maker,
            Item.base_unit,
            Item.pack_unit,
            Item.units_per_pack,
            Item.price_fen,
            Lot.lot_number,
            Lot.expires_on,
            Lot.hold,
            ToteContent.quantity,
            Unit.code,
            Unit.level,
            UserAccount.name,
            ReceiptLine.received,
        )
        .join(Item, Item.id == ToteContent.item_id)
        .join(Lot, Lot.id == ToteContent.lot_id)
        .join(UserAccount, UserAccount.id == ToteContent.picked_by_id)
        .outerjoin(Unit, Unit.id == ToteContent.unit_id)
        .outerjoin(ReceiptLine, ReceiptLine.content_id == ToteContent.id)
        .where(ToteContent.tote_id.in_(tote_ids), ToteContent.taken_out_at.is_(None))
        .order_by(ToteContent.tote_id, ToteContent.position)
    )
    found: dict[ToteId, list[ContentRow]] = {tote_id: [] for tote_id in tote_ids}
    for row in rows:
        found[row[0]].append(ContentRow(*row[1:]))
    return found


@dataclass(frozen=True, slots=True)
class LotInTote:
    """All of one lot in a tote: what the second look counts as one line."""

    item_code: str
    item_name: str
    strength: str
    base_unit: str
    pack_unit: str
    units_per_pack: int
    lot_number: str
    expires_on: date
    quantity: int


def by_lot(contents: Sequence[ContentRow]) -> list[LotInTote]:
    """Add contents up by item and lot, in the order they were put in."""
    totals: dict[tuple[str, str], int] = {}
    firsts: dict[tuple[str, str], ContentRow] = {}
    for row in contents:
        key = (row.item_code, row.lot_number)
        firsts.setdefault(key, row)
        totals[key] = totals.get(key, 0) + row.quantity
    return [
        LotInTote(
            row.item_code,
            row.item_name,
            row.strength,
            row.base_unit,
            row.pack_unit,
            row.units_per_pack,
            row.lot_number,
            row.expires_on,
            totals[key],
        )
        for key, row in firsts.items()
    ]


@dataclass(frozen=True, slots=True)
class ToteNames:
    """The names behind a tote's keys."""

    requisition: str
    requisition_state: RequisitionState
    task: str
    supplier: str
    destination: str
    address: str
    phone: str
    checked_by: str | None
    delivery_day: date | None
    promised_from: datetime | None
    promised_to: datetime | None


def tote_names(session: Session, tote_id: ToteId) -> ToteNames:
    """Return the documents and facilities a tote belongs to."""
    supplier = aliased(Facility)
    row = session.execute(
        select(
            Requisition.reference,
            Requisition.state,
            PickTask.reference,
            supplier.name,
            Facility.name,
            Facility.township,
            Facility.phone,
            UserAccount.name,
            Requisition.delivery_day,
            Requisition.promised_from,
            Requisition.promised_to,
        )
        .select_from(Tote)
        .join(Requisition, Requisition.id == Tote.requisition_id)
        .join(PickTask, PickTask.requisition_id == Requisition.id)
        .join(supplier, supplier.id == Tote.supplier_id)
        .join(Facility, Facility.id == Tote.destination_id)
        .outerjoin(UserAccount, UserAccount.id == Tote.checked_by_id)
        .where(Tote.id == tote_id)
    ).one()
    return ToteNames(*row)


def packs_of(session: Session, tote_id: ToteId) -> dict[int, list[str]]:
    """Return the pack codes inside each coded content, by the content's position."""
    pack = aliased(Unit)
    rows = session.execute(
        select(ToteContent.position, func.coalesce(pack.code, Unit.code))
        .join(Unit, Unit.id == ToteContent.unit_id)
        .outerjoin(pack, pack.parent_id == Unit.id)
        .where(ToteContent.tote_id == tote_id, ToteContent.taken_out_at.is_(None))
        .order_by(ToteContent.position, pack.code)
    )
    found: dict[int, list[str]] = {}
    for position, code in rows:
        found.setdefault(position, []).append(code)
    return found
