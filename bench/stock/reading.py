"""What people look at, each beside the one statement that answers it."""

from datetime import UTC, date, datetime

from psycopg import Connection as Raw
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.inventory import queries
from app.inventory import service as inventory
from app.inventory.queries import Moment, StockFilter
from app.inventory.service.proving import BALANCES, PROOFS
from app.kernel.ids import FacilityId, ItemId
from app.kernel.local_time import local_day
from bench.stock.figures import Figure, asked, in_turns
from bench.stock.seed import NOW, Size

TURNS = 30
TODAY = local_day(NOW)
PAGE = 50
PAST = datetime(2026, 8, 28, 4, tzinfo=UTC)
JULY, AUGUST = date(2026, 7, 1), datetime(2026, 7, 31, 16, tzinfo=UTC)
SUMS = """
    coalesce(sum(b.on_hand) FILTER (WHERE p.kind IN ('bin', 'staging')), 0),
    coalesce(sum(b.on_hand) FILTER (WHERE u), 0),
    coalesce(sum(b.on_hand - b.reserved) FILTER (WHERE u AND p.kind = 'bin'), 0),
    coalesce(sum(b.on_hand) FILTER (WHERE p.kind = 'receiving'), 0),
    min(b.expires_on) FILTER (WHERE u)
    FROM stock_balance b JOIN place p ON p.id = b.place_id JOIN lot l ON l.id = b.lot_id,
    LATERAL (SELECT p.kind IN ('bin', 'staging') AND b.condition = 'usable'
                    AND b.expires_on >= %(today)s AND l.hold = 'none' AS u) usable
"""
COUNTY = f"""
    SELECT b.facility_id, {SUMS} WHERE b.item_id = %(item)s AND NOT b.outside AND b.on_hand > 0
    GROUP BY b.facility_id"""
LEVELS = f"""
    SELECT b.item_id, {SUMS} WHERE b.facility_id = %(facility)s AND NOT b.outside
    AND b.on_hand > 0 GROUP BY b.item_id"""
STOCK = """
    SELECT b.id, f.short_name, i.code, i.name, i.strength, i.base_unit, l.lot_number, l.expires_on,
        l.hold, p.code, p.kind, b.condition, b.on_hand, b.reserved
    FROM stock_balance b JOIN facility f ON f.id = b.facility_id JOIN item i ON i.id = b.item_id
    JOIN lot l ON l.id = b.lot_id JOIN place p ON p.id = b.place_id
    WHERE b.facility_id = %(facility)s AND NOT b.outside AND b.on_hand <> 0
    ORDER BY i.pinyin, b.expires_on, b.id LIMIT 51"""
AS_AT = """
    SELECT b.id, b.lot_id, coalesce(s.on_hand, 0) + coalesce(m.quantity, 0)
    FROM stock_balance b JOIN place p ON p.id = b.place_id
    LEFT JOIN stock_snapshot s ON s.facility_id = %(facility)s AND s.month = %(month)s
        AND s.balance_id = b.id
    LEFT JOIN (SELECT balance_id, sum(quantity) AS quantity FROM stock_move
               WHERE facility_id = %(facility)s AND occurred_at >= %(since)s
                 AND occurred_at < %(at)s GROUP BY balance_id) m ON m.balance_id = b.id
    WHERE p.facility_id = %(facility)s
      AND p.kind NOT IN ('supplier', 'patient', 'disposal', 'loss', 'adjustment')
      AND coalesce(s.on_hand, 0) + coalesce(m.quantity, 0) <> 0"""
BOOKS = """
    SELECT count(*) FROM stock_balance b
    LEFT JOIN (SELECT balance_id, sum(quantity) AS total, count(*) AS moves
               FROM stock_move GROUP BY balance_id) m ON m.balance_id = b.id
    WHERE b.on_hand <> coalesce(m.total, 0) OR b.last_seq <> coalesce(m.moves, 0)"""


def measure(engine: Engine, raw: Raw, size: Size) -> list[Figure]:
    """Return the figures of every read."""
    return [
        _county(engine, raw, size),
        _levels(engine, raw, size),
        _page(engine, raw, size),
        _as_at(engine, raw, size),
    ]


