"""Documents of 100 lines, one commit each, beside the SQL that writes the same rows."""

from psycopg import Connection as Raw
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.inventory import service as inventory
from app.inventory.models import PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, LotId, PlaceId, UserId
from bench.stock.figures import Figure, in_turns
from bench.stock.seed import LINES, NOW, Size

DOCUMENTS = 300
POSTING = """
INSERT INTO stock_posting (idempotency_key, digest, kind, facility_id, document, reason, tag,
    user_id, occurred_at, recorded_at)
    VALUES (%(key)s, '', %(kind)s, %(facility)s, %(key)s, '', 'routine', 1, %(now)s, %(now)s)
    RETURNING id
"""
MOVES = """
WITH source AS (
    UPDATE stock_balance SET on_hand = on_hand - 1, last_seq = last_seq + 1
    WHERE place_id = %(source)s AND lot_id = ANY(%(lots)s) AND owner_id = %(facility)s
      AND condition = 'usable' AND (outside OR on_hand - reserved >= 1) RETURNING *),
target AS (
    UPDATE stock_balance SET on_hand = on_hand + 1, last_seq = last_seq + 1
    WHERE place_id = %(target)s AND lot_id = ANY(%(lots)s) AND owner_id = %(facility)s
      AND condition = 'usable' RETURNING *)
INSERT INTO stock_move (posting_id, balance_id, seq, leg, quantity, balance_after, facility_id,
    item_id, lot_id, kind, line_kind, line_id, origin_line_id, occurred_at, recorded_at)
    SELECT %(posting)s, b.id, b.last_seq, b.leg, b.leg, b.on_hand, b.facility_id, b.item_id,
        b.lot_id, %(kind)s, '', 0, 0, %(now)s, %(now)s
    FROM (SELECT -1 AS leg, * FROM source UNION ALL SELECT 1, * FROM target) b
"""
ROLL_UP = """
INSERT INTO consumption_day (facility_id, item_id, day, quantity, one_off)
    SELECT m.facility_id, m.item_id, (m.occurred_at AT TIME ZONE 'Asia/Shanghai')::date,
        sum(m.quantity), 0
    FROM stock_move m JOIN stock_posting p ON p.id = m.posting_id
    WHERE p.kind = 'consume' AND p.document LIKE 'floor-%%' AND m.quantity > 0 GROUP BY 1, 2, 3
    ON CONFLICT (facility_id, item_id, day)
    DO UPDATE SET quantity = consumption_day.quantity + excluded.quantity
"""
"""The floor writes ledger rows and balances only; what was used is added up after its time is
taken, so that the last proof covers its documents too."""


def measure(engine: Engine, raw: Raw, size: Size) -> tuple[Figure, float]:
    """Return the figure of one document, and lines per second through the service."""
    keeper = Actor(
        user_id=UserId(1),
        name="bench",
        facility_id=FacilityId(1),
        facility_ids=frozenset({FacilityId(1)}),
        permissions=frozenset(),
    )

    def ours(turn: int) -> None:
        facility, kind, source, target, lots = _document(turn, size)
        owner = FacilityId(facility)
        way = (Spot(PlaceId(source), owner), Spot(PlaceId(target), owner))
        request = PostingRequest(
            kind=kind,
            key=f"ours-{turn}",
            facility_id=owner,
            document=f"ours-{turn}",
            occurred_at=NOW,
            movements=[
                Movement(lot_id=LotId(lot), quantity=1, source=way[0], target=way[1])
                for lot in lots
            ],
        )
        with Session(engine) as session, session.begin():
            inventory.post(session, keeper, request, now=NOW)

    def floor(turn: int) -> None:
        facility, kind, source, target, lots = _document(turn, size)
        bound = {
            "key": f"floor-{turn}",
            "kind": kind.value,
            "facility": facility,
            "source": source,
            "target": target,
            "lots": lots,
            "now": NOW,
        }
        posting = raw.execute(POSTING, bound).fetchone()
        raw.execute(MOVES, {**bound, "posting": posting[0] if posting else None})
        raw.commit()

    in_turns(lambda turn: ours(-turn - 1), lambda turn: floor(-turn - 1), 10)
    per_document = in_turns(ours, floor, DOCUMENTS)
    raw.execute(ROLL_UP, {})
    raw.commit()
    figure = Figure(
        name=f"post a document of {LINES} lines, one commit",
        ours=per_document[0],
        floor=per_document[1],
        most="2.00",
    )
    return figure, LINES / per_document[0]


def _document(turn: int, size: Size) -> tuple[int, PostingKind, int, int, list[int]]:
    """Return facility, kind, places and lots: receipts and use by turns, all over the county."""
    facility = turn % size.facilities + 1
    first = (facility - 1) * 4
    lots = [(turn * LINES + line) % size.lots + 1 for line in range(LINES)]
    if turn % 2:
        return facility, PostingKind.RECEIPT, first + 1, first + 2, lots
    return facility, PostingKind.CONSUME, first + 2, first + 3, lots
