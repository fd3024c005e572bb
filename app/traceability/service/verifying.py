"""Hold the log against its seals, window by window, so that several processes may share it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from app.network.models import Facility
from app.traceability.errors import CheckpointUnknown
from app.traceability.models import TraceEvent, TraceKey, TraceSeal
from app.traceability.rules.auditing import (
    Before,
    Finding,
    Log,
    PassedSeal,
    StoredEvent,
    StoredSeal,
    against,
    earliest,
    first_broken_trees,
    first_fault,
)
from app.traceability.rules.event_form import image_of
from app.traceability.rules.sealing import (
    Checkpoint,
    CheckpointError,
    SealBody,
    genesis,
    unpacked,
)
from app.traceability.service.traced import traced_events

SPAN = 50_000
"""A window holds about so many events."""
Window = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Keys:
    """The public keys that seals may be signed with, and the base all identifiers stand under."""

    public: dict[int, bytes]
    base: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What one window held."""

    events: int
    findings: list[Finding]
    seals: list[PassedSeal]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the whole log held: the first finding of each site that is broken."""

    events: int
    seals: int
    sites: int
    findings: list[Finding]


def summed(results: Sequence[Verified], *, trees: bool = True) -> Verdict:
    """Put the windows together; when they are all, check that each site's seals make one tree."""
    passed = [seal for result in results for seal in result.seals]
    findings = [finding for result in results for finding in result.findings]
    return Verdict(
        events=sum(result.events for result in results),
        seals=len(passed),
        sites=len({seal.facility_id for seal in passed}),
        findings=earliest([*findings, *(first_broken_trees(passed) if trees else ())]),
    )


def verify_log(session: Session, keys: Keys) -> Verdict:
    """Check the whole log, one window after another."""
    return summed([verify_window(session, window, keys) for window in windows(session)])


def known_keys(session: Session) -> Keys:
    """Return the keys that the database knows."""
    rows = session.scalars(select(TraceKey).order_by(TraceKey.id)).all()
    return Keys({row.id: row.public_key for row in rows}, rows[0].base if rows else "")


def windows(session: Session, span: int = SPAN) -> list[Window]:
    """Return the ranges of keys that seals close, in pieces that one process can hold."""
    horizons = session.scalars(select(TraceSeal.horizon).distinct().order_by(TraceSeal.horizon))
    found: list[Window] = []
    after = start = 0
    for horizon in horizons:
        if horizon - start > span and after > start:
            found.append((start, after))
            start = after
        after = horizon
    return [*found, (start, after)] if after > start else found


def unsealed(session: Session) -> int:
    """Return how many events await their seal."""
    horizon = session.scalar(select(func.max(TraceSeal.horizon))) or 0
    return session.scalar(select(func.count()).where(TraceEvent.id > horizon)) or 0


def verify_window(session: Session, window: Window, keys: Keys) -> Verified:
    """Check the seals of a window, and the events whose keys lie in it."""
    after, until = window
    events, count = _events(session, window, keys.base)
    seals = _seals(session, after, until)
    starts = _before(session, seals.keys() | events.keys(), after)
    findings = []
    for facility_id in seals.keys() | events.keys():
        start = starts.get(facility_id) or Before(0, 0, genesis(keys.base, facility_id))
        log = Log(facility_id, start, seals[facility_id], events[facility_id])
        found = first_fault(log, keys.public)
        if found is not None:
            findings.append(found)
    passed = [_passed(seal) for each in seals.values() for seal in each]
    return Verified(count, findings, passed)


def _events(
    session: Session, window: Window, base: str
) -> tuple[defaultdict[int, list[StoredEvent]], int]:
    events: defaultdict[int, list[StoredEvent]] = defaultdict(list)
    count = 0
    for recorded in traced_events(session, *window):
        digest = sha256(image_of(recorded.event, base).encode()).digest()
        stored = StoredEvent(recorded.event_id, digest, recorded.recorded_at, recorded.user_id)
        events[recorded.facility_id].append(stored)
        count += 1
    return events, count


def _seals(session: Session, after: int, until: int) -> defaultdict[int, list[StoredSeal]]:
    rows = session.execute(
        select(TraceSeal.__table__)
        .where(TraceSeal.horizon > after, TraceSeal.horizon <= until)
        .order_by(TraceSeal.facility_id, TraceSeal.number)
    ).mappings()
    seals: defaultdict[int, list[StoredSeal]] = defaultdict(list)
    for row in rows:
        seals[row["facility_id"]].append(stored(row))
    return seals


def stored(row: Mapping[Any, Any]) -> StoredSeal:
    """Return a seal's row as the rules know it."""
    body = SealBody(**{name: row[name] for name in SealBody.__slots__})
    return StoredSeal(body, row["key_id"], row["tree"], row["signature"])


def _before(session: Session, facility_ids: Collection[int], after: int) -> dict[int, Before]:
    """Return where the logs of these sites stood before a window."""
    last = (
        select(TraceSeal.__table__)
        .where(TraceSeal.facility_id == Facility.id, TraceSeal.horizon <= after)
        .order_by(TraceSeal.horizon.desc(), TraceSeal.number.desc())
        .limit(1)
        .lateral()
    )
    rows = session.execute(
        select(last).select_from(Facility).join(last, true()).where(Facility.id.in_(facility_ids))
    ).mappings()
    return {
        row["facility_id"]: Before(
            row["number"], row["first_seq"] + len(unpacked(row["events"])) - 1, row["head"]
        )
        for row in rows
    }


def _passed(seal: StoredSeal) -> PassedSeal:
    body = seal.body
    return PassedSeal(body.facility_id, body.number, body.first_seq, body.hashed(), seal.tree)


def check_checkpoint(session: Session, text: str, keys: Keys) -> Finding | None:
    """Hold the log against a checkpoint that somebody kept; a cut tail shows only here.

    Raises:
        CheckpointUnknown: the text is none of ours, or was not signed by a key of ours.
    """
    try:
        kept = Checkpoint.parse(text)
    except CheckpointError as error:
        raise CheckpointUnknown(text) from error
    if not kept.signed_by(keys.public.get(kept.key_id, b"")):
        raise CheckpointUnknown(text)
    return against(kept, site_seals(session, kept.facility_id, kept.seals))


def site_seals(session: Session, facility_id: int, most: int) -> list[StoredSeal]:
    """Return the first seals of a site, at most so many."""
    rows = session.execute(
        select(TraceSeal.__table__)
        .where(TraceSeal.facility_id == facility_id)
        .order_by(TraceSeal.horizon, TraceSeal.number)
        .limit(most)
    ).mappings()
    return [stored(row) for row in rows]


def names_of_sites(session: Session, facility_ids: Collection[int]) -> dict[int, str]:
    """Return how sites are called."""
    rows = session.execute(
        select(Facility.id, Facility.short_name, Facility.code).where(Facility.id.in_(facility_ids))
    )
    return {row.id: f"{row.short_name} ({row.code})" for row in rows}
