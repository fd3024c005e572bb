from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from app.billing import queries as billing_queries
from app.billing import service as billing
from app.billing.errors import AlreadyCharged, AlreadyReversed, NoPrice
from app.billing.models import Charge
from app.billing.queries import Side, StatementQuery
from app.booking.errors import DeviceBusy, NotDueYet, ScreeningUnreviewed, WrongState
from app.booking.models import Booking, Occupancy, PerformedExam
from app.booking.queries import DeviceUse, operating_and_utilisation
from app.booking.rules.states import BookingState
from app.booking.service import performing, upkeep
from app.booking.service.reserving import BookingRequest, reserve
from app.catalogue.models import TariffPrice
from app.equipment import service as equipment
from app.equipment.models import BlockKind, PowerState
from app.equipment.service import BlockRequest
from app.kernel.errors import NotFound
from tests.factories.booking import MONDAY, NOW, Scene, a_patient, an_exam, at, priced
from tests.factories.cast import Cast
from tests.unit.test_booking_rules import CONTRAST_FINE


def booked(session: Session, scene: Scene, request: BookingRequest | None = None) -> str:
    made = reserve(session, scene.clinic, request or scene.request(9), now=NOW)
    session.commit()
    return made.reference


def performed(session: Session, scene: Scene, hour: int = 9, minutes: int = 10) -> Charge:
    """Perform and charge an exam that begins on the hour."""
    patient = a_patient(session, scene.clinic, f"病人{hour}")
    reference = booked(session, scene, scene.wish(hour, patient_id=patient.id))
    performing.arrive(session, scene.imaging, reference, now=at(hour) - timedelta(minutes=5))
    performing.start(session, scene.imaging, reference, now=at(hour))
    done = at(hour) + timedelta(minutes=minutes)
    return billing.complete_and_charge(session, scene.imaging, reference, now=done)


def test_an_early_finish_frees_the_rest_of_the_time(session: Session, scene: Scene) -> None:
    long = an_exam(session, "CT-050", minutes=58)
    reference = booked(session, scene, scene.wish(exam_item_id=long.id))
    performing.arrive(session, scene.imaging, reference, now=at(8, 50))
    performing.start(session, scene.imaging, reference, now=at(9))

    performing.complete(session, scene.imaging, reference, now=at(9, 22))

    ticks = session.scalars(select(Occupancy.tick).distinct()).all()
    assert len(ticks) == 4
    assert upkeep.rebuild_device_days(session) == 0
    other = a_patient(session, scene.clinic, "李四")
    late = replace(scene.request(9, 25), patient_id=other.id)
    assert reserve(session, scene.clinic, late, now=at(9, 23))


def test_steps_come_in_their_order_and_once(session: Session, scene: Scene) -> None:
    reference = booked(session, scene)

    for early in (performing.start, performing.complete):
        with pytest.raises(WrongState):
            early(session, scene.imaging, reference, now=at(9))
    performing.arrive(session, scene.imaging, reference, now=at(8, 50))
    with pytest.raises(WrongState):
        performing.arrive(session, scene.imaging, reference, now=at(8, 51))
    with pytest.raises(WrongState):
        performing.miss(session, scene.imaging, reference, now=at(9, 30))


def test_a_machine_does_one_exam_at_a_time(session: Session, scene: Scene) -> None:
    other = a_patient(session, scene.clinic, "李四")
    first = booked(session, scene)
    second = booked(session, scene, scene.wish(10, patient_id=other.id))
    for reference in (first, second):
        performing.arrive(session, scene.imaging, reference, now=at(8, 50))
    performing.start(session, scene.imaging, first, now=at(9))

    with pytest.raises(DeviceBusy):
        performing.start(session, scene.imaging, second, now=at(9, 1))

    performing.abort(session, scene.imaging, first, "病人不适", now=at(9, 5))
    assert performing.start(session, scene.imaging, second, now=at(9, 6))
    assert session.scalars(select(func.count(Charge.id))).one() == 0


def test_nobody_misses_an_exam_before_it_begins(session: Session, scene: Scene) -> None:
    reference = booked(session, scene)

    with pytest.raises(NotDueYet):
        performing.miss(session, scene.imaging, reference, now=at(8, 59))
    missed = performing.miss(session, scene.imaging, reference, now=at(9, 20))

    assert missed.state is BookingState.NO_SHOW
    assert upkeep.rebuild_device_days(session) == 0


def test_doubtful_answers_are_gone_through_before_the_exam(session: Session, scene: Scene) -> None:
    contrast = an_exam(session, "CT-002", contrast=True)
    answers = {"contrast": {**CONTRAST_FINE, "metformin": True}}
    reference = booked(session, scene, scene.wish(exam_item_id=contrast.id, answers=answers))
    performing.arrive(session, scene.imaging, reference, now=at(8, 50))

    with pytest.raises(ScreeningUnreviewed):
        performing.start(session, scene.imaging, reference, now=at(9))
    performing.review_screening(session, scene.imaging, reference, now=at(9))

    assert performing.start(session, scene.imaging, reference, now=at(9, 1))


def test_the_price_is_that_of_the_scans_day(session: Session, scene: Scene) -> None:
    priced(session, scene.exam, 20000, since=MONDAY)
    priced(session, scene.exam, 99900, since=MONDAY + timedelta(days=1))

    charge = performed(session, scene)

    assert (charge.amount_fen, charge.service_day) == (20000, MONDAY)


