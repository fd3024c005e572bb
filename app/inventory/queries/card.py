"""The bin card of an item at a facility: opening + in − out = closing (账页)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.inventory.models import (
    Place,
    PlaceKind,
    PostingKind,
    StockBalance,
    StockMove,
    StockPosting,
)
from app.kernel.ids import FacilityId, ItemId, LotId, PlaceId, PostingId
from app.traceability.models import Lot

ON_SITE = (PlaceKind.BIN, PlaceKind.RECEIVING, PlaceKind.STAGING)
"""A vehicle's load left the site: it is in transit, not on the card."""


@dataclass(frozen=True, slots=True)
class CardLine:
    """What one posting changed of one lot; ``balance`` is what the site then held.

    ``undone`` says that the posting was reversed, or reverses another.
    """

    posting_id: PostingId
    occurred_at: datetime
    kind: PostingKind
    document: str
    lot_id: LotId
    lot_number: str
    quantity: int
    by: str
    undone: bool
    balance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A bin card over a period; ``on_hand`` is what the balances hold now."""

    opening: int
    lines: list[CardLine]
    on_hand: int

    @property
    def received(self) -> int:
        """Everything that came in."""
        return sum(line.quantity for line in self.lines if line.quantity > 0)

    @property
    def issued(self) -> int:
        """Everything that went out."""
        return -sum(line.quantity for line in self.lines if line.quantity < 0)

    @property
    def closing(self) -> int:
        """Opening plus received minus issued."""
        return self.opening + self.received - self.issued


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSubject:
    """Whose card of what: a whole item at a facility, or only one lot or place of it."""

    facility_id: FacilityId
    item_id: ItemId
    lot_id: LotId | None = None
    place_id: PlaceId | None = None

    def within(self, table: type[StockMove | StockBalance]) -> list[ColumnElement[bool]]:
        """Return what restricts moves or balances, joined with their place, to the subject."""
        conditions = [
            table.facility_id == self.facility_id,
            table.item_id == self.item_id,
            Place.kind.in_(ON_SITE) if self.place_id is None else Place.id == self.place_id,
        ]
        if self.lot_id is not None:
            conditions.append(table.lot_id == self.lot_id)
        return conditions


@dataclass(frozen=True, slots=True)
class CardChoices:
    """Lots and places the item has or had at the facility, to choose from."""

    lots: list[tuple[LotId, str]]
    places: list[tuple[PlaceId, PlaceKind, str, str]]


def card_choices(session: Session, facility_id: FacilityId, item_id: ItemId) -> CardChoices:
    """Return what a card can be narrowed to, the latest lots first."""
    rows = session.execute(
        select(Lot.id, Lot.lot_number, Lot.expires_on, Place.id, Place.kind, Place.code, Place.name)
        .join_from(StockBalance, Lot, Lot.id == StockBalance.lot_id)
        .join(Place, Place.id == StockBalance.place_id)
        .where(
            StockBalance.facility_id == facility_id,
            StockBalance.item_id == item_id,
            ~StockBalance.outside,
        )
        .order_by(Lot.expires_on.desc(), Lot.id.desc(), Place.code)
    ).all()
    lots = {row[0]: f"{row[1]} · {row[2]}" for row in rows}
    places = {row[3]: (row[3], row[4], row[5], row[6]) for row in rows}
    return CardChoices(list(lots.items()), list(places.values()))


def bin_card(session: Session, subject: CardSubject, period: tuple[datetime, datetime]) -> Card:
    """Return a card from ``period[0]`` until before ``period[1]``.

    Moves within what the card is of cancel out and are left out.
    """
    since, until = period
    opening = session.scalar(
        select(func.coalesce(func.sum(StockMove.quantity), 0))
        .join(StockBalance, StockBalance.id == StockMove.balance_id)
        .join(Place, Place.id == StockBalance.place_id)
        .where(*subject.within(StockMove), StockMove.occurred_at < since)
    )
    change = func.sum(StockMove.quantity)
    undo = aliased(StockPosting)
    undone = or_(StockPosting.reverses_id.is_not(None), func.bool_or(undo.id.is_not(None)))
    rows: Iterable[Any] = session.execute(
        select(
            StockPosting.id,
            StockPosting.occurred_at,
            StockPosting.kind,
            StockPosting.document,
            Lot.id.label("lot_id"),
            Lot.lot_number,
            cast(change, BigInteger).label("quantity"),
            UserAccount.name.label("by"),
            undone.label("undone"),
        )
        .join_from(StockMove, StockPosting, StockPosting.id == StockMove.posting_id)
        .join(StockBalance, StockBalance.id == StockMove.balance_id)
        .join(Place, Place.id == StockBalance.place_id)
        .join(Lot, Lot.id == StockMove.lot_id)
        .join(UserAccount, UserAccount.id == StockPosting.user_id)
        .outerjoin(undo, undo.reverses_id == StockPosting.id)
        .where(
            *subject.within(StockMove),
            StockMove.occurred_at >= since,
            StockMove.occurred_at < until,
        )
        .group_by(StockPosting.id, Lot.id, UserAccount.name)
        .having(change != 0)
        .order_by(StockPosting.occurred_at, StockPosting.id, Lot.id)
    )
    balance = start = int(opening or 0)
    lines = []
    for row in rows:
        balance += row.quantity
        told = (row.id, row.occurred_at, row.kind, row.document, row.lot_id, row.lot_number)
        lines.append(CardLine(*told, row.quantity, row.by, row.undone, balance))
    return Card(opening=start, lines=lines, on_hand=_on_hand(session, subject))


def _on_hand(session: Session, subject: CardSubject) -> int:
    total = session.scalar(
        select(func.coalesce(func.sum(StockBalance.on_hand), 0))
        .join(Place, Place.id == StockBalance.place_id)
        .where(*subject.within(StockBalance))
    )
    return int(total or 0)
