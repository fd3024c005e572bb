"""One item, one code, whole life: storage, speed and proof of a log of a million events or more.

``SIZE=small`` (default) 300,000 units and a million events; ``medium`` ten times, ``full`` a
hundred times that. Every log is laid in a database of its own before anything is measured.
``TRACE_KEEP`` names a folder in which they stay for the next run, ``TRACE_FOLDER`` another
place for what is thrown away, ``MUTATIONS`` how often a log of 100,000 events is harmed (300).
"""

import http
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from statistics import quantiles
from time import perf_counter

import psycopg
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, make_url, text
from sqlalchemy.orm import Session

from app import embedded
from app.accounts.models import RoleGrant, UserAccount
from app.accounts.queries import find_signed_in
from app.accounts.rules import Role
from app.inventory import service as inventory
from app.inventory.models import PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel import clock, migrations
from app.kernel.db import open_engine
from app.kernel.ids import FacilityId, LotId, PlaceId, UnitId, UserId
from app.kernel.keyfile import KeyFile
from app.traceability import queries
from app.traceability import service as traceability
from app.traceability.models import BizStep, Disposition
from bench.trace import mutating, replaying
from bench.trace.seed import (
    BIN,
    CAPACITY,
    CARTONS,
    CLINICS,
    PACKS,
    SUPPLIER,
    Wave,
    lay,
    lay_master,
    pack_code,
    place,
    waves_of,
)
from bench.trace.serving import SIGNING, Request, Times, gunicorn, sign_in, timed

STAGES = {"tiny": (200_000,), "small": (1_000_000,), "medium": (1_000_000, 10_000_000)}
STAGES["full"] = (*STAGES["medium"], 100_000_000)
BASE = "https://tongcang.example"
KEY = KeyFile(Ed25519PrivateKey.from_private_bytes(bytes(32)))
TOLD_EVERY = 5_000_000
MOST_SEALED = 11_000_000
"""Of a larger log only so many events are sealed, and it is not verified: rates and sizes are
known by then, and the wait is long."""
CLINIC = 2
PASSWORD = "of the benchmark"  # noqa: S105 - of people who live for minutes
WARMING = 200
"""Requests before the clock starts: each process prepares its statements once."""
RATE, SECONDS = 50, int(os.environ.get("TRACE_SECONDS") or 30)
SAMPLE = {"tiny": 100, "small": 100, "medium": 1000, "full": 10_000}
SIZES = """
SELECT relname, pg_relation_size(oid), pg_indexes_size(oid), pg_total_relation_size(oid)
FROM pg_class WHERE relname IN ('unit', 'trace_event', 'event_unit', 'aggregation', 'trace_seal')
"""


def report(_data: Path | None) -> None:
    """Print the tables, from embedded servers of their own that force every commit to disk."""
    size = os.environ.get("SIZE") or "small"
    with _home() as home:
        for events in STAGES[size]:
            _lay(home, events)
        _growth([_stage(home, events, SAMPLE[size]) for events in STAGES[size]])
    mutating.report(int(os.environ.get("MUTATIONS") or 300))


@contextmanager
def _home() -> Iterator[Path]:
    kept = os.environ.get("TRACE_KEEP")
    if kept:
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory(dir=os.environ.get("TRACE_FOLDER")) as folder:
        yield Path(folder)


def _lay(home: Path, events: int) -> None:
    """Lay and seal a log, unless a run before this one left it."""
    folder = home / str(events)
    told = folder / "laid"
    if told.exists():
        print(told.read_text())
        return
    folder.mkdir(parents=True)
    with embedded.server(folder / "data", keep=True) as url:
        engine = open_engine(url, statement_seconds=36_000)
        migrations.upgrade(engine)
        owner = make_url(url).set(username="postgres")
        lord = open_engine(owner.render_as_string(hide_password=False), statement_seconds=36_000)
        lay_master(lord)
        _people(engine)
        began, waves = perf_counter(), waves_of(events)
        plain = owner.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain) as raw:
            lay(lord, raw, waves)
        _stock(engine, waves[-1])
        said = f"{events:,} events laid in {perf_counter() - began:.0f} s; {_seal(engine)}"
        lord.dispose()
        engine.dispose()
    print(said, flush=True)
    told.write_text(said)


def _stage(home: Path, events: int, sample: int) -> list[Times]:
    print(f"\nTrace: {events:,} events")
    waves = waves_of(events)
    with embedded.server(home / str(events) / "data", keep=True) as url:
        engine = open_engine(url, statement_seconds=36_000)
        migrations.upgrade(engine)  # a kept log may be older than the product
        _storage(engine)
        if events <= MOST_SEALED:
            _verify(url)
        _capture(engine, waves[-1])
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, options="-c random_page_cost=1.1 -c jit=off") as raw:
            _replay(engine, raw, waves, sample)
        figures = _requests(engine, url, waves)
        engine.dispose()
        return figures


