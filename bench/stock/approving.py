"""A clinic's order of 1,231 lines: decided, reserved first expiring first, listed for picking."""

from itertools import count

from psycopg import Connection as Raw
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.fulfilment import service as fulfilment
from app.fulfilment.rules import Decision
from app.fulfilment.service import Approval, LineDecision
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, UserId
from bench.stock.figures import Figure, in_turns
from bench.stock.seed import NOW

LINES = 1231
TURNS = 5
ASKED = 24
HEAD = """
INSERT INTO requisition (reference, facility_id, requested_by_id, supplier_id, state, revision,
    delivery_day, notes, answer, created_by_id, created_at, submitted_at)
    VALUES (:reference, 2, 2, 1, 'submitted', 1, :day, '', '', 1, :now, :now) RETURNING id
"""
BODY = """
INSERT INTO requisition_line (requisition_id, position, item_id, item_code, item_name,
    item_strength, base_unit, pack_unit, units_per_pack, price_fen, storage_class, controlled,
    asked, suggested, own_usable, coming, amc, centre_available, arithmetic, shortage, reason_text)
    SELECT :requisition, i.id, i.id, i.code, i.name, i.strength, i.base_unit, i.pack_unit,
        i.units_per_pack, i.price_fen, i.storage_class, false, :asked, :asked, 0, 0, 0, 0, '{}', 0,
        ''
    FROM item i WHERE i.id <= :lines
"""
FLOOR = """
WITH want AS (SELECT id, item_id, asked FROM requisition_line WHERE requisition_id = %(key)s),
stock AS (
    SELECT b.id, b.item_id, b.on_hand - b.reserved AS free, sum(b.on_hand - b.reserved)
           OVER (PARTITION BY b.item_id ORDER BY b.expires_on, b.lot_id, b.id) AS upto
    FROM stock_balance b JOIN place p ON p.id = b.place_id JOIN lot l ON l.id = b.lot_id
    WHERE b.facility_id = 1 AND b.owner_id = 1 AND b.condition = 'usable' AND NOT b.outside
      AND b.on_hand > b.reserved AND p.kind = 'bin' AND l.hold = 'none'
      AND b.item_id IN (SELECT item_id FROM want)),
picks AS (
    SELECT want.id AS line, s.id, least(s.free, want.asked - (s.upto - s.free)) AS quantity
    FROM want JOIN stock s USING (item_id) WHERE s.upto - s.free < want.asked),
kept AS (
    INSERT INTO stock_reservation (line_kind, line_id, balance_id, quantity, taken, released,
        expires_at, created_at)
    SELECT 'floor', line, id, quantity, 0, 0, %(now)s, %(now)s FROM picks)
UPDATE stock_balance b SET reserved = b.reserved + picks.quantity FROM picks WHERE b.id = picks.id
"""


def measure(engine: Engine, raw: Raw) -> Figure:
    """Return the figure of one approval, commit included."""
    pharmacist = Actor(
        user_id=UserId(1),
        name="bench",
        facility_id=FacilityId(1),
        facility_ids=frozenset({FacilityId(1)}),
        permissions=frozenset(),
    )
    numbers = count(1)
    decisions = [
        LineDecision(item_code=f"I{item}", decision=Decision.FULL, quantity=ASKED)
        for item in range(1, LINES + 1)
    ]
    waiting = [_submitted(engine, next(numbers)) for _ in range(2 * TURNS)]

    def ours(turn: int) -> None:
        approval = Approval(reference=waiting[turn][1], decisions=decisions)
        with Session(engine) as session, session.begin():
            fulfilment.approve(session, pharmacist, approval, now=NOW)

    def floor(turn: int) -> None:
        raw.execute(FLOOR, {"key": waiting[TURNS + turn][0], "now": NOW})
        raw.commit()

    seconds = in_turns(ours, floor, TURNS)
    return Figure(
        name=f"approve an order of {LINES:,} lines",
        ours=seconds[0],
        floor=seconds[1],
        most="1.5 s",
        note="floor: only reserves",
    )


def _submitted(engine: Engine, number: int) -> tuple[int, str]:
    reference = f"BENCH-{number}"
    with engine.begin() as connection:
        key = connection.scalar(text(HEAD), {"reference": reference, "day": NOW.date(), "now": NOW})
        connection.execute(text(BODY), {"requisition": key, "asked": ASKED, "lines": LINES})
    return int(key or 0), reference
