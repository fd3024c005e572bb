"""A log of two sites, sealed in three turns, and what anybody with the database could do to it."""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, PlaceId, TraceEventId
from app.kernel.keyfile import KeyFile
from app.traceability import service as traceability
from app.traceability.models import BizStep, TraceEvent
from tests.factories.cast import Cast
from tests.factories.packs import happening, received
from tests.factories.stock import NOW, a_lot, an_item, spot

BASE = "https://tongcang.example"
TURNS = (5, 4, 3)
KEY = KeyFile(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@dataclass(frozen=True)
class SealedLog:
    """The keys of the events of two sites in the order of their seq, and a key never used."""

    central: list[TraceEventId]
    clinic: list[TraceEventId]
    facility_id: FacilityId
    gap: int


def seal_all(session: Session) -> None:
    """Seal what there is."""
    traceability.seal_turn(session, KEY, BASE, now=NOW)


def a_sealed_log(session: Session, cast: Cast) -> SealedLog:
    """Record a carton of packs and a few totes at two sites, and seal them turn by turn."""
    keeper, clinic = cast.actor("storekeeper"), cast.actor("clinic")
    item = an_item(session, coded=True)
    received(session, keeper, a_lot(session, item), item)
    shelves = {actor: spot(session, actor.facility_id).place_id for actor in (keeper, clinic)}
    gap = 0
    for turn, count in enumerate(TURNS):
        for number in range(count):
            for actor, shelf in shelves.items():
                _a_tote(session, actor, shelf, f"TT-{actor.facility_id}-{turn}-{number}")
            if (turn, number) == (1, 1):
                gap = session.scalars(text("SELECT nextval('trace_event_id_seq')")).one()
        seal_all(session)
    return SealedLog(_events(session, keeper), _events(session, clinic), keeper.facility_id, gap)


def _a_tote(session: Session, actor: Actor, shelf: PlaceId, code: str) -> None:
    traceability.new_tote(session, actor, code, happening(actor, BizStep.PACKING, shelf))


def _events(session: Session, actor: Actor) -> list[TraceEventId]:
    return list(
        session.scalars(
            select(TraceEvent.id)
            .where(TraceEvent.facility_id == actor.facility_id)
            .order_by(TraceEvent.id)
        )
    )


GUARDED = (
    "trace_event",
    "event_unit",
    "trace_correction",
    "trace_client_event",
    "trace_second",
    "trace_seal",
    "trace_key",
)


def without_guards(session: Session) -> None:
    """Take the triggers off, as only the tables' owner can."""
    for table in GUARDED:
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER only_grows"))
