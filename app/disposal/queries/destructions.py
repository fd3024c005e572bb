"""What waits to be destroyed, and destructions with what each took."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.disposal.models import Destruction, DestructionLine, WriteOff, WriteOffLine
from app.disposal.queries.write_offs import visible
from app.disposal.rules import DestructionMethod, LossReason, WriteOffState
from app.kernel.actor import Actor, Permission
from app.kernel.ids import DestructionId, FacilityId, WriteOffId, WriteOffLineId
from app.kernel.quantities import share_of
from app.network.models import Facility
from app.traceability.models import Lot

MOST_WAITING = 500


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """Goods that were written off, still exist and wait to be destroyed."""

    line_id: WriteOffLineId
    facility_id: FacilityId
    facility: str
    write_off: str
    reason: LossReason
    decided_at: datetime
    item_name: str
    strength: str
    base_unit: str
    is_coded: bool
    is_controlled: bool
    lot_number: str
    expires_on: date
    quantity: int
    destroyed: int

    @property
    def left(self) -> int:
        """Base units that still wait."""
        return self.quantity - self.destroyed


@dataclass(frozen=True, slots=True)
class DestructionRow:
    """A destruction in a list."""

    id: DestructionId
    reference: str
    facility_id: FacilityId
    facility: str
    destroyed_on: date
    place: str
    method: DestructionMethod
    note: str
    authority_name: str
    authority_position: str
    by: str
    second: str
    recorded_at: datetime
    lines: int


@dataclass(frozen=True, slots=True)
class DestroyedRow:
    """What a destruction took of a written-off line."""

    write_off: str
    reason: LossReason
    item_name: str
    strength: str
    base_unit: str
    units_per_pack: int
    cost_fen: int
    is_controlled: bool
    lot_number: str
    maker: str
    expires_on: date
    quantity: int

    @property
    def value_fen(self) -> int:
        """What the goods had cost."""
        return share_of(self.cost_fen, self.quantity, self.units_per_pack)


def list_waiting(session: Session, actor: Actor) -> list[WaitingRow]:
    """Return what waits to be destroyed, the longest waiting first."""
    line = WriteOffLine
    rows: Iterable[Any] = session.execute(
        select(
            line.id,
            WriteOff.facility_id,
            Facility.short_name,
            WriteOff.reference,
            WriteOff.reason,
            WriteOff.decided_at,
            line.item_name,
            line.strength,
            line.base_unit,
            line.is_coded,
            line.is_controlled,
            Lot.lot_number,
            Lot.expires_on,
            line.quantity,
            line.destroyed,
        )
        .join(WriteOff, WriteOff.id == line.write_off_id)
        .join(Facility, Facility.id == WriteOff.facility_id)
        .join(Lot, Lot.id == line.lot_id)
        .where(
            visible(actor),
            WriteOff.state == WriteOffState.CONFIRMED,
            WriteOff.reason != LossReason.LOST,
            line.destroyed < line.quantity,
        )
        .order_by(Facility.pinyin, WriteOff.id, line.id)
        .limit(MOST_WAITING)
    )
    return [WaitingRow(*row) for row in rows]


def list_destructions(
    session: Session, actor: Actor, before: int | None, size: int
) -> list[DestructionRow]:
    """Return the destructions an actor may see, newest first, one more than ``size``."""
    conditions = [_visible(actor)]
    if before is not None:
        conditions.append(Destruction.id < before)
    return _destructions(session, conditions, size + 1)


def find_destruction(session: Session, actor: Actor, reference: str) -> DestructionRow | None:
    """Return one destruction the actor may see."""
    rows = _destructions(session, [_visible(actor), Destruction.reference == reference], 1)
    return rows[0] if rows else None


def destructions_of(session: Session, write_off_id: WriteOffId) -> list[DestructionRow]:
    """Return the destructions that took goods of a write-off."""
    took = select(DestructionLine.destruction_id).join(
        WriteOffLine, WriteOffLine.id == DestructionLine.line_id
    )
    of = took.where(WriteOffLine.write_off_id == write_off_id)
    return _destructions(session, [Destruction.id.in_(of)], None)


def list_destroyed(session: Session, destruction_id: DestructionId) -> list[DestroyedRow]:
    """Return what a destruction took, in the order of the write-offs."""
    line = WriteOffLine
    rows: Iterable[Any] = session.execute(
        select(
            WriteOff.reference,
            WriteOff.reason,
            line.item_name,
            line.strength,
            line.base_unit,
            line.units_per_pack,
            line.cost_fen,
            line.is_controlled,
            Lot.lot_number,
            Lot.maker,
            Lot.expires_on,
            DestructionLine.quantity,
        )
        .join_from(DestructionLine, line, line.id == DestructionLine.line_id)
        .join(WriteOff, WriteOff.id == line.write_off_id)
        .join(Lot, Lot.id == line.lot_id)
        .where(DestructionLine.destruction_id == destruction_id)
        .order_by(line.id)
    )
    return [DestroyedRow(*row) for row in rows]


def _visible(actor: Actor) -> ColumnElement[bool]:
    if actor.may(Permission.COUNTY_READ):
        return Destruction.id > 0
    return Destruction.facility_id.in_(actor.facility_ids)


def _destructions(
    session: Session, conditions: list[ColumnElement[bool]], limit: int | None
) -> list[DestructionRow]:
    second = aliased(UserAccount)
    lines = (
        select(cast(func.count(), BigInteger))
        .where(DestructionLine.destruction_id == Destruction.id)
        .scalar_subquery()
    )
    rows: Iterable[Any] = session.execute(
        select(
            Destruction.id,
            Destruction.reference,
            Destruction.facility_id,
            Facility.short_name,
            Destruction.destroyed_on,
            Destruction.place,
            Destruction.method,
            Destruction.note,
            Destruction.authority_name,
            Destruction.authority_position,
            UserAccount.name,
            second.name,
            Destruction.recorded_at,
            lines,
        )
        .join(Facility, Facility.id == Destruction.facility_id)
        .join(UserAccount, UserAccount.id == Destruction.user_id)
        .join(second, second.id == Destruction.second_user_id)
        .where(*conditions)
        .order_by(Destruction.id.desc())
        .limit(limit)
    )
    return [DestructionRow(*row) for row in rows]
