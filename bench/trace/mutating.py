"""Random harm to a sealed log of 100,000 events, each found at its exact place.

The log is sealed in turns of 500 events, so that each piece of harm is looked for where it is;
now and then the whole log is verified instead, which must find the same.
"""

import os
import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, make_url, text
from sqlalchemy.orm import Session

from app import embedded
from app.kernel import clock, migrations
from app.kernel.db import open_engine
from app.traceability import service as traceability
from app.traceability.rules.auditing import Finding
from bench.trace.seed import lay, lay_master, waves_of

EVENTS, TURN, GAPS = 100_000, 500, 97
WHOLE_EVERY, TOLD_EVERY = 1000, 1000
SEED = 20261130
FIELDS = (
    "reason = reason || 'x'",
    "document = document || '0'",
    "event_time = event_time + interval '1 ms'",
    "recorded_at = recorded_at - interval '1 us'",
    "user_id = user_id + 1",
    "place_id = place_id + 1",
    "unit_id = unit_id + 1",
    "quantity = quantity + 1",
    "step = step % 15 + 1",
    "disposition = disposition % 9 + 1",
)
BYTES = ("events", "links", "head", "root", "tree", "signature")
SWAPPED = "event_time recorded_at unit_id quantity user_id place_id step disposition document"
Place = tuple[int, int, int]
"""A site, and the first and last seq that may be named."""


@dataclass(slots=True)
class Log:
    """Which events each site has, in order, and which keys were never used."""

    sites: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    gaps: list[int] = field(default_factory=list)
    where: dict[int, tuple[int, int]] = field(default_factory=dict)
    seals: list[tuple[int, int, int, int, int]] = field(default_factory=list)


def report(count: int) -> None:
    """Print how many of so many random mutations were found, and how exactly."""
    with (
        tempfile.TemporaryDirectory(dir=os.environ.get("TRACE_FOLDER")) as folder,
        embedded.server(Path(folder) / "data", keep=True) as url,
    ):
        owner = make_url(url).set(username="postgres")
        lord = open_engine(owner.render_as_string(hide_password=False), statement_seconds=36_000)
        migrations.upgrade(lord)
        lay_master(lord)
        plain = owner.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain) as raw:
            lay(lord, raw, waves_of(EVENTS))
        began = perf_counter()
        log = _sealed(lord)
        told = _harm(lord, log, count)
        seconds = perf_counter() - began
        found, exact = sum(told["found"].values()), sum(told["exact"].values())
        print(
            f"mutations of a log of {EVENTS:,} events: {found} of {count} found, {exact} at their"
            f" exact place ({seconds:.0f} s; {dict(told['found'])})"
        )
        lord.dispose()


