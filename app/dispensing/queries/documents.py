"""Dispensing documents, and what may be recorded as used."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.catalogue.models import Item, SpecialClass
from app.dispensing.models import (
    ControlledDispensing,
    Dispensing,
    DispensingKind,
    DispensingLine,
)
from app.inventory.models import (
    Condition,
    Place,
    PlaceKind,
    StockBalance,
    StockMove,
    StockPosting,
    UseTag,
)
from app.kernel.actor import Actor, Permission
from app.kernel.arrays import among
from app.kernel.ids import (
    DispensingId,
    FacilityId,
    ItemId,
    LotId,
    PlaceId,
    PostingId,
)
from app.network.models import Facility
from app.traceability.models import Lot, LotHold, Unit


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A dispensing document in a list; ``undone_by`` is the document that corrected it."""

    dispensing_id: DispensingId
    reference: str
    kind: DispensingKind
    facility_id: FacilityId
    facility: str
    happened_at: datetime
    by: str
    note: str
    tag: UseTag
    undone_by: str | None
    undoes: str | None


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of a dispensing document."""

    dispensing_id: DispensingId
    item_name: str
    strength: str
    base_unit: str
    lot_number: str
    expires_on: date
    code: str | None
    quantity: int


@dataclass(frozen=True, slots=True)
class UsableItem:
    """An item without codes on a facility's shelf."""

    item_id: ItemId
    code: str
    name: str
    strength: str
    base_unit: str
    is_controlled: bool
    available: int
    nearest_expiry: date


def list_documents(
    session: Session,
    actor: Actor,
    before: int | None,
    limit: int,
    *,
    reference: str | None = None,
) -> list[DocumentRow]:
    """Return documents of the facilities the actor sees, newest first, at most ``limit`` + 1."""
    undo, undone = aliased(Dispensing), aliased(Dispensing)
    statement = (
        select(
            Dispensing.id,
            Dispensing.reference,
            Dispensing.kind,
            Dispensing.facility_id,
            Facility.short_name,
            Dispensing.happened_at,
            UserAccount.name,
            Dispensing.note,
            Dispensing.tag,
            undo.reference,
            undone.reference,
        )
        .join(Facility, Facility.id == Dispensing.facility_id)
        .join(UserAccount, UserAccount.id == Dispensing.user_id)
        .outerjoin(undo, undo.undoes_id == Dispensing.id)
        .outerjoin(undone, undone.id == Dispensing.undoes_id)
        .order_by(Dispensing.id.desc())
        .limit(limit + 1)
    )
    if not actor.may(Permission.COUNTY_READ):
        statement = statement.where(Dispensing.facility_id.in_(actor.facility_ids))
    if before is not None:
        statement = statement.where(Dispensing.id < before)
    if reference is not None:
        statement = statement.where(Dispensing.reference == reference)
    rows: Iterable[Any] = session.execute(statement)
    return [DocumentRow(*row) for row in rows]


def list_lines(session: Session, ids: list[DispensingId]) -> dict[DispensingId, list[LineRow]]:
    """Return the lines of documents, by document."""
    rows = session.execute(
        select(
            DispensingLine.dispensing_id,
            Item.name,
            Item.strength,
            Item.base_unit,
            Lot.lot_number,
            Lot.expires_on,
            Unit.code,
            DispensingLine.quantity,
        )
        .join(Item, Item.id == DispensingLine.item_id)
        .join(Lot, Lot.id == DispensingLine.lot_id)
        .outerjoin(Unit, Unit.id == DispensingLine.unit_id)
        .where(DispensingLine.dispensing_id.in_(ids))
        .order_by(DispensingLine.id)
    )
    found: dict[DispensingId, list[LineRow]] = {each: [] for each in ids}
    for row in rows:
        found[row.dispensing_id].append(LineRow(*row))
    return found


