"""The lives of packs, laid by COPY: announced, received by the carton, picked, accepted, dispensed.

They come in waves of 1,000 cartons, so that a pack's events lie as far apart in the log as in
real life. The packs of the last wave still lie on the clinics' shelves. All is known in closed
form, so that no row has to be read to write another.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
from sqlalchemy import Connection, Engine, text

from bench.stock.seed import MASTER

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
CLINICS, ITEMS = 40, 500
CARTONS, PACKS, GROUP, CAPACITY = 1000, 30, 6, 24
BLOCK = 5000
LOTS = 100
"""Lots of a wave: ten cartons each."""
SUPPLIER, BIN, PATIENT, STAGING = 1, 2, 3, 4
TABLES = ("unit", "trace_event", "event_unit", "aggregation")
UNITS = CARTONS * (PACKS + 1)
STRIDE = 7919
"""Prime to the number of packs: the order of a wave's packs looks like chance."""
LOT_ROWS = """
INSERT INTO lot (id, item_id, maker, lot_number, expires_on, cost_fen, hold, hold_reason)
    OVERRIDING SYSTEM VALUE
    SELECT n, n % :items + 1, 'M', 'W' || n, date '2028-12-31', 100, 'none', ''
    FROM generate_series(:first, :last) n
"""


def place(facility: int, kind: int) -> int:
    """Return the key of a facility's place of a kind."""
    return (facility - 1) * 4 + kind


