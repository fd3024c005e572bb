"""What a device of a clinic did, and packs for it to do it with."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.capture import service as capture
from app.capture.rules import Act
from app.capture.service import Answered, Batch, Told
from app.inventory.models import Place, StockBalance
from app.kernel.actor import Actor
from app.traceability.models import Unit
from tests.factories.receiving import pack_code
from tests.factories.stock import NOW

DEVICE = "pda-1"
LATE = NOW + timedelta(hours=3)
"""When the device has a signal again."""


def gave(number: int, *, pack: int | None = None, quantity: int | None = None) -> Told:
    """Say that the device's n-th act was to give a pack, a minute after the one before."""
    return did(number, Act.DISPENSE, pack or number, quantity=quantity)


def did(
    number: int,
    act: Act,
    *packs: int,
    quantity: int | None = None,
    place: str = "",
    at: datetime | None = None,
) -> Told:
    return Told(
        device_seq=number,
        client_event_id=f"{DEVICE}-act-{number}",
        act=act,
        event_time=at or NOW + timedelta(minutes=number),
        codes=tuple(pack_code(pack) for pack in packs),
        quantity=quantity,
        place=place,
        note=f"处方 {number}",
    )


def sent(
    session: Session,
    actor: Actor,
    *acts: Told,
    device: str = DEVICE,
    unsent_from: int | None = None,
) -> list[Answered]:
    """Let the device send acts once it has a signal again."""
    batch = Batch(device=device, acts=acts, unsent_from=unsent_from)
    return capture.capture(session, actor, batch, now=LATE)


def outcomes(answers: Sequence[Answered]) -> list[str]:
    return [answer.refusal or answer.outcome.value for answer in answers]


def state(session: Session) -> list[tuple[object, ...]]:
    """Return what became of every pack, and what lies where."""
    session.expire_all()
    packs = session.execute(
        select(Unit.code, Unit.consumed, Unit.disposition, Place.code)
        .outerjoin(Place, Place.id == Unit.place_id)
        .order_by(Unit.code)
    )
    stock = session.execute(
        select(Place.code, StockBalance.lot_id, StockBalance.on_hand)
        .join(Place, Place.id == StockBalance.place_id)
        .order_by(Place.code, StockBalance.lot_id)
    )
    return [tuple(row) for row in (*packs, *stock)]