def find_places(
    session: Session, place_ids: Collection[PlaceId]
) -> dict[PlaceId, tuple[FacilityId, PlaceKind]]:
    """Return whose places they are and of what kind."""
    rows = session.execute(
        select(Place.id, Place.facility_id, Place.kind).where(among(Place.id, place_ids))
    )
    return {row.id: (row.facility_id, row.kind) for row in rows}


def find_posting(session: Session, key: str) -> PostingId | None:
    """Return the posting made under a key."""
    return session.scalar(select(StockPosting.id).where(StockPosting.idempotency_key == key))


def shelf_of(session: Session, posting_id: PostingId) -> PlaceId:
    """Return the place a posting took its goods from."""
    return session.scalars(
        select(StockBalance.place_id)
        .join(StockMove, StockMove.balance_id == StockBalance.id)
        .where(StockMove.posting_id == posting_id, StockMove.leg == -1)
        .order_by(StockMove.id)
        .limit(1)
    ).one()


def list_usable(
    session: Session, asked: tuple[FacilityId, str], *, today: date, limit: int
) -> list[UsableItem]:
    """Return items without codes a facility could use today, by pinyin key."""
    facility_id, search = asked
    available = func.sum(StockBalance.on_hand - StockBalance.reserved)
    statement = (
        select(
            Item.id,
            Item.code,
            Item.name,
            Item.strength,
            Item.base_unit,
            Item.special_class != SpecialClass.NONE,
            available,
            func.min(StockBalance.expires_on),
        )
        .join(Item, Item.id == StockBalance.item_id)
        .join(Lot, Lot.id == StockBalance.lot_id)
        .join(Place, Place.id == StockBalance.place_id)
        .where(
            StockBalance.facility_id == facility_id,
            StockBalance.condition == Condition.USABLE,
            StockBalance.on_hand > StockBalance.reserved,
            StockBalance.expires_on >= today,
            Lot.hold == LotHold.NONE,
            Place.kind == PlaceKind.BIN,
            ~Item.is_coded,
        )
        .group_by(Item.id)
        .order_by(Item.pinyin, Item.id)
        .limit(limit)
    )
    if search:
        statement = statement.where(
            or_(
                Item.name.contains(search, autoescape=True),
                Item.pinyin.startswith(search.lower(), autoescape=True),
                Item.code == search,
            )
        )
    return [UsableItem(*row[:6], int(row[6]), row[7]) for row in session.execute(statement)]


def names_of(session: Session, item_ids: set[ItemId]) -> dict[ItemId, tuple[str, bool]]:
    """Return name and whether it is coded of each known item."""
    rows = session.execute(select(Item.id, Item.name, Item.is_coded).where(Item.id.in_(item_ids)))
    return {row.id: (row.name, row.is_coded) for row in rows}


def item_of_lot(session: Session, lot_id: LotId) -> ItemId | None:
    """Return what a lot is of."""
    return session.scalar(select(Lot.item_id).where(Lot.id == lot_id))


def controlled_names(session: Session, item_ids: Collection[ItemId]) -> list[str]:
    """Return the names of those items that two people must sign for, by pinyin key."""
    return list(
        session.scalars(
            select(Item.name)
            .where(Item.id.in_(set(item_ids)), Item.special_class != SpecialClass.NONE)
            .order_by(Item.pinyin, Item.id)
        )
    )


@dataclass(frozen=True, slots=True)
class ControlledPapers:
    """Prescription and second person of a document with controlled medicines."""

    prescription: str
    patient: str
    prescriber: str
    second: str


def find_papers(session: Session, dispensing_id: DispensingId) -> ControlledPapers | None:
    """Return what a document with controlled medicines was signed with."""
    row = session.execute(
        select(
            ControlledDispensing.prescription,
            ControlledDispensing.patient,
            ControlledDispensing.prescriber,
            UserAccount.name,
        )
        .join(UserAccount, UserAccount.id == ControlledDispensing.second_user_id)
        .where(ControlledDispensing.dispensing_id == dispensing_id)
    ).first()
    return ControlledPapers(*row) if row else None