@dataclass(frozen=True, slots=True)
class Wave:
    """Which keys a wave uses; ``live`` waves are not dispensed yet."""

    number: int
    first_event: int
    live: bool

    def carton(self, index: int) -> int:
        """Return the key of a carton."""
        return self.number * UNITS + index * (PACKS + 1) + 1

    def pack(self, index: int) -> int:
        """Return the key of a pack, by its place among all packs of the wave."""
        return self.carton(index // PACKS) + 1 + index % PACKS

    def lot(self, carton: int) -> int:
        """Return the lot of a carton."""
        return self.number * LOTS + carton // (CARTONS // LOTS) + 1

    def clinic(self, index: int) -> int:
        """Return the clinic a pack goes to."""
        return (index // PACKS * 7 + index % PACKS // GROUP) % CLINICS + 2

    @property
    def order(self) -> Iterator[int]:
        """Yield the packs as they are handled."""
        count = CARTONS * PACKS
        return (index * STRIDE % count for index in range(count))

    @property
    def events(self) -> int:
        """How many events the wave has."""
        dispensed = 0 if self.live else CARTONS * PACKS * 11 // 10
        return 3 * CARTONS + 2 * CARTONS * PACKS + dispensed


def carton_code(unit: int) -> str:
    """Return the code of a carton."""
    return f"8999001{unit:013d}"


def pack_code(unit: int) -> str:
    """Return the code of a pack."""
    return f"8999000{unit:013d}"


def lay_master(engine: Engine) -> None:
    """Store facilities, people, goods and places; the role must be a superuser."""
    bound = {"facilities": CLINICS + 1, "items": ITEMS, "lots_each": 1}
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in MASTER.split(";"):
            if not any(f"INSERT INTO {other} " in statement for other in ("lot", "user_account")):
                used = {name: bound[name] for name in bound if f":{name}" in statement}
                connection.execute(text(statement), used)
        connection.execute(text("UPDATE item SET is_coded = true"))


def waves_of(events: int) -> list[Wave]:
    """Return the waves of a log of at least so many events; the last is still on the shelves."""
    waves: list[Wave] = []
    event = 1
    while not waves or not waves[-1].live:
        last = event + Wave(0, 0, live=False).events >= events
        waves.append(Wave(len(waves), event, live=last))
        event += waves[-1].events
    return waves


def lay(engine: Engine, raw: psycopg.Connection, waves: list[Wave]) -> None:
    """Load waves into empty tables, and build their indexes afterwards."""
    with engine.begin() as connection:
        definitions = _put_aside(connection)
    raw.execute("SET session_replication_role = replica")
    raw.execute("SET synchronous_commit = off")
    for wave in waves:
        _lay_wave(raw, wave)
        raw.commit()
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '1GB'")
        for definition in definitions:
            connection.exec_driver_sql(definition)
        for table in ("unit", "trace_event", "lot"):
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608 - our own names
            )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def _put_aside(connection: Connection) -> list[str]:
    """Drop what makes loading slow; return the statements that build it again."""
    found = connection.exec_driver_sql(
        "SELECT 'c', conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
        " FROM pg_constraint WHERE conrelid::regclass::text IN"
        " ('unit', 'trace_event', 'event_unit', 'aggregation') AND contype = 'u'"
        " UNION ALL SELECT 'i', i.tablename, i.indexname, i.indexdef FROM pg_indexes i"
        " WHERE i.tablename IN ('unit', 'trace_event', 'event_unit', 'aggregation')"
        " AND i.indexname NOT IN (SELECT conname FROM pg_constraint)"
    ).all()
    definitions = []
    for kind, table, name, definition in found:
        if kind == "c":
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            definitions.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        else:
            connection.exec_driver_sql(f"DROP INDEX {name}")
            definitions.append(definition)
    return definitions


def _lay_wave(raw: psycopg.Connection, wave: Wave) -> None:
    first = wave.number * LOTS + 1
    with raw.cursor() as cursor:
        cursor.execute(
            LOT_ROWS.replace(":items", str(ITEMS))
            .replace(":first", str(first))
            .replace(":last", str(first + LOTS - 1))
        )
        _copy(
            cursor,
            "unit (id, item_id, lot_id, parent_id, place_id, capacity, consumed, revision,"
            " scheme, level, disposition, is_open, code)",
            _units(wave),
        )
        _copy(
            cursor,
            "trace_event (id, event_time, recorded_at, unit_id, quantity, facility_id,"
            " user_id, place_id, step, disposition, document, reason)",
            _events(wave),
        )
        _copy(
            cursor,
            "aggregation (child_id, from_event_id, parent_id, until_event_id)",
            _memberships(wave),
        )


def _copy(cursor: psycopg.Cursor, target: str, lines: Iterator[str]) -> None:
    with cursor.copy(f"COPY {target} FROM STDIN") as copy:
        block: list[str] = []
        for line in lines:
            block.append(line)
            if len(block) == BLOCK:
                copy.write("".join(block))
                block.clear()
        copy.write("".join(block))


def _units(wave: Wave) -> Iterator[str]:
    bin_ = place(1, BIN)
    for carton in range(CARTONS):
        key, lot = wave.carton(carton), wave.lot(carton)
        item = lot % ITEMS + 1
        yield f"{key}\t{item}\t{lot}\t\\N\t{bin_}\t0\t0\t3\t1\t2\t2\tt\t{carton_code(key)}\n"
        for number in range(PACKS):
            pack, clinic = key + 1 + number, wave.clinic(carton * PACKS + number)
            where = place(clinic, BIN if wave.live else PATIENT)
            state = "0\t2\t1\t1\t2" if wave.live else f"{CAPACITY}\t3\t1\t1\t5"
            yield (
                f"{pack}\t{item}\t{lot}\t\\N\t{where}\t{CAPACITY}\t{state}\tf\t{pack_code(pack)}\n"
            )


def _events(wave: Wave) -> Iterator[str]:
    event = wave.first_event
    day = (START + timedelta(hours=wave.number % 7000)).strftime("%Y-%m-%d %H:")
    for at, (step, became, kind) in enumerate(((1, 1, SUPPLIER), (2, 2, BIN), (3, 2, BIN))):
        for carton in range(CARTONS):
            yield _event(
                event,
                (f"{day}0{at}", carton),
                (wave.carton(carton), 0),
                (1, place(1, kind)),
                (step, became, f"GR-{wave.number:08d}"),
            )
            event += 1
    for index in wave.order:
        yield _event(
            event,
            (f"{day}10", event),
            (wave.pack(index), 0),
            (1, place(1, STAGING)),
            (5, 2, f"RQ-{wave.number:08d}"),
        )
        event += 1
    for index in wave.order:
        clinic = wave.clinic(index)
        yield _event(
            event,
            (f"{day}30", event),
            (wave.pack(index), 0),
            (clinic, place(clinic, BIN)),
            (10, 2, f"RQ-{wave.number:08d}"),
        )
        event += 1
    for index in () if wave.live else wave.order:
        clinic = wave.clinic(index)
        where = (clinic, place(clinic, BIN))
        parts = ((12, 4), (12, 5)) if index % 10 == 0 else ((24, 5),)
        for quantity, became in parts:
            yield _event(
                event,
                (f"{day}50", event),
                (wave.pack(index), quantity),
                where,
                (12, became, f"DP-{event:09d}"),
            )
            event += 1


def _event(
    key: int,
    at: tuple[str, int],
    unit: tuple[int, int],
    where: tuple[int, int],
    what: tuple[int, int, str],
) -> str:
    minute, number = at
    moment = f"{minute}:{number // 1000 % 60:02d}.{number % 1000:03d}+00"
    facility, spot = where
    step, became, document = what
    return (
        f"{key}\t{moment}\t{moment}\t{unit[0]}\t{unit[1]}\t{facility}\t1\t{spot}\t{step}\t{became}"
        f"\t{document}\t\n"
    )


def _memberships(wave: Wave) -> Iterator[str]:
    picked = wave.first_event + 3 * CARTONS
    for turn, index in enumerate(wave.order):
        carton = index // PACKS
        yield (
            f"{wave.pack(index)}\t{wave.first_event + carton}\t{wave.carton(carton)}"
            f"\t{picked + turn}\n"
        )
