"""Find, make and lock balance rows; only the ledger's own modules import this."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.inventory.errors import LockedPlaceNeeded
from app.inventory.models import Condition, PlaceKind
from app.inventory.service.requests import Spot
from app.kernel.arrays import array_of
from app.kernel.db import violated
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId, ItemId, LotId, PlaceId

_KEYS = """unnest(CAST(:places AS bigint[]), CAST(:lots AS bigint[]), CAST(:owners AS bigint[]),
    CAST(:conditions AS text[])) AS wanted (place_id, lot_id, owner_id, condition)"""
_SAME = """b.place_id = wanted.place_id AND b.lot_id = wanted.lot_id
    AND b.owner_id = wanted.owner_id AND b.condition = wanted.condition"""
MAKE = text(f"""
    WITH missing AS MATERIALIZED (
        SELECT * FROM {_KEYS} WHERE NOT EXISTS (SELECT FROM stock_balance b WHERE {_SAME}))
    INSERT INTO stock_balance (facility_id, place_id, item_id, lot_id, expires_on, owner_id,
        condition, outside, on_hand, reserved, last_seq)
    SELECT p.facility_id, p.id, l.item_id, l.id, l.expires_on, m.owner_id, m.condition,
        p.kind IN ('supplier', 'patient', 'disposal', 'loss', 'adjustment'), 0, 0, 0
    FROM missing m JOIN place p ON p.id = m.place_id JOIN lot l ON l.id = m.lot_id
    ORDER BY l.item_id, l.expires_on, l.id, p.id, m.owner_id, m.condition
    ON CONFLICT DO NOTHING""")  # noqa: S608 - our own text
LOCK = text(f"""
    SELECT b.id, b.facility_id, b.place_id, b.item_id, b.lot_id, b.owner_id, b.condition,
        b.outside, b.on_hand, b.reserved, b.last_seq, p.kind, p.locked,
        coalesce(b.latest_at > :occurred_at, false) AS moved_later
    FROM {_KEYS} JOIN stock_balance b ON {_SAME} JOIN place p ON p.id = b.place_id
    ORDER BY b.item_id, b.expires_on, b.lot_id, b.id
    FOR NO KEY UPDATE OF b""")  # noqa: S608 - our own text


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
    """A locked balance, counted along while a posting's legs are written.

    ``moved_later`` says that it has moves dated after the posting.
    """

    id: int
    facility_id: FacilityId
    item_id: ItemId
    kind: PlaceKind
    outside: bool
    locked: bool
    moved_later: bool
    on_hand: int
    reserved: int
    seq: int


Balances = dict[BalanceKey, Balance]


def key_of(spot: Spot, lot_id: LotId) -> BalanceKey:
    """Return the balance that ``spot`` means for a lot."""
    return BalanceKey(spot.place_id, lot_id, spot.owner_id, spot.condition)


def lock_balances(
    session: Session, keys: Collection[BalanceKey], *, occurred_at: datetime
) -> Balances:
    """Make missing rows, then lock all by item, expiry, lot and id: one order in all code.

    Raises:
        NotFound: a place does not exist.
        LockedPlaceNeeded: controlled medicines would lie in a bin that is not double-locked.
    """
    places, lots, owners, conditions = zip(*keys, strict=True)
    bound: dict[str, object] = {
        "places": array_of(places),
        "lots": array_of(lots),
        "owners": array_of(owners),
        "conditions": [condition.value for condition in conditions],
    }
    try:
        session.execute(MAKE, bound)
    except IntegrityError as error:
        if violated(error) == LOCKED_GUARD:
            raise LockedPlaceNeeded from error
        raise
    found = {
        BalanceKey(row.place_id, row.lot_id, row.owner_id, Condition(row.condition)): Balance(
            id=row.id,
            facility_id=row.facility_id,
            item_id=row.item_id,
            kind=PlaceKind(row.kind),
            outside=row.outside,
            locked=row.locked,
            moved_later=row.moved_later,
            on_hand=row.on_hand,
            reserved=row.reserved,
            seq=row.last_seq,
        )
        for row in session.execute(LOCK, bound | {"occurred_at": occurred_at})
    }
    if len(found) < len(keys):
        raise NotFound("place")
    return found
