"""Find, make and lock balance rows; only the ledger's own modules import this."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.inventory.errors import LockedPlaceNeeded
from app.inventory.models import OUTSIDE, Condition, Place, StockBalance
from app.inventory.service.requests import Spot
from app.kernel.db import violated
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId, ItemId, LotId, PlaceId
from app.kernel.rows import insert_rows
from app.traceability.models import Lot

LOCKED_GUARD = "ck_stock_balance_controlled_under_lock"
"""A trigger's refusal: it runs only when a lot first comes to a place."""


class BalanceKey(NamedTuple):
    """What makes a balance: place, lot, owner, condition."""

    place_id: PlaceId
    lot_id: LotId
    owner_id: FacilityId
    condition: Condition


@dataclass(slots=True)
class Balance:
    """A locked balance, counted along while a posting's legs are written."""

    id: int
    facility_id: FacilityId
    place_id: PlaceId
    item_id: ItemId
    outside: bool
    locked: bool
    on_hand: int
    reserved: int
    seq: int


def key_of(spot: Spot, lot_id: LotId) -> BalanceKey:
    """Return the balance that ``spot`` means for a lot."""
    return BalanceKey(spot.place_id, lot_id, spot.owner_id, spot.condition)


def lock_balances(
    session: Session, keys: Collection[BalanceKey], lots: dict[LotId, Lot]
) -> dict[BalanceKey, Balance]:
    """Make missing rows, then lock all by item, expiry, lot and id: one order in all code.

    Raises:
        NotFound: a place does not exist.
        LockedPlaceNeeded: controlled medicines would lie in a bin that is not double-locked.
    """
    places = _make(session, keys, lots)
    rows = session.execute(
        select(StockBalance.__table__)
        .where(
            StockBalance.place_id.in_({key.place_id for key in keys}),
            StockBalance.lot_id.in_({key.lot_id for key in keys}),
        )
        .order_by(
            StockBalance.item_id, StockBalance.expires_on, StockBalance.lot_id, StockBalance.id
        )
        .with_for_update(key_share=True)
    )
    found = {
        BalanceKey(row.place_id, row.lot_id, row.owner_id, row.condition): Balance(
            row.id,
            row.facility_id,
            row.place_id,
            row.item_id,
            row.outside,
            places[row.place_id].locked,
            row.on_hand,
            row.reserved,
            row.last_seq,
        )
        for row in rows
    }
    return {key: found[key] for key in keys}


def _make(
    session: Session, keys: Iterable[BalanceKey], lots: dict[LotId, Lot]
) -> dict[PlaceId, Place]:
    wanted = sorted(set(keys))
    places = {
        place.id: place
        for place in session.scalars(
            select(Place).where(Place.id.in_({key.place_id for key in wanted}))
        )
    }
    if any(key.place_id not in places or key.lot_id not in lots for key in wanted):
        raise NotFound("place")
    rows = [
        {
            "facility_id": places[key.place_id].facility_id,
            "place_id": key.place_id,
            "item_id": lots[key.lot_id].item_id,
            "lot_id": key.lot_id,
            "expires_on": lots[key.lot_id].expires_on,
            "owner_id": key.owner_id,
            "condition": key.condition,
            "outside": places[key.place_id].kind in OUTSIDE,
            "on_hand": 0,
            "reserved": 0,
            "last_seq": 0,
        }
        for key in wanted
    ]
    try:
        session.execute(insert_rows(StockBalance, rows).on_conflict_do_nothing())
    except IntegrityError as error:
        if violated(error) == LOCKED_GUARD:
            raise LockedPlaceNeeded from error
        raise
    return places
