"""The stock ledger of a whole county against the least PostgreSQL itself must do.

``SIZE=small`` runs a tenth of it.
"""

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import psycopg
from sqlalchemy import Engine, make_url
from sqlalchemy.orm import Session

from app import embedded
from app.inventory import service as inventory
from app.kernel import migrations
from app.kernel.db import open_engine
from bench.stock import approving, posting, reading
from bench.stock.seed import NOW, Size, lay, settle

SMALL = Size(facilities=6, items=1300, rounds=7)
STATEMENT_SECONDS = 600


def report(_data: Path | None) -> None:
    """Print the table, from an embedded server of its own that forces every commit to disk."""
    size = SMALL if os.environ.get("SIZE") == "small" else Size()
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded.server(Path(folder) / "data", keep=True) as url,
    ):
        engine = open_engine(url, statement_seconds=STATEMENT_SECONDS)
        migrations.upgrade(engine)
        owner = make_url(url).set(username="postgres").render_as_string(hide_password=False)
        lord = open_engine(owner, statement_seconds=STATEMENT_SECONDS)
        began = perf_counter()
        lay(lord, size)
        _snapshots(engine)
        settle(lord)
        print(
            f"Stock: {size.facilities} facilities x {size.items:,} items x {size.lots_each} lots,"
            f" {size.rows:,} ledger rows, laid in {perf_counter() - began:.0f} s"
        )
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, options="-c random_page_cost=1.1 -c jit=off") as raw:
            _tables(engine, raw, size)
        engine.dispose()
        lord.dispose()


def _snapshots(engine: Engine) -> None:
    """Let the monthly job run through the year that was laid."""
    for number in range(12):
        year, month = divmod(2025 * 12 + 11 + number, 12)
        with Session(engine) as session, session.begin():
            inventory.take_snapshots(session, now=datetime(year, month + 1, 10, tzinfo=UTC))
    with Session(engine) as session, session.begin():
        inventory.take_snapshots(session, now=NOW)


def _tables(engine: Engine, raw: psycopg.Connection, size: Size) -> None:
    print("floor: the one hand-written statement that answers, or writes the same rows")
    print("ours/floor     ours ms    floor ms     allowed  what")
    for figure in reading.measure(engine, raw, size):
        print(figure)
    *proofs, found = reading.proof(engine, raw)
    for figure in proofs:
        print(figure)
    print(approving.measure(engine, raw))
    document, throughput = posting.measure(engine, raw, size)
    print(document)
    share = document.floor / document.ours
    print(f"posting throughput {throughput:,.0f} lines/s, {share:.2f} of the floor (>= 0.50)")
    with Session(engine) as session:
        found += len(inventory.prove(session))
    print(f"findings of the proofs, before and after: {found}")
