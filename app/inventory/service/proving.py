"""Prove the whole ledger: the invariants L1–L16 as queries that must find nothing."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken invariant, how many rows break it, and the first of them."""

    invariant: str
    rows: int
    example: str


PROOFS: dict[str, str] = {
    "L2 every lot sums to zero over all places": """
        SELECT 'lot ' || lot_id AS row FROM stock_balance
        GROUP BY lot_id HAVING sum(on_hand) <> 0""",
    "L2 every posting sums to zero per lot": """
        SELECT 'posting ' || posting_id AS row FROM stock_move
        GROUP BY posting_id, lot_id HAVING sum(quantity) <> 0""",
    "L3 every balance is the sum of its moves": """
        SELECT 'balance ' || b.id AS row FROM stock_balance b
        LEFT JOIN (SELECT balance_id, sum(quantity) AS total, count(*) AS moves
                   FROM stock_move GROUP BY balance_id) m ON m.balance_id = b.id
        WHERE b.on_hand <> coalesce(m.total, 0) OR b.last_seq <> coalesce(m.moves, 0)""",
    "L5 balances are not negative and promise only what they hold": """
        SELECT 'balance ' || id AS row FROM stock_balance
        WHERE NOT outside AND (on_hand < 0 OR reserved < 0 OR reserved > on_hand)""",
    "L5 no more is destroyed than was written off": """
        SELECT 'balance ' || b.id AS row FROM stock_balance b JOIN place p ON p.id = b.place_id
        WHERE p.kind = 'disposal' AND b.on_hand < 0""",
    "L5 each move continues the one before it": """
        SELECT 'move ' || id AS row FROM (
            SELECT id, seq, quantity, balance_after,
                   lag(balance_after, 1, 0::bigint) OVER w AS before,
                   row_number() OVER w AS place
            FROM stock_move WINDOW w AS (PARTITION BY balance_id ORDER BY seq)) m
        WHERE balance_after <> before + quantity OR seq <> place""",
    "L5 what is reserved is what reservations still promise": """
        SELECT 'balance ' || b.id AS row FROM stock_balance b
        LEFT JOIN (SELECT balance_id, sum(quantity - taken - released) AS promised
                   FROM stock_reservation GROUP BY balance_id) r ON r.balance_id = b.id
        WHERE b.reserved <> coalesce(r.promised, 0)""",
    "L7 a document line is posted once per kind": """
        SELECT line_kind || ' ' || line_id AS row FROM stock_move
        WHERE line_id <> 0 AND kind <> 'reversal'
        GROUP BY line_kind, line_id, kind, leg HAVING count(*) > 1""",
    "L10 nothing was recorded in a month after it was closed": """
        SELECT 'posting ' || p.id AS row FROM stock_posting p
        JOIN closed_month c ON c.facility_id = p.facility_id
         AND c.month = date_trunc('month', p.occurred_at AT TIME ZONE 'Asia/Shanghai')::date
        WHERE p.recorded_at > c.closed_at""",
    "L11 balances repeat their lot's item and expiry": """
        SELECT 'balance ' || b.id AS row FROM stock_balance b JOIN lot l ON l.id = b.lot_id
        WHERE b.item_id <> l.item_id OR b.expires_on <> l.expires_on""",
    "L12 live codes at a place are its stock": """
        WITH RECURSIVE inside AS (
            SELECT id, level, lot_id, capacity - consumed AS remaining, place_id
            FROM unit WHERE parent_id IS NULL
            UNION ALL
            SELECT u.id, u.level, u.lot_id, u.capacity - u.consumed, i.place_id
            FROM unit u JOIN inside i ON u.parent_id = i.id),
        coded AS (
            SELECT place_id, lot_id, sum(remaining) AS total FROM inside
            WHERE level = 1 GROUP BY place_id, lot_id),
        held AS (
            SELECT b.place_id, b.lot_id, sum(b.on_hand) AS total
            FROM stock_balance b JOIN item i ON i.id = b.item_id
            WHERE i.is_coded AND NOT b.outside GROUP BY b.place_id, b.lot_id)
        SELECT 'place ' || coalesce(h.place_id, c.place_id) || ' lot '
               || coalesce(h.lot_id, c.lot_id) AS row
        FROM held h FULL JOIN coded c ON c.place_id = h.place_id AND c.lot_id = h.lot_id
        LEFT JOIN place p ON p.id = coalesce(h.place_id, c.place_id)
        WHERE p.kind NOT IN ('supplier', 'patient', 'disposal', 'loss', 'adjustment')
          AND coalesce(h.total, 0) <> coalesce(c.total, 0)""",
    "L13 consumption roll-ups are what went to patients": """
        SELECT 'facility ' || coalesce(d.facility_id, m.facility_id) AS row FROM (
            SELECT facility_id, item_id, sum(quantity) AS total FROM consumption_day
            GROUP BY facility_id, item_id) d
        FULL JOIN (
            SELECT m.facility_id, m.item_id, sum(m.quantity) AS total
            FROM stock_move m JOIN stock_balance b ON b.id = m.balance_id
            JOIN place p ON p.id = b.place_id WHERE p.kind = 'patient'
            GROUP BY m.facility_id, m.item_id) m
          ON m.facility_id = d.facility_id AND m.item_id = d.item_id
        WHERE coalesce(d.total, 0) <> coalesce(m.total, 0)""",
}


BALANCES = frozenset(
    {
        "L2 every lot sums to zero over all places",
        "L3 every balance is the sum of its moves",
        "L5 balances are not negative and promise only what they hold",
    }
)
"""The proofs that set the ledger against the balances."""


def prove(session: Session, names: Collection[str] = tuple(PROOFS)) -> list[Finding]:
    """Return every broken invariant, or those named; an empty list proves the ledger."""
    findings = []
    for invariant in names:
        query = PROOFS[invariant]
        found = session.execute(text(f"SELECT count(*), min(row) FROM ({query}) q")).one()  # noqa: S608 - our own constants
        if found[0]:
            findings.append(Finding(invariant, found[0], found[1]))
    return findings
