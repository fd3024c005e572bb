"""One entry of the ledger (过账): who, when, why, and what moved from where to where."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.catalogue.models import Item
from app.inventory.models import (
    Condition,
    Place,
    PlaceKind,
    PostingKind,
    StockBalance,
    StockMove,
    StockPosting,
    UseTag,
)
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId, ItemId, LotId, PlaceId, PostingId
from app.network.models import Facility
from app.traceability.models import Lot


@dataclass(frozen=True, slots=True)
class End:
    """One end of a movement, as people call it."""

    facility: str
    place_kind: PlaceKind
    place_code: str
    place_name: str
    condition: Condition
    balance_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One movement of an entry."""

    item_id: ItemId
    item_name: str
    strength: str
    base_unit: str
    lot_id: LotId
    lot_number: str
    expires_on: date
    quantity: int
    source: End
    target: End


@dataclass(frozen=True, slots=True)
class PostingFacts:
    """The head of an entry; ``reversed_by`` undoes it, ``reverses`` is what it undoes."""

    id: PostingId
    kind: PostingKind
    document: str
    reason: str
    tag: UseTag
    facility_id: FacilityId
    facility: str
    by: str
    second: str | None
    occurred_at: datetime
    recorded_at: datetime
    reverses: PostingId | None
    reversed_by: PostingId | None


@dataclass(frozen=True, slots=True)
class Traits:
    """What decides how an entry is undone."""

    bound: bool
    locked: bool


def get_posting(session: Session, posting_id: PostingId) -> PostingFacts:
    """Return an entry.

    Raises:
        NotFound: there is none.
    """
    second, undo = aliased(UserAccount), aliased(StockPosting)
    row: Any = session.execute(
        select(
            StockPosting.id,
            StockPosting.kind,
            StockPosting.document,
            StockPosting.reason,
            StockPosting.tag,
            StockPosting.facility_id,
            Facility.short_name,
            UserAccount.name,
            second.name,
            StockPosting.occurred_at,
            StockPosting.recorded_at,
            StockPosting.reverses_id,
            undo.id,
        )
        .join(Facility, Facility.id == StockPosting.facility_id)
        .join(UserAccount, UserAccount.id == StockPosting.user_id)
        .outerjoin(second, second.id == StockPosting.second_user_id)
        .outerjoin(undo, undo.reverses_id == StockPosting.id)
        .where(StockPosting.id == posting_id)
    ).first()
    if row is None:
        raise NotFound("posting")
    return PostingFacts(*row)


def list_moved(session: Session, posting_id: PostingId) -> list[Moved]:
    """Return the movements of an entry in the order they were written."""
    rows: Iterable[Any] = session.execute(
        select(
            StockMove.quantity,
            StockMove.balance_after,
            Item.id.label("item_id"),
            Item.name.label("item_name"),
            Item.strength,
            Item.base_unit,
            Lot.id.label("lot_id"),
            Lot.lot_number,
            Lot.expires_on,
            Facility.short_name.label("facility"),
            Place.kind,
            Place.code,
            Place.name.label("place_name"),
            StockBalance.condition,
        )
        .join(StockBalance, StockBalance.id == StockMove.balance_id)
        .join(Place, Place.id == StockBalance.place_id)
        .join(Facility, Facility.id == Place.facility_id)
        .join(Item, Item.id == StockMove.item_id)
        .join(Lot, Lot.id == StockMove.lot_id)
        .where(StockMove.posting_id == posting_id)
        .order_by(StockMove.id)
    )
    legs = list(rows)
    return [
        Moved(
            item_id=into.item_id,
            item_name=into.item_name,
            strength=into.strength,
            base_unit=into.base_unit,
            lot_id=into.lot_id,
            lot_number=into.lot_number,
            expires_on=into.expires_on,
            quantity=into.quantity,
            source=_end(out),
            target=_end(into),
        )
        for out, into in zip(legs[::2], legs[1::2], strict=True)
    ]


def _end(row: Any) -> End:
    told = (row.facility, row.kind, row.code, row.place_name, row.condition)
    return End(*told, row.balance_after)


def facilities_of(session: Session, posting_id: PostingId) -> set[FacilityId]:
    """Return the facilities at which an entry moved something."""
    return set(
        session.scalars(
            select(StockMove.facility_id).where(StockMove.posting_id == posting_id).distinct()
        )
    )


def traits_of(session: Session, posting_id: PostingId) -> Traits:
    """Say whether document lines or codes hang on an entry, and whether two must open the door."""
    row = session.execute(
        select(
            func.bool_or((StockMove.line_id != 0) | Item.is_coded),
            func.bool_or(Place.locked),
        )
        .join(StockBalance, StockBalance.id == StockMove.balance_id)
        .join(Place, Place.id == StockBalance.place_id)
        .join(Item, Item.id == StockMove.item_id)
        .where(StockMove.posting_id == posting_id)
    ).one()
    return Traits(bool(row[0]), bool(row[1]))


def is_locked(session: Session, place_id: PlaceId) -> bool:
    """Say whether two people must open a place (双锁)."""
    return bool(session.scalar(select(Place.locked).where(Place.id == place_id)))
