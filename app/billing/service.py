"""Charge performed exams at the tariff of the scan's day, and take charges back by reversal."""

from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.billing.errors import AlreadyCharged, AlreadyReversed, NoPrice
from app.billing.models import Charge
from app.booking.models import Booking, PerformedExam
from app.booking.service import performing
from app.catalogue import queries as catalogue
from app.equipment.models import Device
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.db import refusing
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import ChargeId, FacilityId
from app.kernel.local_time import local_day
from app.network.models import Facility

_CHARGE_LOADED = text("""
    INSERT INTO charge (performed_exam_id, exam_item_id, tariff_price_id, facility_id, centre_id,
                        service_day, amount_fen, reason, charged_by, charged_at)
    SELECT p.id, p.exam_item_id, price.id, b.facility_id, d.facility_id,
           on_day.service_day, price.amount_fen, '', p.recorded_by, p.recorded_at
    FROM performed_exam p
    JOIN booking b ON b.id = p.booking_id
    JOIN device d ON d.id = p.device_id
    CROSS JOIN LATERAL (
        SELECT CAST(timezone('Asia/Shanghai', p.started_at) AS date) AS service_day
    ) on_day
    JOIN LATERAL (
        SELECT t.id, t.amount_fen FROM tariff_price t
        WHERE t.exam_item_id = p.exam_item_id AND t.valid_from <= on_day.service_day
        ORDER BY t.valid_from DESC LIMIT 1
    ) price ON true
    WHERE NOT EXISTS (SELECT FROM charge c WHERE c.performed_exam_id = p.id)
    ORDER BY p.id
""")


def charge(session: Session, actor: Actor, performed: PerformedExam, *, now: datetime) -> Charge:
    """Charge a performed exam to the facility that booked it, at the price of the scan's day.

    Raises:
        NoPrice: the tariff has none for that day.
        AlreadyCharged: the exam has its charge.
    """
    day = local_day(performed.started_at)
    price = catalogue.price_on(session, performed.exam_item_id, day)
    if price is None:
        raise NoPrice
    parties = session.execute(
        select(Booking.facility_id, Device.facility_id)
        .join(Device, Device.id == performed.device_id)
        .where(Booking.id == performed.booking_id)
    ).one()
    made = Charge(
        performed_exam_id=performed.id,
        exam_item_id=performed.exam_item_id,
        tariff_price_id=price.id,
        facility_id=parties[0],
        centre_id=parties[1],
        service_day=day,
        amount_fen=price.amount_fen,
        charged_by=actor.user_id,
        charged_at=now,
    )
    with refusing(session, "uq_charge_once", AlreadyCharged()):
        session.add(made)
    return made


def complete_and_charge(session: Session, actor: Actor, reference: str, *, now: datetime) -> Charge:
    """Record that an exam took place and charge it; both or neither."""
    performed = performing.complete(session, actor, reference, now=now)
    return charge(session, actor, performed, now=now)


def get_party(session: Session, actor: Actor, facility_id: FacilityId) -> Facility:
    """Return a facility whose money the actor may see.

    Raises:
        NotFound: there is none, or it is not the actor's.
    """
    facility = session.get(Facility, facility_id)
    if facility is None or not actor.sees(facility.id):
        raise NotFound("facility")
    return facility


def reverse(
    session: Session, actor: Actor, charge_id: ChargeId, reason: str, *, now: datetime
) -> Charge:
    """Take a charge of the actor's own centre back, by a row that mirrors it (红冲).

    Raises:
        NotFound: there is no such charge, or another centre made it.
        AlreadyReversed: it has been taken back, or is a reversal itself.
    """
    made = session.get(Charge, charge_id)
    if made is None or made.centre_id not in actor.facility_ids:
        raise NotFound("charge")
    if made.reverses_id is not None:
        raise AlreadyReversed
    mirror = Charge(
        performed_exam_id=made.performed_exam_id,
        exam_item_id=made.exam_item_id,
        tariff_price_id=made.tariff_price_id,
        facility_id=made.facility_id,
        centre_id=made.centre_id,
        service_day=made.service_day,
        amount_fen=-made.amount_fen,
        reverses_id=made.id,
        reason=reason,
        charged_by=actor.user_id,
        charged_at=now,
    )
    with refusing(session, "uq_charge_reverses_id", AlreadyReversed()):
        session.add(mirror)
    change = Change(subject=("charge", made.id), action="reversed", reason=reason)
    history.record(session, actor, change, now=now)
    return mirror


def charge_loaded(session: Session) -> int:
    """Charge every performed exam that has no charge, after a bulk load; return how many."""
    return int(getattr(session.execute(_CHARGE_LOADED), "rowcount", 0))
