"""The stock ledger against the least PostgreSQL itself must do for the same change."""

import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app import embedded
from app.inventory import service as inventory
from app.inventory.models import PlaceKind, PostingKind
from app.inventory.service import Demand, Movement, PostingRequest, Spot, Terms
from app.kernel import migrations
from app.kernel.actor import Actor
from app.kernel.db import open_engine
from app.kernel.ids import FacilityId, ItemId, LotId, UserId

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
ITEMS, LOTS_EACH, PER_LOT = 300, 4, 1_000_000
LINES, ROUNDS, WAVE = 50, 20, 10_000
KEEPER = Actor(
    user_id=UserId(1),
    name="bench",
    facility_id=FacilityId(1),
    facility_ids=frozenset({FacilityId(1)}),
    permissions=frozenset(),
)
SEED = """
INSERT INTO facility (id, code, name, short_name, pinyin, kind, township, latitude, longitude,
    position_source, population_source, name_source, phone, service_minutes, active)
    OVERRIDING SYSTEM VALUE
    VALUES (1, 'C', 'C', 'C', 'c', 'central_pharmacy', 'T', 32, 107, '', '', '', '', 10, true);
INSERT INTO user_account (id, username, password_hash, name, facility_id, active, is_demo)
    OVERRIDING SYSTEM VALUE VALUES (1, 'bench', '', 'bench', 1, true, true);
INSERT INTO item (code, kind, name, dose_form, strength, pinyin, base_unit, pack_unit,
    units_per_pack, storage_class, special_class, maker, price_fen, weight_grams, volume_cm3,
    is_coded, is_stocked, is_demo, source)
    SELECT 'I' || n, 'medicine', 'I' || n, '', '', 'i', 'x', 'x', 24, 'ambient', 'none', 'M',
        100, 1, 1, false, true, true, '' FROM generate_series(1, :items) n;
INSERT INTO lot (item_id, maker, lot_number, expires_on, cost_fen, hold, hold_reason)
    SELECT i.id, 'M', 'L' || n, date '2027-06-30' + n * 30, 100, 'none', ''
    FROM item i, generate_series(1, :lots) n;
"""


def report(_data: Path | None) -> None:
    """Print the table from an embedded server of its own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded.server(Path(folder) / "data", keep=False) as url,
    ):
        engine = open_engine(url, statement_seconds=60)
        migrations.upgrade(engine)
        _report(engine)
        engine.dispose()


def _report(engine: Engine) -> None:
    lots = _seed(engine)
    with Session(engine) as session, session.begin():
        shelf = Spot(inventory.stock_place(session, KEEPER.facility_id).id, KEEPER.facility_id)
        staging_place = inventory.place_for(session, KEEPER.facility_id, PlaceKind.STAGING)
        staging = Spot(staging_place.id, KEEPER.facility_id)
        supplier_place = inventory.place_for(session, KEEPER.facility_id, PlaceKind.SUPPLIER)
        supplier = Spot(supplier_place.id, KEEPER.facility_id)
        _post(
            session,
            "open",
            PostingKind.OPENING,
            [(lot, PER_LOT) for lot in lots],
            (supplier, shelf),
        )
    ours = _timed(
        engine,
        lambda session, turn: _post(
            session,
            f"pick-{turn}",
            PostingKind.PICK,
            [(lot, 1) for lot in lots[turn : turn + LINES]],
            (shelf, staging),
        ),
    )
    floor = _timed(engine, lambda session, turn: _floor(session, lots[turn : turn + LINES], shelf))
    wave = _wave(engine)
    started = perf_counter()
    with Session(engine) as session:
        findings = inventory.prove(session)
    proof = perf_counter() - started
    print(f"Stock: {ITEMS * LOTS_EACH} balances; issue of {LINES} lines, median of {ROUNDS}")
    print("floor: one conditional UPDATE and one INSERT of the same lines, no rules, no lots.")
    print("ours/floor  ours ms  floor ms  wave of 10,000 lines s  proof s  findings")
    print(
        f"{ours / floor:10.1f}  {ours * 1e3:7.1f}  {floor * 1e3:8.1f}  {wave:22.2f}"
        f"  {proof:7.2f}  {len(findings):8d}"
    )


def _seed(engine: Engine) -> list[LotId]:
    with engine.begin() as connection:
        for statement in SEED.split(";"):
            if statement.strip():
                bound = {"items": ITEMS} if ":items" in statement else {}
                bound |= {"lots": LOTS_EACH} if ":lots" in statement else {}
                connection.execute(text(statement), bound)
        connection.execute(text("CREATE TABLE floor_move (lot bigint, quantity bigint)"))
        return list(connection.scalars(text("SELECT id FROM lot ORDER BY item_id, id")))


def _post(
    session: Session,
    key: str,
    kind: PostingKind,
    goods: list[tuple[LotId, int]],
    way: tuple[Spot, Spot],
) -> None:
    movements = [
        Movement(lot_id=lot, quantity=quantity, source=way[0], target=way[1])
        for lot, quantity in goods
    ]
    request = PostingRequest(
        kind=kind,
        key=key,
        facility_id=KEEPER.facility_id,
        document=key,
        occurred_at=NOW,
        movements=movements,
    )
    inventory.post(session, KEEPER, request, now=NOW)


def _floor(session: Session, lots: list[LotId], shelf: Spot) -> None:
    bound = {"lots": lots, "place": shelf.place_id}
    session.execute(
        text(
            "UPDATE stock_balance SET on_hand = on_hand + 0"
            " WHERE lot_id = ANY(:lots) AND place_id = :place AND on_hand >= 1"
        ),
        bound,
    )
    session.execute(text("INSERT INTO floor_move SELECT unnest(:lots), 1"), {"lots": lots})


def _timed(engine: Engine, work: Callable[[Session, int], None]) -> float:
    seconds = []
    for turn in range(ROUNDS):
        started = perf_counter()
        with Session(engine) as session, session.begin():
            work(session, turn)
        seconds.append(perf_counter() - started)
    return median(seconds)


def _wave(engine: Engine) -> float:
    with Session(engine) as session:
        items = [ItemId(key) for key in session.scalars(text("SELECT id FROM item ORDER BY id"))]
    demands = [
        Demand("bench_line", line, items[line % len(items)], 24) for line in range(1, WAVE + 1)
    ]
    terms = Terms(
        facility_id=KEEPER.facility_id,
        need_by=date(2026, 11, 23),
        expires_at=NOW + timedelta(days=2),
    )
    started = perf_counter()
    with Session(engine) as session, session.begin():
        inventory.reserve(session, demands, terms, now=NOW)
    return perf_counter() - started
