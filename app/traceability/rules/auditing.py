"""Find the first event of a site's log that is not as it was sealed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.traceability.rules.merkle import add_leaf, leaf_hash, root_of, root_of_peaks
from app.traceability.rules.sealing import Checkpoint, SealBody, leaf_of, link_of, unpacked


class Fault(StrEnum):
    """How the log differs from its seals."""

    CHANGED = "changed"
    MISSING = "missing"
    INSERTED = "inserted"
    SEAL_MISSING = "seal-missing"
    SEAL_CHANGED = "seal-changed"
    CUT = "cut"
    REWRITTEN = "rewritten"


@dataclass(frozen=True, slots=True)
class Finding:
    """The first place in a site's log that is wrong."""

    facility_id: int
    seq: int
    fault: Fault


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it stands in the database: its hash, and what its leaf holds besides."""

    event_id: int
    digest: bytes
    recorded_at: datetime
    user_id: int


@dataclass(frozen=True, slots=True)
class StoredSeal:
    """A seal as it stands in the database."""

    body: SealBody
    key_id: int
    tree: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Before:
    """Where a site's log stood before the seals that are looked at."""

    number: int
    seq: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Log:
    """A stretch of a site's log as it stands: where it starts, its seals, its events."""

    facility_id: int
    before: Before
    seals: Sequence[StoredSeal]
    events: Sequence[StoredEvent]


class _Fault(Exception):
    """Ends the walk at the first fault."""

    def __init__(self, seq: int, fault: Fault) -> None:
        super().__init__(fault)
        self.seq = seq
        self.fault = fault


def first_fault(log: Log, keys: Mapping[int, bytes]) -> Finding | None:
    """Walk a site's seals and events side by side; return where they first part."""
    before = log.before
    walk = _Walk(before.number, before.seq, before.head, iter(log.events))
    try:
        for seal in log.seals:
            walk.pass_seal(seal, keys)
        walk.end()
    except _Fault as found:
        return Finding(log.facility_id, found.seq, found.fault)
    return None


class _Walk:
    """The place reached in a site's log."""

    def __init__(self, number: int, seq: int, head: bytes, events: Iterator[StoredEvent]) -> None:
        self.number, self.seq, self.head = number, seq, head
        self.events = events
        self.next = next(events, None)

    def pass_seal(self, seal: StoredSeal, keys: Mapping[int, bytes]) -> None:
        """Check one seal and the events it closes."""
        body, first = seal.body, self.seq + 1
        if body.number != self.number + 1:
            raise _Fault(first, Fault.SEAL_MISSING)
        hashes = [leaf_hash(leaf) for leaf in self._leaves(body)]
        signed = checkpoint_of(seal, self.seq)
        key = keys.get(seal.key_id, b"")
        if body.first_seq != first or body.root != root_of(hashes) or not signed.signed_by(key):
            raise _Fault(first, Fault.SEAL_CHANGED)
        self.number = body.number

    def _leaves(self, body: SealBody) -> Iterator[bytes]:
        sealed = unpacked(body.events)
        for index, event_id in enumerate(sealed):
            self.seq += 1
            event = self._take(event_id)
            leaf = leaf_of(event.digest, event.recorded_at, event.user_id, self.seq)
            self.head = link_of(self.head, leaf)
            kept = body.link_at(index, len(sealed))
            if not kept or self.head[: len(kept)] != kept:
                raise _Fault(self.seq, Fault.CHANGED)
            yield leaf

    def _take(self, event_id: int) -> StoredEvent:
        """Return the next event, which must be the one that was sealed."""
        event = self.next
        if event is None or event.event_id > event_id:
            raise _Fault(self.seq, Fault.MISSING)
        if event.event_id < event_id:
            raise _Fault(self.seq, Fault.INSERTED)
        self.next = next(self.events, None)
        return event

    def end(self) -> None:
        """Check that no event is left that no seal closes."""
        if self.next is not None:
            raise _Fault(self.seq + 1, Fault.INSERTED)


def checkpoint_of(seal: StoredSeal, last_seq: int) -> Checkpoint:
    """Return what a seal's signature is of."""
    return Checkpoint(
        facility_id=seal.body.facility_id,
        seals=seal.body.number,
        seq=last_seq,
        sealed_at=seal.body.sealed_at,
        key_id=seal.key_id,
        head=seal.body.head,
        tree=seal.tree,
        signature=seal.signature,
    )


@dataclass(frozen=True, slots=True, order=True)
class PassedSeal:
    """What the tree of a site's seals is made of."""

    facility_id: int
    number: int
    first_seq: int
    hashed: bytes
    tree: bytes


def first_broken_trees(passed: Sequence[PassedSeal]) -> list[Finding]:
    """Return, of each site, the first seal whose tree does not hold all seals before it."""
    findings: dict[int, Finding] = {}
    peaks: list[bytes] = []
    facility_id, number = 0, 0
    for seal in sorted(passed):
        if seal.facility_id != facility_id:
            peaks, facility_id, number = [], seal.facility_id, 0
        if facility_id in findings:
            continue
        number += 1
        add_leaf(peaks, number - 1, seal.hashed)
        if seal.number != number:
            findings[facility_id] = Finding(facility_id, seal.first_seq, Fault.SEAL_MISSING)
        elif root_of_peaks(peaks) != seal.tree:
            findings[facility_id] = Finding(facility_id, seal.first_seq, Fault.SEAL_CHANGED)
    return list(findings.values())


def against(kept: Checkpoint, seals: Sequence[StoredSeal]) -> Finding | None:
    """Compare a checkpoint that somebody kept with the seals that it was made of."""
    last = seals[-1].body if seals else None
    last_seq = last.first_seq + len(unpacked(last.events)) - 1 if last else 0
    if len(seals) < kept.seals or last_seq < kept.seq:
        return Finding(kept.facility_id, last_seq + 1, Fault.CUT)
    tree = root_of([seal.body.hashed() for seal in seals])
    if last is None or (last.head, tree, last_seq) != (kept.head, kept.tree, kept.seq):
        return Finding(kept.facility_id, kept.seq, Fault.REWRITTEN)
    return None


def earliest(findings: Sequence[Finding]) -> list[Finding]:
    """Return the first finding of each site."""
    first: dict[int, Finding] = {}
    for finding in sorted(findings, key=lambda each: (each.facility_id, each.seq)):
        first.setdefault(finding.facility_id, finding)
    return list(first.values())
