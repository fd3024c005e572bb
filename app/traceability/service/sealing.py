"""Seal what is settled: chain, root and signature over the events of every site.

Writers never wait for a seal: it takes what lies below the highest key that is settled.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel.ids import FacilityId
from app.kernel.keyfile import KeyFile
from app.kernel.settling import settled_keys
from app.traceability.errors import BaseChanged
from app.traceability.models import TraceEvent, TraceFrontier, TraceKey, TraceSeal
from app.traceability.rules.event_form import image_of
from app.traceability.rules.merkle import add_leaf, leaf_hash, root_of, root_of_peaks
from app.traceability.rules.sealing import (
    MOST_EVENTS,
    Checkpoint,
    SealBody,
    genesis,
    leaf_of,
    link_of,
    links_packed,
    packed,
)
from app.traceability.service.traced import Recorded, traced_events

HASH_BYTES = 32
WINDOW = 50_000
"""So many events are sealed in one transaction at most."""
_ONE_SEALER = text("SELECT pg_advisory_xact_lock(hashtextextended('tongcang.seal', 0))")
_LOG = "trace_event"


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: a key the database knows by number, and what signs with its private half."""

    key_id: int
    base: str
    sign: Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one turn sealed; ``settled`` is false when a writer went on for too long."""

    events: int = 0
    seals: int = 0
    settled: bool = True
    more: bool = False


@dataclass(slots=True)
class _Site:
    """A site's log while it is being sealed."""

    facility_id: FacilityId
    seals: int
    seq: int
    head: bytes
    peaks: list[bytes]
    keys: list[int] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)
    links: list[bytes] = field(default_factory=list)


def signer_of(
    session: Session, public_key: bytes, base: str, sign: Callable[[bytes], bytes], *, now: datetime
) -> Signer:
    """Return a signer whose public key the database knows.

    Raises:
        BaseChanged: earlier seals name things under another base.
    """
    kept = session.scalar(select(TraceKey.base).order_by(TraceKey.id).limit(1))
    if kept not in {None, base}:
        raise BaseChanged(base, kept=kept)
    session.execute(
        insert(TraceKey)
        .values(public_key=public_key, base=base, created_at=now)
        .on_conflict_do_nothing()
    )
    key_id = session.scalars(select(TraceKey.id).where(TraceKey.public_key == public_key)).one()
    return Signer(key_id, base, sign)


def seal_turn(session: Session, key: KeyFile, base: str, *, now: datetime) -> Sealed:
    """Seal the oldest settled events with the installation's key."""
    signer = signer_of(session, key.public, base, key.sign, now=now)
    return seal(session, signer, now=now)


def seal(
    session: Session,
    signer: Signer,
    *,
    now: datetime,
    patience: float = 10.0,
    most: int = WINDOW,
) -> Sealed:
    """Seal the oldest events that are settled, ``most`` at a time, each site by itself.

    Waits up to ``patience`` seconds for transactions that were writing when it began.
    """
    session.execute(_ONE_SEALER)
    settled = settled_keys(session, [_LOG], patience)
    if settled is None:
        return Sealed(settled=False)
    after = session.scalar(select(func.max(TraceSeal.horizon))) or 0
    until, more = _window(session, after, settled[_LOG], most)
    sites = _sites(session)
    rows: list[dict[str, Any]] = []
    count = 0
    for recorded in traced_events(session, after, until):
        site = sites.get(recorded.facility_id)
        if site is None:
            site = sites[recorded.facility_id] = _new_site(recorded.facility_id, signer.base)
        _chain(site, recorded, signer.base)
        count += 1
        if len(site.keys) == MOST_EVENTS:
            rows.append(_close(site, signer, until, now))
    rows.extend(_close(site, signer, until, now) for site in sites.values() if site.keys)
    if rows:
        session.execute(insert(TraceSeal), rows)
        _keep(session, [sites[facility_id] for facility_id in {row["facility_id"] for row in rows}])
    return Sealed(count, len(rows), more=more)


def _window(session: Session, after: int, settled: int, most: int) -> tuple[int, bool]:
    """Return up to which key this turn seals, and whether settled events remain."""
    keys = (
        select(TraceEvent.id)
        .where(TraceEvent.id > after, TraceEvent.id <= settled)
        .order_by(TraceEvent.id)
        .limit(most)
        .subquery()
    )
    count, last = session.execute(select(func.count(), func.max(keys.c.id))).one()
    return (last, True) if count == most else (settled, False)


def _sites(session: Session) -> dict[int, _Site]:
    """Return where the log of each site stands."""
    sites: dict[int, _Site] = {}
    for kept in session.execute(select(TraceFrontier.__table__)):
        starts = range(0, len(kept.peaks), HASH_BYTES)
        peaks = [kept.peaks[start : start + HASH_BYTES] for start in starts]
        sites[kept.facility_id] = _Site(kept.facility_id, kept.seals, kept.seq, kept.head, peaks)
    return sites


def _new_site(facility_id: int, base: str) -> _Site:
    return _Site(FacilityId(facility_id), 0, 0, genesis(base, facility_id), [])


def _chain(site: _Site, recorded: Recorded, base: str) -> None:
    digest = sha256(image_of(recorded.event, base).encode()).digest()
    site.seq += 1
    leaf = leaf_of(digest, recorded.recorded_at, recorded.user_id, site.seq)
    site.head = link_of(site.head, leaf)
    site.keys.append(recorded.event_id)
    site.leaves.append(leaf_hash(leaf))
    site.links.append(site.head)


def _close(site: _Site, signer: Signer, horizon: int, now: datetime) -> dict[str, Any]:
    """Close the events at hand with a seal, and return its row."""
    site.seals += 1
    body = SealBody(
        facility_id=site.facility_id,
        number=site.seals,
        first_seq=site.seq - len(site.keys) + 1,
        horizon=horizon,
        sealed_at=now,
        events=packed(site.keys),
        links=links_packed(site.links),
        head=site.head,
        root=root_of(site.leaves),
    )
    add_leaf(site.peaks, site.seals - 1, body.hashed())
    checkpoint = Checkpoint(
        facility_id=site.facility_id,
        seals=site.seals,
        seq=site.seq,
        sealed_at=now,
        key_id=signer.key_id,
        head=site.head,
        tree=root_of_peaks(site.peaks),
    )
    site.keys, site.leaves, site.links = [], [], []
    return {
        **{name: getattr(body, name) for name in SealBody.__slots__},
        "key_id": signer.key_id,
        "tree": checkpoint.tree,
        "signature": signer.sign(checkpoint.message()),
    }


def _keep(session: Session, sites: Iterable[_Site]) -> None:
    """Remember where each site's log stands."""
    rows = [
        {
            "facility_id": site.facility_id,
            "seals": site.seals,
            "seq": site.seq,
            "head": site.head,
            "peaks": b"".join(site.peaks),
        }
        for site in sites
    ]
    adding = insert(TraceFrontier)
    new = {name: adding.excluded[name] for name in ("seals", "seq", "head", "peaks")}
    session.execute(adding.on_conflict_do_update(index_elements=["facility_id"], set_=new), rows)