def _county(engine: Engine, raw: Raw, size: Size) -> Figure:
    def item(turn: int) -> int:
        return turn * 97 % size.items + 1

    with Session(engine) as session:
        ours, floor = in_turns(
            lambda turn: inventory.county_levels(session, ItemId(item(turn)), today=TODAY),
            lambda turn: raw.execute(COUNTY, {"item": item(turn), "today": TODAY}).fetchall(),
            TURNS,
        )
    return Figure(name="one item at every facility", ours=ours, floor=floor, most="15 ms")


def _levels(engine: Engine, raw: Raw, size: Size) -> Figure:
    items = [ItemId(number) for number in range(1, size.items + 1)]

    def facility(turn: int) -> FacilityId:
        return FacilityId(turn % size.facilities + 1)

    with Session(engine) as session:
        ours, floor = in_turns(
            lambda turn: inventory.stock_levels(session, facility(turn), items, today=TODAY),
            lambda turn: raw.execute(
                LEVELS, {"facility": facility(turn), "today": TODAY}
            ).fetchall(),
            TURNS,
        )
    name = f"all {size.items:,} items of a facility, on hand to nearest expiry"
    return Figure(name=name, ours=ours, floor=floor, most="60 ms")


def _page(engine: Engine, raw: Raw, size: Size) -> Figure:
    counts: set[int] = set()
    seconds: list[float] = []

    def ours(turn: int) -> None:
        facility = FacilityId(turn % size.facilities + 1)
        wanted = StockFilter(facility_ids=frozenset({facility}))
        with Session(engine) as session, session.begin(), asked(engine) as told:
            queries.list_stock(session, wanted, None, PAGE, today=TODAY)
            queries.list_sites(session, None)
        counts.add(told.count)
        seconds.append(told.seconds)

    def floor(turn: int) -> None:
        raw.execute(STOCK, {"facility": turn % size.facilities + 1}).fetchall()

    _, bare = in_turns(ours, floor, TURNS)
    queries_told = "/".join(map(str, sorted(counts)))
    return Figure(
        name="a facility's stock page, database time",
        ours=sorted(seconds)[len(seconds) // 2],
        floor=bare,
        most="60 ms",
        note=f"{queries_told} queries",
    )


def _as_at(engine: Engine, raw: Raw, size: Size) -> Figure:
    bound = {"month": JULY, "since": AUGUST, "at": PAST}

    def facility(turn: int) -> int:
        return turn % size.facilities + 1

    def ours(session: Session, turn: int) -> None:
        moment = Moment(facility_id=FacilityId(facility(turn)), at=PAST)
        session.execute(queries.held_at(session, moment.facility_id, moment.at)).all()

    with Session(engine) as session:
        seconds = in_turns(
            lambda turn: ours(session, turn),
            lambda turn: raw.execute(AS_AT, {**bound, "facility": facility(turn)}).fetchall(),
            TURNS,
        )
    name = f"all {size.lots:,} balances of a facility as at a date"
    return Figure(name=name, ours=seconds[0], floor=seconds[1], most="100 ms")


def proof(engine: Engine, raw: Raw) -> tuple[Figure, Figure, int]:
    """Return ledger against balances, the whole proof, and how much it found."""
    found: list[int] = []

    def some(names: frozenset[str]) -> None:
        with Session(engine) as session:
            found.append(len(inventory.prove(session, names)))

    floor = lambda _: raw.execute(BOOKS).fetchall()  # noqa: E731 - named for the table
    books = in_turns(lambda _: some(BALANCES), floor, 3)
    whole = in_turns(lambda _: some(frozenset(PROOFS)), floor, 1)
    return (
        Figure(
            name="ledger against balances, whole county",
            ours=books[0],
            floor=books[1],
            most="20 s",
        ),
        Figure(
            name=f"all {len(PROOFS)} proofs of the ledger",
            ours=whole[0],
            floor=whole[1],
            most="",
        ),
        sum(found),
    )
