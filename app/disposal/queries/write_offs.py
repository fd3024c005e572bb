"""Write-offs as lists, with the names people read; their lines and packs."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.disposal.models import WriteOff, WriteOffLine, WriteOffPack
from app.disposal.rules import OPEN, LossReason, WriteOffState
from app.inventory.models import Condition, Place, PlaceKind
from app.kernel.actor import Actor, Permission
from app.kernel.ids import FacilityId, ItemId, LotId, UserId, WriteOffId, WriteOffLineId
from app.kernel.quantities import share_of
from app.network.models import Facility
from app.traceability.models import Lot, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOffQuery:
    """Which write-offs to list: those not decided, or all; ``origin`` is what goods came with."""

    whole: bool = False
    origin: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True)
class WriteOffRow:
    """A write-off in a list."""

    id: WriteOffId
    reference: str
    facility_id: FacilityId
    facility: str
    state: WriteOffState
    reason: LossReason
    note: str
    origin: str
    created_at: datetime
    created_by: str
    submitted_by_id: UserId | None
    submitted_by: str | None
    submitted_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    witness: str | None
    answer: str
    lines: int
    first_item: str | None


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of a write-off."""

    id: WriteOffLineId
    item_id: ItemId
    item_code: str
    item_name: str
    strength: str
    base_unit: str
    units_per_pack: int
    cost_fen: int
    is_coded: bool
    is_controlled: bool
    lot_id: LotId
    lot_number: str
    maker: str
    expires_on: date
    place_kind: PlaceKind
    place_code: str
    condition: Condition
    quantity: int
    destroyed: int

    @property
    def value_fen(self) -> int:
        """What the goods had cost."""
        return share_of(self.cost_fen, self.quantity, self.units_per_pack)


def visible(actor: Actor) -> ColumnElement[bool]:
    """Say which write-offs an actor may see."""
    if actor.may(Permission.COUNTY_READ):
        return WriteOff.id > 0
    return WriteOff.facility_id.in_(actor.facility_ids)


def list_write_offs(
    session: Session, actor: Actor, query: WriteOffQuery, size: int
) -> list[WriteOffRow]:
    """Return the write-offs an actor may see, newest first, one more than ``size``."""
    statement = _write_offs().where(visible(actor)).order_by(WriteOff.id.desc()).limit(size + 1)
    if query.origin:
        statement = statement.where(WriteOff.origin == query.origin)
    elif not query.whole:
        statement = statement.where(WriteOff.state.in_(OPEN))
    if query.before:
        statement = statement.where(WriteOff.id < query.before)
    rows: Iterable[Any] = session.execute(statement)
    return [WriteOffRow(*row) for row in rows]


def find_write_off(session: Session, actor: Actor, reference: str) -> WriteOffRow | None:
    """Return one write-off the actor may see."""
    statement = _write_offs().where(visible(actor), WriteOff.reference == reference)
    row = session.execute(statement).first()
    return WriteOffRow(*row) if row else None


def list_lines(session: Session, write_off_id: WriteOffId) -> list[LineRow]:
    """Return a write-off's lines in their order."""
    line = WriteOffLine
    rows: Iterable[Any] = session.execute(
        select(
            line.id,
            line.item_id,
            line.item_code,
            line.item_name,
            line.strength,
            line.base_unit,
            line.units_per_pack,
            line.cost_fen,
            line.is_coded,
            line.is_controlled,
            Lot.id,
            Lot.lot_number,
            Lot.maker,
            Lot.expires_on,
            Place.kind,
            Place.code,
            line.condition,
            line.quantity,
            line.destroyed,
        )
        .join(Lot, Lot.id == line.lot_id)
        .join(Place, Place.id == line.place_id)
        .where(line.write_off_id == write_off_id)
        .order_by(line.id)
    )
    return [LineRow(*row) for row in rows]


def list_packs(session: Session, write_off_id: WriteOffId) -> dict[WriteOffLineId, list[str]]:
    """Return the codes of the packs that were scanned, by line."""
    found: defaultdict[WriteOffLineId, list[str]] = defaultdict(list)
    rows = session.execute(
        select(WriteOffPack.line_id, Unit.code)
        .join(Unit, Unit.id == WriteOffPack.unit_id)
        .join(WriteOffLine, WriteOffLine.id == WriteOffPack.line_id)
        .where(WriteOffLine.write_off_id == write_off_id)
        .order_by(Unit.code)
    )
    for line_id, code in rows:
        found[line_id].append(code)
    return dict(found)


def _write_offs() -> Any:
    created, submitted, decided, witness = (aliased(UserAccount) for _ in range(4))
    lines = (
        select(
            WriteOffLine.write_off_id,
            cast(func.count(), BigInteger).label("lines"),
            func.min(WriteOffLine.item_name).label("first_item"),
        )
        .group_by(WriteOffLine.write_off_id)
        .subquery()
    )
    return (
        select(
            WriteOff.id,
            WriteOff.reference,
            WriteOff.facility_id,
            Facility.short_name,
            WriteOff.state,
            WriteOff.reason,
            WriteOff.note,
            WriteOff.origin,
            WriteOff.created_at,
            created.name,
            WriteOff.submitted_by_id,
            submitted.name,
            WriteOff.submitted_at,
            decided.name,
            WriteOff.decided_at,
            witness.name,
            WriteOff.answer,
            func.coalesce(lines.c.lines, 0),
            lines.c.first_item,
        )
        .join(Facility, Facility.id == WriteOff.facility_id)
        .join(created, created.id == WriteOff.created_by_id)
        .outerjoin(submitted, submitted.id == WriteOff.submitted_by_id)
        .outerjoin(decided, decided.id == WriteOff.decided_by_id)
        .outerjoin(witness, witness.id == WriteOff.witness_id)
        .outerjoin(lines, lines.c.write_off_id == WriteOff.id)
    )
