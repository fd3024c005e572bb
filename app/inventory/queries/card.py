"""The bin card of an item at a facility: opening + in − out = closing (账页)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.accounts.models import UserAccount
from app.inventory.models import (
    Place,
    PlaceKind,
    PostingKind,
    StockBalance,
    StockMove,
    StockPosting,
)
from app.kernel.ids import FacilityId, ItemId, LotId
from app.traceability.models import Lot

ON_SITE = (PlaceKind.BIN, PlaceKind.RECEIVING, PlaceKind.STAGING)
"""A vehicle's load left the site: it is in transit, not on the card."""


@dataclass(frozen=True, slots=True)
class CardLine:
    """What one posting changed of one lot; ``balance`` is what the site then held."""

    occurred_at: datetime
    kind: PostingKind
    document: str
    lot_id: LotId
    lot_number: str
    quantity: int
    by: str
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


def bin_card(
    session: Session,
    subject: tuple[FacilityId, ItemId],
    period: tuple[datetime, datetime],
) -> Card:
    """Return the card of an item at a facility from ``period[0]`` until before ``period[1]``.

    Moves within the site cancel out and are left out.
    """
    since, until = period
    of_item = _of(subject)
    opening = session.scalar(
        select(func.coalesce(func.sum(StockMove.quantity), 0))
        .join(StockBalance, StockBalance.id == StockMove.balance_id)
        .join(Place, Place.id == StockBalance.place_id)
        .where(*of_item, StockMove.occurred_at < since)
    )
    change = func.sum(StockMove.quantity)
    rows: Iterable[Any] = session.execute(
        select(
            StockPosting.occurred_at,
            StockPosting.kind,
            StockPosting.document,
            Lot.id.label("lot_id"),
            Lot.lot_number,
            change.label("quantity"),
            UserAccount.name.label("by"),
        )
        .join_from(StockMove, StockPosting, StockPosting.id == StockMove.posting_id)
        .join(StockBalance, StockBalance.id == StockMove.balance_id)
        .join(Place, Place.id == StockBalance.place_id)
        .join(Lot, Lot.id == StockMove.lot_id)
        .join(UserAccount, UserAccount.id == StockPosting.user_id)
        .where(*of_item, StockMove.occurred_at >= since, StockMove.occurred_at < until)
        .group_by(StockPosting.id, Lot.id, UserAccount.name)
        .having(change != 0)
        .order_by(StockPosting.occurred_at, StockPosting.id, Lot.id)
    )
    balance = start = int(opening or 0)
    lines = []
    for row in rows:
        balance += int(row.quantity)
        told = (row.occurred_at, row.kind, row.document, row.lot_id, row.lot_number)
        lines.append(CardLine(*told, int(row.quantity), row.by, balance))
    return Card(opening=start, lines=lines, on_hand=_on_hand(session, subject))


def _of(subject: tuple[FacilityId, ItemId]) -> tuple[ColumnElement[bool], ...]:
    facility_id, item_id = subject
    return (
        StockMove.facility_id == facility_id,
        StockMove.item_id == item_id,
        Place.kind.in_(ON_SITE),
    )


def _on_hand(session: Session, subject: tuple[FacilityId, ItemId]) -> int:
    facility_id, item_id = subject
    total = session.scalar(
        select(func.coalesce(func.sum(StockBalance.on_hand), 0))
        .join(Place, Place.id == StockBalance.place_id)
        .where(
            StockBalance.facility_id == facility_id,
            StockBalance.item_id == item_id,
            Place.kind.in_(ON_SITE),
        )
    )
    return int(total or 0)