def test_an_exam_is_charged_once_and_reversed_once(session: Session, scene: Scene) -> None:
    charge = performed(session, scene)
    exam = session.get_one(PerformedExam, charge.performed_exam_id)

    with pytest.raises(AlreadyCharged):
        billing.charge(session, scene.imaging, exam, now=at(10))
    mirror = billing.reverse(session, scene.imaging, charge.id, "重复检查", now=at(10))
    assert mirror.amount_fen == -charge.amount_fen
    for again in (charge.id, mirror.id):
        with pytest.raises(AlreadyReversed):
            billing.reverse(session, scene.imaging, again, "再来", now=at(11))
    with pytest.raises(NotFound):
        billing.reverse(session, scene.clinic, charge.id, "诊所", now=at(11))


def test_without_a_price_nothing_is_completed(session: Session, scene: Scene) -> None:
    reference = booked(session, scene)
    performing.arrive(session, scene.imaging, reference, now=at(8, 50))
    performing.start(session, scene.imaging, reference, now=at(9))
    session.execute(delete(TariffPrice))
    session.commit()

    with pytest.raises(NoPrice), session.begin_nested():
        billing.complete_and_charge(session, scene.imaging, reference, now=at(9, 10))

    assert session.scalars(select(func.count(PerformedExam.id))).one() == 0


@pytest.mark.parametrize(
    "change",
    ["UPDATE charge SET amount_fen = 1", "DELETE FROM charge", "DELETE FROM performed_exam"],
)
def test_charges_and_performed_exams_only_grow(session: Session, scene: Scene, change: str) -> None:
    performed(session, scene)
    session.commit()

    with pytest.raises(DBAPIError, match="only grows"), session.begin_nested():
        session.execute(text(change))


@pytest.mark.parametrize("amount", [-17999, 0, 18000])
def test_a_reversal_that_does_not_mirror_is_impossible(
    session: Session, scene: Scene, amount: int
) -> None:
    charge = performed(session, scene)
    session.commit()

    session.add(
        Charge(
            performed_exam_id=charge.performed_exam_id,
            exam_item_id=charge.exam_item_id,
            tariff_price_id=charge.tariff_price_id,
            facility_id=charge.facility_id,
            centre_id=charge.centre_id,
            service_day=charge.service_day,
            charged_by=charge.charged_by,
            charged_at=charge.charged_at,
            amount_fen=amount,
            reverses_id=charge.id,
            reason="x",
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_statement_shows_the_month_of_its_facility_only(
    session: Session, scene: Scene, cast: Cast
) -> None:
    performed(session, scene, 9)
    performed(session, scene, 10)

    def month(side: Side, first: date) -> tuple[int, int]:
        facility = cast.yudu if side is Side.PAYS else cast.hospital
        wanted = StatementQuery(facility=facility, side=side, first_day=first)
        found = billing_queries.statement(session, scene.clinic, wanted)
        return found.exams, found.total_fen

    assert month(Side.PAYS, date(2026, 11, 1)) == (2, 36000)
    assert month(Side.EARNS, date(2026, 11, 1)) == (2, 36000)
    assert month(Side.PAYS, date(2026, 12, 1)) == (0, 0)
    with pytest.raises(NotFound):
        billing.get_party(session, cast.actor("outsider"), cast.yudu.id)
    sums = billing_queries.month_sums(session, scene.clinic, Side.PAYS, date(2026, 11, 1))
    assert [(row.facility_name, row.total_fen) for row in sums] == [("渔渡镇卫生院", 36000)]


def test_use_tells_running_from_full(session: Session, scene: Scene) -> None:
    performed(session, scene, 9)
    performed(session, scene, 15)
    ids = [scene.device.id]

    use = operating_and_utilisation(session, ids, MONDAY, MONDAY + timedelta(days=2))

    assert use[0] == DeviceUse(
        device_id=scene.device.id,
        day=MONDAY,
        planned=600,
        in_service=370,
        performed=24,
        open=600,
        downtime=0,
        exams=2,
    )
    assert (use[1].planned, use[1].in_service, use[1].performed) == (600, 0, 0)


def test_a_fault_is_downtime_and_maintenance_is_not_planned(session: Session, scene: Scene) -> None:
    for kind, start, end in (
        (BlockKind.FAULT, at(9), at(10)),
        (BlockKind.MAINTENANCE, at(16), at(18)),
    ):
        request = BlockRequest(kind=kind, start=start, end=end, reason="test")
        equipment.set_aside(session, scene.imaging, scene.device.id, request, now=NOW)
    for state, moment in ((PowerState.IN_OPERATION, at(8)), (PowerState.DOWN, at(11, 30))):
        equipment.log_power(session, scene.imaging, scene.device.id, state, now=moment)

    use = operating_and_utilisation(session, [scene.device.id], MONDAY, MONDAY + timedelta(days=1))[
        0
    ]

    assert (use.planned, use.open, use.downtime, use.in_service) == (480, 420, 60, 210)


def test_a_bulk_load_gets_its_ticks_and_charges(session: Session, scene: Scene) -> None:
    one = booked(session, scene)
    performed(session, scene, 12)
    session.execute(delete(Occupancy))
    session.execute(text("UPDATE device_day SET mask = decode(repeat('00', 36), 'hex')"))
    session.commit()

    assert upkeep.occupy_loaded(session) == 9
    assert upkeep.rebuild_device_days(session) == 0
    assert upkeep.occupy_loaded(session) == 0
    session.execute(text("ALTER TABLE charge DISABLE TRIGGER only_grows"))
    session.execute(delete(Charge))
    assert billing.charge_loaded(session) == 1
    assert billing.charge_loaded(session) == 0
    made = session.scalars(select(Charge)).one()
    assert (made.amount_fen, made.facility_id) == (18000, scene.clinic.facility_id)
    assert session.scalars(select(Booking.reference).order_by(Booking.id)).first() == one
