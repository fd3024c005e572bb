"""Find, make and lock balance rows; only the ledger's own modules import this."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.inventory.errors import LockedPlaceNeeded
from app.inventory.models import Condition, PlaceKind
from app.inventory.service.requests import Spot
from app.kernel.arrays import array_of, words_of
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
    WITH present AS MATERIALIZED (
        SELECT count(*) AS keys FROM {_KEYS} JOIN stock_balance b ON {_SAME})
    SELECT b.place_id, b.lot_id, b.owner_id, b.condition, b.id, b.facility_id, b.item_id, p.kind,
        b.outside, p.locked, coalesce(b.latest_at > :occurred_at, false), b.on_hand, b.reserved,
        b.last_seq
    FROM {_KEYS} JOIN stock_balance b ON {_SAME} JOIN place p ON p.id = b.place_id
    WHERE (SELECT keys FROM present) = :keys
    ORDER BY b.item_id, b.expires_on, b.lot_id, b.id
    FOR NO KEY UPDATE OF b""")  # noqa: S608 - our own text
"""Locks all of them or, while one is missing, none: what is locked is locked in one order."""


LOCKED_GUARD = "ck_stock_balance_controlled_under_lock"
"""A trigger's refusal: it runs only when a lot first comes to a place."""


BalanceKey = tuple[PlaceId, LotId, FacilityId, Condition]
"""What makes a balance."""
_CONDITIONS = {condition.value: condition for condition in Condition}
_KINDS = {kind.value: kind for kind in PlaceKind}


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
    return spot.place_id, lot_id, spot.owner_id, spot.condition


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
        "conditions": words_of(conditions),
    }
    asked = bound | {"occurred_at": occurred_at, "keys": len(keys)}
    rows = session.execute(LOCK, asked).all()
    if not rows:
        _make(session, bound)
        rows = session.execute(LOCK, asked).all()
    if not rows:
        raise NotFound("place")
    return {
        (place, lot, owner, _CONDITIONS[condition]): Balance(
            balance, facility, item, _KINDS[kind], *figures
        )
        for place, lot, owner, condition, balance, facility, item, kind, *figures in rows
    }


def _make(session: Session, bound: dict[str, object]) -> None:
    try:
        session.execute(MAKE, bound)
    except IntegrityError as error:
        if violated(error) == LOCKED_GUARD:
            raise LockedPlaceNeeded from error
        raise
