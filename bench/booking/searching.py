"""Where is something free, and what does a booking weigh: a full calendar in both designs."""

from collections import defaultdict
from statistics import median
from time import perf_counter

import psycopg
from psycopg import Connection as Raw
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.booking.service import upkeep
from app.equipment.queries import taken_bits
from app.kernel.ids import DeviceId
from app.kernel.local_time import at_local
from app.kernel.ticks import TICKS_PER_DAY, clock_bits, first_tick, run_starts, tick_of
from bench.booking.scene import CLOSES, MONDAY, NOW, OPENS, TICKS, Scene, days
from bench.booking.storm import CLEAN

DAYS, TURNS = 60, 15
OPEN = clock_bits(OPENS, CLOSES)
FILL = """
INSERT INTO resource (kind, ref) SELECT 'operator', 'o' || n FROM generate_series(1, 20) n
    UNION ALL SELECT 'patient', 'p' || n FROM generate_series(0, 999) n;
INSERT INTO booking (reference, exam_item_id, patient_id, facility_id, device_id, operator_id,
    starts_at, ends_at, state, indication, created_by, created_at)
    SELECT 'F-' || d || '-' || day || '-' || slot, {exam}, {patient}, {facility}, d, {by},
        start, start + interval '15 minutes', 'booked', '', {by}, '{now}'
    FROM unnest('{{{devices}}}'::bigint[]) d, generate_series(0, {days} - 1) day,
        generate_series(0, 39) slot,
        LATERAL (SELECT timestamptz '{opens}' + day * interval '1 day'
                        + slot * interval '15 minutes') at (start)
    WHERE abs(hashint8(d * 1000000 + day * 1000 + slot)) % 100 < 90;
CREATE TEMPORARY TABLE held AS
    SELECT b.id AS booking, r.id AS resource, extract(epoch FROM starts_at)::int / 300 AS tick
    FROM (SELECT *, dense_rank() OVER (ORDER BY device_id) AS m,
                 extract(epoch FROM starts_at)::int / 900 * 20 AS slot FROM booking) b
    JOIN resource r ON (r.kind, r.ref) IN (('device', device_id::text), ('operator', 'o' || m),
        ('patient', 'p' || (slot + m) % 1000));
INSERT INTO occupancy (resource_id, tick, booking_id)
    SELECT resource, t, booking FROM held, generate_series(tick, tick + 2) t;
INSERT INTO scratch.claim (booking_id, resource, first, until)
    SELECT booking, resource, tick, tick + 3 FROM held
"""
LINES = """
SELECT resource, first, until FROM scratch.claim c, unnest(%s::bigint[]) wanted
    WHERE c.line && int8range((wanted << 32) + %s::int, (wanted << 32) + %s::int)
"""
GAPS = """
SELECT wanted, lower(gap), upper(gap) FROM unnest(%s::bigint[]) wanted,
    unnest(%s::int[], %s::int[]) AS hours (opens, closes),
    LATERAL (SELECT int8multirange(whole) - coalesce(range_agg(c.line), '{}') AS free
             FROM (SELECT int8range((wanted << 32) + opens, (wanted << 32) + closes) AS whole) day
             LEFT JOIN scratch.claim c ON c.line && whole GROUP BY whole) of_day,
    LATERAL unnest(free) gap
    WHERE upper(gap) - lower(gap) >= %s
"""
SIZE = "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) name"
WEIGHT = {"A": ["occupancy", "device_day"], "B": ["scratch.claim"]}


class Calendar:
    """Twenty machines, sixty days, nine slots of ten sold."""

    def __init__(self, scene: Scene, engine: Engine, raw: Raw) -> None:
        """Lay the calendar in both designs."""
        self.scene = scene
        self.engine = engine
        self.raw = raw
        self.resources = [resource for _, resource in scene.machines]
        raw.execute(CLEAN)
        raw.execute(
            FILL.format(
                exam=scene.exam_id,
                patient=scene.patients[0][0],
                facility=scene.clinic.facility_id,
                by=scene.clinic.user_id,
                now=NOW.isoformat(),
                devices=",".join(str(device) for device, _ in scene.machines),
                days=DAYS,
                opens=at_local(MONDAY, OPENS).isoformat(),
            )
        )
        with Session(engine) as session, session.begin():
            upkeep.rebuild_device_days(session)
        raw.execute("VACUUM ANALYZE")

    def bookings(self) -> int:
        """Return how many bookings there are."""
        return _number(self.raw, "SELECT count(*) FROM booking", [])

    def weight(self, design: str) -> float:
        """Return the bytes a booking's claims take, indexes included."""
        return _number(self.raw, SIZE, [WEIGHT[design]]) / self.bookings()

    def by_masks(self) -> int:
        """Count free starts by A: one row a machine-day, the rest is shifts of integers."""
        with Session(self.engine) as session:
            ids = [DeviceId(device) for device, _ in self.scene.machines]
            taken = taken_bits(session, ids, days(DAYS))
        return sum(
            run_starts(OPEN & ~taken.get((device, day), 0), TICKS).bit_count()
            for device in ids
            for day in days(DAYS)
        )

    def by_rows(self) -> int:
        """Count them by B: read every claim of the machines, and mark it in bits here."""
        low = first_tick(MONDAY)
        rows = self.raw.execute(LINES, [self.resources, low, low + DAYS * TICKS_PER_DAY]).fetchall()
        taken: dict[tuple[int, int], int] = defaultdict(int)
        for resource, first, until in rows:
            day, bit = divmod(first - low, TICKS_PER_DAY)
            taken[resource, day] |= ((1 << (until - first)) - 1) << bit
        return sum(
            run_starts(OPEN & ~taken[resource, day], TICKS).bit_count()
            for resource in self.resources
            for day in range(DAYS)
        )

    def by_gaps(self) -> int:
        """Count them by B: let the database subtract the claims from the hours."""
        opens = [tick_of(at_local(day, OPENS)) for day in days(DAYS)]
        closes = [tick_of(at_local(day, CLOSES)) for day in days(DAYS)]
        rows = self.raw.execute(GAPS, [self.resources, opens, closes, TICKS]).fetchall()
        return sum(high - low - TICKS + 1 for _, low, high in rows)

    def search(self) -> dict[str, float]:
        """Return the median seconds of each way; all three must find the same.

        Raises:
            AssertionError: they do not.
        """
        ways = {"A, masks": self.by_masks, "B, rows": self.by_rows, "B, gaps": self.by_gaps}
        took: dict[str, list[float]] = defaultdict(list)
        found: set[int] = set()
        for _ in range(TURNS):
            for name, way in ways.items():
                began = perf_counter()
                found.add(way())
                took[name].append(perf_counter() - began)
        if len(found) != 1:
            raise AssertionError(found)
        return {name: median(seconds) for name, seconds in took.items()}


def _number(raw: psycopg.Connection, statement: str, values: list[object]) -> int:
    row = raw.execute(statement, values).fetchone()
    return int(row[0]) if row else 0