def _people(engine: Engine) -> None:
    """Let one person dispense at each clinic, and one read the whole county."""
    hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with Session(engine) as session, session.begin():
        for facility in range(1, CLINICS + 2):
            role = Role.CLINIC if facility > 1 else Role.DIRECTOR
            user = UserAccount(
                username=f"bench-{facility}",
                password_hash=hashed,
                name=f"bench {facility}",
                facility_id=FacilityId(facility),
            )
            session.add(user)
            session.flush()
            session.add(RoleGrant(user_id=user.id, facility_id=FacilityId(facility), role=role))


def _stock(engine: Engine, wave: Wave) -> None:
    """Enter the packs of a live wave into the clinics' books."""
    held: Counter[tuple[int, int]] = Counter()
    for index in range(CARTONS * PACKS):
        held[wave.clinic(index), wave.lot(index // PACKS)] += CAPACITY
    with Session(engine) as session, session.begin():
        for clinic in range(2, CLINICS + 2):
            signed_in = find_signed_in(session, UserId(clinic))
            if signed_in is None:
                raise LookupError(clinic)
            moves = [
                Movement(
                    lot_id=LotId(lot),
                    quantity=quantity,
                    source=Spot(PlaceId(place(clinic, SUPPLIER)), FacilityId(clinic)),
                    target=Spot(PlaceId(place(clinic, BIN)), FacilityId(clinic)),
                )
                for (whose, lot), quantity in sorted(held.items())
                if whose == clinic
            ]
            wanted = PostingRequest(
                kind=PostingKind.OPENING,
                key=f"opening-{wave.number}-{clinic}",
                facility_id=FacilityId(clinic),
                document="OPENING",
                occurred_at=clock.now(),
                movements=moves,
            )
            inventory.post(session, signed_in.actor, wanted, now=clock.now())


def _seal(engine: Engine) -> str:
    began, events, more = perf_counter(), 0, True
    while more and events < MOST_SEALED:
        with Session(engine) as session, session.begin():
            turn = traceability.seal_turn(session, KEY, BASE, now=clock.now())
        events, more = events + turn.events, turn.more
        if events % TOLD_EVERY == 0:
            print(f"  {events:,} events sealed", flush=True)
    taken = perf_counter() - began
    return f"sealed in {taken:.0f} s ({events / taken:,.0f} a second, one process)"


def _storage(engine: Engine) -> None:
    with engine.connect() as connection:
        rows = {row[0]: row[1:] for row in connection.execute(text(SIZES))}
        sealed = connection.scalar(text("SELECT sum(seq) FROM trace_frontier")) or 1
        counts = {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in rows}  # noqa: S608 - our own names
    print("bytes a row:      heap  indexes     rows")
    for name, (heap, indexes, _) in sorted(rows.items()):
        count = counts[name] or 1
        print(f"{name:>14} {heap / count:7.1f}  {indexes / count:7.1f}  {counts[name]:>12,}")
    log = (rows["trace_event"][2] + rows["event_unit"][2]) / counts["trace_event"]
    log += rows["trace_seal"][2] / sealed
    print(
        f"storage: {rows['unit'][2] / counts['unit']:.1f} B a unit (<= 180),"
        f" {log:.1f} B an event with indexes and seals (<= 170; {sealed:,} sealed);"
        f" and {rows['aggregation'][2] / counts['aggregation']:.1f} B a stay in a container"
    )


def _verify(url: str) -> None:
    """Check the whole log, in as many processes as there are processors."""
    from app.factory import create_app  # noqa: PLC0415 - the product takes seconds to read
    from app.kernel.settings import Settings  # noqa: PLC0415

    app = create_app(Settings(database_url=url, secret_key=SIGNING))
    answer = app.test_cli_runner().invoke(args=["verify-trace"])
    print(f"verify-trace: {answer.output.strip()}")


def _capture(engine: Engine, wave: Wave) -> None:
    """Move packs of one shelf, scan by scan, each locked, checked and recorded by itself."""
    packs = [wave.pack(index) for index in range(CARTONS * PACKS) if wave.clinic(index) == CLINIC]
    with Session(engine) as session, session.begin():
        signed_in = find_signed_in(session, UserId(CLINIC))
        units = list(traceability.lock_units(session, [UnitId(pack) for pack in packs]).values())
        shelf = PlaceId(place(CLINIC, BIN))
        told = traceability.Happening(
            step=BizStep.COUNTING,
            disposition=Disposition.IN_STOCK,
            facility_id=FacilityId(CLINIC),
            place_id=shelf,
            document="CC-1",
            event_time=clock.now(),
            recorded_at=clock.now(),
        )
        if signed_in is None:
            raise LookupError(CLINIC)
        began = perf_counter()
        for unit in units:
            traceability.move(session, signed_in.actor, [unit], (shelf, shelf), told)
        alone = perf_counter() - began
        began = perf_counter()
        traceability.move(session, signed_in.actor, units, (shelf, shelf), told)
        together = perf_counter() - began
        session.rollback()
    print(
        f"capture, one process: {len(units) / alone:,.0f} scans a second one by one,"
        f" {len(units) / together:,.0f} units a second in one scan"
    )


def _replay(engine: Engine, raw: psycopg.Connection, laid: list[Wave], sample: int) -> None:
    """Compare whole lives with a plain reading of the log."""
    waves = [laid[number * 7 % len(laid)] for number in range(sample)]
    units = {wave.pack(number * 131 % (CARTONS * PACKS)) for number, wave in enumerate(waves)}
    began = perf_counter()
    plain = replaying.lives(raw, units)
    read = perf_counter() - began
    seconds, equal = [], 0
    with Session(engine) as session:
        for unit in units:
            at = perf_counter()
            events = queries.life_events(session, UnitId(unit))
            seconds.append(perf_counter() - at)
            equal += [event.event_id for event in events] == plain[unit]
    bare = _bare(raw, [pack_code(unit) for unit in units])
    cuts = quantiles(seconds, n=100)
    print(
        f"whole trace in process: p50 {cuts[49] * 1e3:.2f} ms, p95 {cuts[94] * 1e3:.2f} ms,"
        f" {cuts[94] / bare:.1f} x a bare look-up by code ({bare * 1e3:.2f} ms);"
        f" {equal} of {len(units)} equal to a replay of the log ({read:.0f} s)"
    )


def _bare(raw: psycopg.Connection, codes: list[str]) -> float:
    seconds = []
    for code in codes:
        at = perf_counter()
        raw.execute("SELECT id FROM unit WHERE code = %s", (code,)).fetchall()
        seconds.append(perf_counter() - at)
    return quantiles(seconds, n=100)[94]


def _requests(engine: Engine, url: str, laid: list[Wave]) -> list[Times]:
    """Verify, dispense and trace over HTTP, beside an empty request."""
    live, gone = laid[-1], laid[:-1]
    with engine.connect() as connection:
        given = connection.scalar(text("SELECT count(*) FROM dispensing"))
    count = RATE * SECONDS
    with gunicorn(url) as port:
        tokens = {n: sign_in(port, f"bench-{n}", PASSWORD) for n in range(1, CLINICS + 2)}

        def dispense(number: int) -> Request:
            index = (given + number) * 7907 % (CARTONS * PACKS)
            body = json.dumps({"code": pack_code(live.pack(index))})
            return Request("POST", "/api/v1/dispensings", tokens[live.clinic(index)], body)

        def trace(number: int) -> Request:
            wave = gone[number * 7 % len(gone)]  # from the whole log, not from its warm corner
            code = pack_code(wave.pack(number * 7901 % (CARTONS * PACKS)))
            return Request("GET", f"/api/v1/units/{code}", tokens[1])

        empty: Callable[[int], Request] = lambda _: Request("GET", "/healthz", "")  # noqa: E731 - named for the table
        print(f"at {RATE} requests/s:  p50      p95      p99 ms (<= 20 at p95, <= 60 at p99)")
        for make in (empty, trace, dispense):
            timed(port, "warming", [make(n) for n in range(WARMING)], RATE, _fine)
        plans = (
            ("an empty request", empty, 0),
            ("whole trace of a code", trace, 0),
            ("dispense a pack", dispense, WARMING),
            ("verify and dispense in turn", lambda n: (trace, dispense)[n % 2](n), WARMING + count),
        )
        figures = []
        for name, make, first in plans:
            asked = [make(first + number) for number in range(count)]
            figures.append(timed(port, name, asked, RATE, _fine))
            print(f"                {figures[-1]}")
        return figures


def _fine(status: int) -> bool:
    return status < http.HTTPStatus.MULTIPLE_CHOICES


def _growth(figures: list[list[Times]]) -> None:
    for before, after in pairwise(figures):
        for small, large in zip(before, after, strict=True):
            print(f"growth x10: {large.at(95) / small.at(95):.2f} x p95 of {large.name} (<= 2)")
