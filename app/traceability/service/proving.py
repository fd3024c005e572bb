"""Show that an event is in a site's log, and that one checkpoint grew out of another."""

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId, TraceEventId
from app.network.models import Facility
from app.traceability.models import TraceEvent, TraceSeal
from app.traceability.rules.auditing import StoredSeal, checkpoint_of
from app.traceability.rules.event_form import image_of
from app.traceability.rules.merkle import (
    consistency_path,
    consistent,
    included,
    inclusion_path,
    leaf_hash,
)
from app.traceability.rules.sealing import Checkpoint, leaf_of, unpacked
from app.traceability.service.traced import traced_events
from app.traceability.service.verifying import known_keys, site_seals, stored

EVERY = 2**31 - 1
ROOT_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Inclusion:
    """The way from an event to a checkpoint.

    ``leaf`` leads by ``seal_path`` to its seal's root, the last bytes of the seal's ``body``,
    at ``index`` of ``size``. The body leads by ``path`` to the tree of the checkpoint, at
    ``seal`` of its seals.
    """

    event_id: int
    seq: int
    leaf: bytes
    index: int
    size: int
    seal_path: list[bytes]
    seal: int
    body: bytes
    path: list[bytes]
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """The way from an older checkpoint of a site to its newest."""

    older: Checkpoint
    newer: Checkpoint
    path: list[bytes]


def checkpoint_of_site(session: Session, actor: Actor, facility_id: FacilityId) -> Checkpoint:
    """Return the newest checkpoint of a site.

    Raises:
        NotFound: the actor does not see the site, or nothing of it is sealed yet.
    """
    kept = newest_checkpoint(session, facility_id) if actor.sees(facility_id) else None
    if kept is None:
        raise NotFound("checkpoint")
    return kept


def newest_checkpoint(session: Session, facility_id: FacilityId) -> Checkpoint | None:
    """Return what the newest seal of a site is signed for; None before the first."""
    row = (
        session.execute(
            select(TraceSeal.__table__)
            .where(TraceSeal.facility_id == facility_id)
            .order_by(TraceSeal.horizon.desc(), TraceSeal.number.desc())
            .limit(1)
        )
        .mappings()
        .first()
    )
    return _checkpoint(stored(row)) if row else None


def prove_event(session: Session, actor: Actor, event_id: TraceEventId) -> Inclusion:
    """Return the proof that an event is in the log of its site.

    Raises:
        NotFound: there is no such event in the actor's sight, or it awaits its seal.
    """
    if not actor.sees(_site_of(session, event_id)):
        raise NotFound("event")
    return inclusion_of(session, event_id)


def inclusion_of(session: Session, event_id: TraceEventId) -> Inclusion:
    """Return the proof that an event is in the log of its site, whoever asks.

    Raises:
        NotFound: there is no such event, or it awaits its seal.
    """
    facility_id = _site_of(session, event_id)
    seals = site_seals(session, facility_id, EVERY)
    for place, seal in enumerate(seals):
        listed = unpacked(seal.body.events)
        if listed[0] <= event_id <= listed[-1] and event_id in listed:
            return _prove(session, seals, place, event_id)
    raise NotFound("seal")


def _site_of(session: Session, event_id: TraceEventId) -> FacilityId:
    site = session.scalar(select(TraceEvent.facility_id).where(TraceEvent.id == event_id))
    if site is None:
        raise NotFound("event")
    return site


def site_called(session: Session, code: str) -> FacilityId:
    """Return the site of this code.

    Raises:
        NotFound: there is none.
    """
    site = session.scalar(select(Facility.id).where(Facility.code == code))
    if site is None:
        raise NotFound("facility")
    return site


def _prove(session: Session, seals: list[StoredSeal], place: int, event_id: int) -> Inclusion:
    body = seals[place].body
    listed = unpacked(body.events)
    leaves = _leaves(session, body.facility_id, (listed, body.first_seq))
    index = listed.index(event_id)
    hashed = [seal.body.hashed() for seal in seals]
    return Inclusion(
        event_id=event_id,
        seq=body.first_seq + index,
        leaf=leaves[index],
        index=index,
        size=len(leaves),
        seal_path=inclusion_path([leaf_hash(leaf) for leaf in leaves], index),
        seal=place,
        body=body.content(),
        path=inclusion_path(hashed, place),
        checkpoint=_checkpoint(seals[-1]),
    )


def holds(proof: Inclusion, public_key: bytes) -> bool:
    """Say whether a proof shows what it claims, to whoever knows nothing but the public key."""
    kept, root = proof.checkpoint, proof.body[-ROOT_BYTES:]
    return (
        included(leaf_hash(proof.leaf), proof.index, proof.size, proof.seal_path, root)
        and included(leaf_hash(proof.body), proof.seal, kept.seals, proof.path, kept.tree)
        and kept.signed_by(public_key)
    )


def grew(proof: Consistency, public_key: bytes) -> bool:
    """Say whether a proof shows that the newer checkpoint holds all that the older one did."""
    old, new = proof.older, proof.newer
    return (
        old.facility_id == new.facility_id
        and consistent((old.seals, old.tree), (new.seals, new.tree), proof.path)
        and old.signed_by(public_key)
        and new.signed_by(public_key)
    )


def _leaves(session: Session, facility_id: int, sealed: tuple[list[int], int]) -> list[bytes]:
    listed, first_seq = sealed
    base = known_keys(session).base
    own = [
        recorded
        for recorded in traced_events(session, listed[0] - 1, listed[-1])
        if recorded.facility_id == facility_id
    ]
    return [
        leaf_of(
            sha256(image_of(recorded.event, base).encode()).digest(),
            recorded.recorded_at,
            recorded.user_id,
            seq,
        )
        for seq, recorded in enumerate(own, first_seq)
    ]


def prove_growth(
    session: Session, actor: Actor, facility_id: FacilityId, seals: int
) -> Consistency:
    """Return the proof that a site's log today grew out of its first so many seals.

    Raises:
        NotFound: the actor does not see the site, or it never had so many seals.
    """
    if not actor.sees(facility_id):
        raise NotFound("checkpoint")
    return growth_of(session, facility_id, seals)


def growth_of(session: Session, facility_id: FacilityId, seals: int) -> Consistency:
    """Return the proof that a site's log grew out of its first so many seals.

    Raises:
        NotFound: it never had so many.
    """
    known = site_seals(session, facility_id, EVERY)
    if not 0 < seals <= len(known):
        raise NotFound("checkpoint")
    hashed = [seal.body.hashed() for seal in known]
    return Consistency(
        older=_checkpoint(known[seals - 1]),
        newer=_checkpoint(known[-1]),
        path=consistency_path(hashed, seals),
    )


def _checkpoint(seal: StoredSeal) -> Checkpoint:
    return checkpoint_of(seal, seal.body.first_seq + len(unpacked(seal.body.events)) - 1)
