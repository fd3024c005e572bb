"""Booking one machine, operator and patient: unique ticks against an exclusion constraint.

``SIZE=small`` runs a tenth of the storm.
"""

import os
import tempfile
from pathlib import Path

import psycopg
from sqlalchemy import Engine, make_url
from sqlalchemy.orm import Session

from app import embedded
from app.kernel import migrations
from app.kernel.db import open_engine
from bench.booking.designs import SCRATCH, Naive, Ranges, RangesAlone, Ticks, TicksAlone
from bench.booking.scene import MACHINES, Scene, lay
from bench.booking.searching import DAYS, Calendar
from bench.booking.service import Service
from bench.booking.storm import CLIENTS, Account, Way, added, rage

ATTEMPTS, ROUNDS = 200, 3
HEAD = (
    "of A   attempts/s   p50 ms   p99 ms  worst ms   done  taken  clashed  waited  overlaps"
    "  deadlocks"
)


def report(_data: Path | None) -> None:
    """Print the tables, from an embedded server of its own that forces every commit to disk."""
    attempts = ATTEMPTS // 10 if os.environ.get("SIZE") == "small" else ATTEMPTS
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded.server(Path(folder) / "data", keep=True) as url,
    ):
        engine = open_engine(url, statement_seconds=60, pool_size=CLIENTS)
        migrations.upgrade(engine)
        with Session(engine, expire_on_commit=False) as session, session.begin():
            scene = lay(session)
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as raw:
            raw.execute(SCRATCH)
            _storms(plain, engine, scene, attempts)
            _calendar(Calendar(scene, engine, raw))
        engine.dispose()


def _storms(url: str, engine: Engine, scene: Scene, attempts: int) -> None:
    """Let the two sound designs take turns on the same wishes; then, once, the others."""
    sound: list[Way] = [Ticks(scene), Ranges(scene)]
    told: dict[str, list[Account]] = {way.name: [] for way in sound}
    for turn in range(ROUNDS):
        for way in sound if turn % 2 else sound[::-1]:
            told[way.name].append(rage(url, way, attempts, f"round {turn}"))
    accounts = {name: added(rounds) for name, rounds in told.items()}
    alone: list[Way] = [TicksAlone(scene), RangesAlone(scene), Naive(scene)]
    others: list[Way] = [Service(scene, engine), *alone]
    for way in others:
        accounts[way.name] = rage(url, way, attempts // 4, "others")
    print(
        f"Booking: {CLIENTS} clients, 2 machines, 2 operators for both; books, moves (7 of 10) and"
        f" cancels, {attempts} attempts each, {ROUNDS} rounds in turns"
        " (the others: one round of a quarter)"
    )
    print(HEAD)
    for name, account in accounts.items():
        print(_line(name, account, accounts[Ticks.name]))


def _line(name: str, account: Account, ours: Account) -> str:
    ends = account.ends
    return (
        f"{account.per_second / ours.per_second:4.2f}  {account.per_second:11.0f}"
        f"  {account.percentile(50) * 1e3:7.1f}  {account.percentile(99) * 1e3:7.1f}"
        f"  {max(account.took) * 1e3:8.0f}  {ends['done']:5}  {ends['taken']:5}"
        f"  {ends['clashed']:7}  {ends['waited']:6}  {account.overlaps:8}"
        f"  {ends['deadlock']:9}  {name}"
    )


def _calendar(calendar: Calendar) -> None:
    print(
        f"free starts of {MACHINES} machines in {DAYS} days, {calendar.bookings():,} bookings,"
        " 9 slots of 10 sold"
    )
    found = calendar.search()
    for name, seconds in found.items():
        print(f"{seconds / found['A, masks']:6.2f} of A  {seconds * 1e3:8.1f} ms  {name}")
    ticks, ranges = calendar.weight("A"), calendar.weight("B")
    print(f"{ranges / ticks:6.2f} of A  {ranges:8.0f} bytes a booking, B; A {ticks:.0f}")
