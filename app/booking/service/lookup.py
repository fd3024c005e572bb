"""Find a booking for whoever may see or touch it, and take it one step further."""

import re
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.booking.errors import WrongState
from app.booking.models import Booking
from app.booking.rules.states import FROM, TO, Step
from app.equipment.models import Device
from app.kernel.actor import Actor
from app.kernel.errors import NotFound

REFERENCE = re.compile(r"BK-[0-9]{8}-[0-9]{4,9}")


def get_booking(session: Session, actor: Actor, reference: str) -> tuple[Booking, Device]:
    """Return a booking that the actor's facility or equipment centre takes part in.

    Raises:
        NotFound: there is none, or the actor may not know of it.
    """
    if not REFERENCE.fullmatch(reference):
        raise NotFound("booking")
    row = session.execute(
        select(Booking, Device)
        .join(Device, Device.id == Booking.device_id)
        .where(Booking.reference == reference)
    ).first()
    if row is None or not actor.sees(row[0].facility_id, row[1].facility_id):
        raise NotFound("booking")
    return row[0], row[1]


def get_own_booking(session: Session, actor: Actor, reference: str) -> tuple[Booking, Device]:
    """Return a booking that the actor may change: as the clinic, or at the centre.

    Raises:
        NotFound: there is none, or it is not theirs to change.
    """
    booking, device = get_booking(session, actor, reference)
    if actor.facility_ids.isdisjoint({booking.facility_id, device.facility_id}):
        raise NotFound("booking")
    return booking, device


def get_booking_at_centre(session: Session, actor: Actor, reference: str) -> tuple[Booking, Device]:
    """Return a booking on a machine of the actor's own equipment centre.

    Raises:
        NotFound: there is none, or another centre performs it.
    """
    booking, device = get_booking(session, actor, reference)
    actor.must_act_for(device.facility_id, "booking")
    return booking, device


def advance(session: Session, booking: Booking, step: Step, **values: datetime | None) -> None:
    """Take a step if the booking is in a state for it; its row stays locked.

    Raises:
        WrongState: somebody else was faster, or the step does not fit.
    """
    taken = session.execute(
        update(Booking)
        .where(Booking.id == booking.id, Booking.state.in_(FROM[step]))
        .values(state=TO[step], **values)
        .returning(Booking.id)
    ).first()
    session.refresh(booking)
    if taken is None:
        raise WrongState(booking.reference, state=booking.state.value)