def _sealed(lord: Engine) -> Log:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    with Session(lord) as session, session.begin():
        session.execute(text("SET LOCAL session_replication_role = replica"))
        unused = "DELETE FROM trace_event WHERE id > :last OR id % :every = 0"
        session.execute(text(unused), {"last": EVENTS + EVENTS // GAPS, "every": GAPS})
        base, public = "https://tongcang.example", key.public_key().public_bytes_raw()
        signer = traceability.signer_of(session, public, base, key.sign, now=clock.now())
    more = True
    while more:
        with Session(lord) as session, session.begin():
            more = traceability.seal(session, signer, now=clock.now(), most=TURN).more
    log = Log(gaps=list(range(GAPS, EVENTS, GAPS)))
    with lord.connect() as connection:
        for event, site in connection.execute(
            text("SELECT id, facility_id FROM trace_event ORDER BY id")
        ):
            log.sites[site].append(event)
            log.where[event] = (site, len(log.sites[site]))
        seals = "SELECT facility_id, number, horizon, first_seq FROM trace_seal ORDER BY 1, 2"
        rows = connection.execute(text(seals)).all()
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        same = after is not None and after.facility_id == row.facility_id
        last = after.first_seq - 1 if after and same else len(log.sites[row.facility_id])
        log.seals.append((*row, last))
    return log


def _harm(lord: Engine, log: Log, count: int) -> dict[str, Counter[str]]:
    chance = random.Random(SEED)  # noqa: S311 - harm, no secret
    told: dict[str, Counter[str]] = {"found": Counter(), "exact": Counter()}
    kinds: dict[str, Callable[[Session, Log, random.Random], Place]] = {
        "changed": _change,
        "deleted": _delete,
        "inserted": _insert,
        "swapped": _swap,
        "cut": _cut,
        "seal": _break_seal,
    }
    with Session(lord) as session:
        keys = traceability.known_keys(session)
        whole = traceability.windows(session, span=1)
        session.commit()
        for number in range(count):
            kind = chance.choice(list(kinds))
            session.execute(text("SET LOCAL session_replication_role = replica"))
            site, first, last = kinds[kind](session, log, chance)
            near = whole if number % WHOLE_EVERY == 0 else _near(log, whole, (site, first, last))
            results = [traceability.verify_window(session, window, keys) for window in near]
            findings = traceability.summed(results, trees=near is whole).findings
            session.rollback()
            told["found"][kind] += bool(findings)
            told["exact"][kind] += _is_exact(findings, (site, first, last))
            if number % TOLD_EVERY == TOLD_EVERY - 1:
                found, exact = (sum(told[name].values()) for name in ("found", "exact"))
                print(f"  {number + 1:,} mutations: {found} found, {exact} exact", flush=True)
    return told


def _near(log: Log, windows: list[tuple[int, int]], place: Place) -> list[tuple[int, int]]:
    """Return the windows in which the harm lies, and the next, which builds on them."""
    site, first, last = place
    own = log.sites[site]
    low = own[first - 2] if first > 1 else 0
    high = own[last - 1] if last <= len(own) else windows[-1][1]
    found = [n for n, (after, until) in enumerate(windows) if after < high and until > low]
    return windows[found[0] : found[-1] + 2]


def _is_exact(findings: list[Finding], place: Place) -> bool:
    """Say whether the first thing found at the harmed site lies where the harm was done."""
    site, first, last = place
    found = min((each.seq for each in findings if each.facility_id == site), default=0)
    return first <= found <= last


def _one(log: Log, chance: random.Random) -> int:
    site = chance.choice(list(log.sites))
    return chance.choice(log.sites[site])


def _at(log: Log, event: int) -> Place:
    site, seq = log.where[event]
    return site, seq, seq


def _change(session: Session, log: Log, chance: random.Random) -> Place:
    event = _one(log, chance)
    change = f"UPDATE trace_event SET {chance.choice(FIELDS)} WHERE id = :event"  # noqa: S608 - our own names
    session.execute(text(change), {"event": event})
    return _at(log, event)


def _delete(session: Session, log: Log, chance: random.Random) -> Place:
    event = _one(log, chance)
    session.execute(text("DELETE FROM trace_event WHERE id = :event"), {"event": event})
    return _at(log, event)


def _insert(session: Session, log: Log, chance: random.Random) -> Place:
    gap, event = chance.choice(log.gaps), _one(log, chance)
    copied = """
        INSERT INTO trace_event OVERRIDING SYSTEM VALUE
        SELECT event_time, recorded_at, :gap, unit_id, quantity, facility_id, user_id, place_id,
               step, disposition, document, reason FROM trace_event WHERE id = :event"""
    session.execute(text(copied), {"gap": gap, "event": event})
    site, _ = log.where[event]
    seq = sum(each < gap for each in log.sites[site]) + 1
    return site, seq, seq


def _swap(session: Session, log: Log, chance: random.Random) -> Place:
    site = chance.choice(list(log.sites))
    one, other = sorted(chance.sample(log.sites[site], 2))
    columns = SWAPPED.split()
    exchanged = ", ".join(f"{column} = o.{column}" for column in columns)
    change = f"""
        UPDATE trace_event e SET {exchanged} FROM trace_event o
        WHERE (e.id, o.id) IN ((:one, :other), (:other, :one))"""  # noqa: S608 - our own names
    session.execute(text(change), {"one": one, "other": other})
    return _at(log, one)


def _cut(session: Session, log: Log, chance: random.Random) -> Place:
    site = chance.choice(list(log.sites))
    event = log.sites[site][-chance.randint(1, 20)]
    cut = "DELETE FROM trace_event WHERE facility_id = :site AND id >= :event"
    session.execute(text(cut), {"site": site, "event": event})
    return _at(log, event)


def _break_seal(session: Session, log: Log, chance: random.Random) -> Place:
    site, number, horizon, first, last = chance.choice(log.seals)
    column = chance.choice([name for name in BYTES if name != "links" or last > first])
    named = {"site": site, "number": number, "horizon": horizon}
    one = " WHERE facility_id = :site AND number = :number AND horizon = :horizon"
    size = f"SELECT length({column}) FROM trace_seal{one}"  # noqa: S608 - our own names
    place = chance.randrange(session.scalars(text(size), named).one())
    flip = f"{column} = set_byte({column}, {place}, 255 - get_byte({column}, {place}))"
    session.execute(text(f"UPDATE trace_seal SET {flip}{one}"), named)  # noqa: S608 - our own names
    return site, first, last
