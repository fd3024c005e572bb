"""Bills as lists and files, and what is not in any bill yet."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import UserAccount
from app.catalogue.models import Item
from app.kernel.actor import Actor, Permission
from app.kernel.ids import FacilityId, LotId, TraceBillId, UploadId
from app.network.models import Facility
from app.traceability.models import Lot, Unit
from app.uploads.models import (
    TraceBill,
    TraceBillCode,
    TraceBillRemnant,
    TraceBillSource,
    Upload,
)
from app.uploads.rules import StockChange, UploadKind
from app.uploads.rules.bills import OF_KIND, BillState, BillType, DropReason


@dataclass(frozen=True, slots=True)
class Unbilled:
    """A message whose fact is in no bill yet."""

    id: UploadId
    kind: UploadKind
    facility_id: FacilityId
    lot_id: LotId
    document: str
    quantity: int
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class BillRow:
    """A bill in a list."""

    id: TraceBillId
    reference: str
    facility_id: FacilityId
    facility: str
    type: BillType
    state: BillState
    document: str
    day: date
    partner: str
    part: int
    note: str
    answer: str
    created_at: datetime
    by: str | None
    codes: int
    dropped: int


@dataclass(frozen=True, slots=True)
class RemnantRow:
    """So much of a lot without codes."""

    item_code: str
    item_name: str
    strength: str
    base_unit: str
    lot_number: str
    expires_on: date
    quantity: int


def unbilled(session: Session, before: datetime, most: int) -> list[Unbilled]:
    """Return what happened before a moment and is in no bill, by facility and document."""
    told = and_(
        Upload.kind.in_(list(OF_KIND)),
        or_(Upload.kind != UploadKind.STOCK_CHANGE, Upload.change == StockChange.DESTROYED),
    )
    rows: Iterable[Any] = session.execute(
        select(
            Upload.id,
            Upload.kind,
            Upload.facility_id,
            Upload.lot_id,
            Upload.document,
            Upload.quantity,
            Upload.happened_at,
        )
        .outerjoin(TraceBillSource, TraceBillSource.upload_id == Upload.id)
        .where(told, Upload.happened_at < before, TraceBillSource.upload_id.is_(None))
        .order_by(Upload.facility_id, Upload.kind, Upload.happened_at, Upload.id)
        .limit(most)
        .with_for_update(of=Upload, skip_locked=True, key_share=True)
    )
    return [Unbilled(*row) for row in rows]


def list_bills(
    session: Session, actor: Actor, wanted: tuple[BillState | None, int | None], size: int
) -> list[BillRow]:
    """Return bills in a state, or all, newest first, before a key; one more than ``size``."""
    state, before = wanted
    conditions = [_visible(actor)]
    if state is not None:
        conditions.append(TraceBill.state == state)
    if before is not None:
        conditions.append(TraceBill.id < before)
    return _bills(session, conditions, size + 1)


def find_bill(session: Session, actor: Actor, reference: str) -> BillRow | None:
    """Return one bill the actor may see."""
    rows = _bills(session, [_visible(actor), TraceBill.reference == reference], 1)
    return rows[0] if rows else None


def list_codes(session: Session, bill_id: TraceBillId) -> list[tuple[str, DropReason]]:
    """Return the codes of a bill, those that were left out with the reason."""
    rows = session.execute(
        select(TraceBillCode.code, TraceBillCode.dropped)
        .where(TraceBillCode.bill_id == bill_id)
        .order_by(TraceBillCode.code)
    )
    return [(row.code, row.dropped) for row in rows]


def list_remnants(session: Session, bill_id: TraceBillId) -> list[RemnantRow]:
    """Return the lots without codes of a bill."""
    rows: Iterable[Any] = session.execute(
        select(
            Item.code,
            Item.name,
            Item.strength,
            Item.base_unit,
            Lot.lot_number,
            Lot.expires_on,
            TraceBillRemnant.quantity,
        )
        .join_from(TraceBillRemnant, Lot, Lot.id == TraceBillRemnant.lot_id)
        .join(Item, Item.id == Lot.item_id)
        .where(TraceBillRemnant.bill_id == bill_id)
        .order_by(Item.code, Lot.lot_number)
    )
    return [RemnantRow(*row) for row in rows]


def containers_of(session: Session, codes: Collection[str]) -> dict[str, list[str]]:
    """Return the codes of all containers each of these codes lies in."""
    start = select(Unit.code.label("named"), Unit.parent_id).where(Unit.code.in_(codes))
    tree = start.cte("tree", recursive=True)
    tree = tree.union_all(
        select(tree.c.named, Unit.parent_id).join(tree, Unit.id == tree.c.parent_id)
    )
    rows = session.execute(select(tree.c.named, Unit.code).join(tree, Unit.id == tree.c.parent_id))
    found: dict[str, list[str]] = {}
    for named, parent in rows:
        found.setdefault(named, []).append(parent)
    return found


def _visible(actor: Actor) -> ColumnElement[bool]:
    if actor.may(Permission.COUNTY_READ):
        return TraceBill.id > 0
    return TraceBill.facility_id.in_(actor.facility_ids)


def _bills(session: Session, conditions: list[ColumnElement[bool]], limit: int) -> list[BillRow]:
    of_bill = TraceBillCode.bill_id == TraceBill.id
    kept = select(func.count()).where(of_bill, TraceBillCode.dropped == DropReason.NONE)
    dropped = select(func.count()).where(of_bill, TraceBillCode.dropped != DropReason.NONE)
    rows: Iterable[Any] = session.execute(
        select(
            TraceBill.id,
            TraceBill.reference,
            TraceBill.facility_id,
            Facility.short_name,
            TraceBill.type,
            TraceBill.state,
            TraceBill.document,
            TraceBill.day,
            TraceBill.partner,
            TraceBill.part,
            TraceBill.note,
            TraceBill.answer,
            TraceBill.created_at,
            UserAccount.name,
            kept.scalar_subquery(),
            dropped.scalar_subquery(),
        )
        .join(Facility, Facility.id == TraceBill.facility_id)
        .outerjoin(UserAccount, UserAccount.id == TraceBill.user_id)
        .where(*conditions)
        .order_by(TraceBill.id.desc())
        .limit(limit)
    )
    return [BillRow(*row) for row in rows]
