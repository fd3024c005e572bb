from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.booking.errors import (
    Contraindication,
    DeviceBlocked,
    ExamNotPriced,
    OperatorNotCertified,
    OperatorTaken,
    OutsideHours,
    PatientConflict,
    PeriodNotOnGrid,
    ScreeningIncomplete,
    SlotTaken,
    StartInPast,
    TooFarAhead,
    TravelTime,
    WrongState,
)
from app.booking.models import Occupancy
from app.booking.rules.states import BookingState
from app.booking.service import performing, reserving, upkeep
from app.booking.service.lookup import get_booking
from app.booking.service.reserving import MoveRequest, reserve
from app.catalogue.models import Modality, TariffPrice
from app.equipment import service as equipment
from app.equipment.errors import BlockOverBookings, DeviceNotLicensed, DeviceUnfit
from app.equipment.models import BlockKind, OperatorCertificate
from app.equipment.service import BlockRequest
from app.kernel.errors import NotFound
from app.kernel.history import list_changes
from tests.factories.booking import (
    MONDAY,
    NOW,
    Scene,
    a_device,
    a_patient,
    an_exam,
    an_operator,
    at,
    certified,
    on_shift,
)
from tests.factories.cast import Cast, a_person
from tests.factories.network import a_road
from tests.unit.test_booking_rules import CONTRAST_FINE, MR_FINE

CITIZEN = "61232819800101002X"


def test_a_booking_claims_machine_operator_and_patient(session: Session, scene: Scene) -> None:
    booking = reserve(session, scene.clinic, scene.request(9), now=NOW)

    assert booking.reference == "BK-20261122-0001"
    assert booking.state is BookingState.BOOKED
    assert (booking.starts_at, booking.ends_at) == (at(9), at(9, 15))
    assert booking.operator_id == scene.operator
    assert len(session.scalars(select(Occupancy)).all()) == 9
    assert [c.action for c in list_changes(session, "booking", booking.id)] == ["booked"]
    assert upkeep.rebuild_device_days(session) == 0


def test_two_bookings_may_touch_but_not_overlap(session: Session, scene: Scene) -> None:
    other = a_patient(session, scene.clinic, "李四")
    reserve(session, scene.clinic, scene.request(9), now=NOW)

    touching = reserve(session, scene.clinic, scene.wish(9, 15, patient_id=other.id), now=NOW)

    assert touching.starts_at == at(9, 15)
    third = a_patient(session, scene.clinic, "王五")
    with pytest.raises(SlotTaken):
        reserve(session, scene.clinic, scene.wish(9, 25, patient_id=third.id), now=NOW)


def test_who_comes_too_late_is_told_the_three_nearest_times(session: Session, scene: Scene) -> None:
    other = a_patient(session, scene.clinic, "李四")
    reserve(session, scene.clinic, scene.request(9), now=NOW)

    with pytest.raises(SlotTaken) as refusal:
        reserve(session, scene.clinic, scene.wish(9, patient_id=other.id), now=NOW)

    offered = refusal.value.data["alternatives"]
    assert isinstance(offered, list)
    starts = [datetime.fromisoformat(slot["start"]) for slot in offered]
    assert starts == [at(8, 30), at(8, 45), at(9, 15)]


@pytest.mark.parametrize(
    ("start", "refusal"),
    [
        (at(9, 3), PeriodNotOnGrid),
        (at(2), OutsideHours),
        (at(17, 50), OutsideHours),
        (NOW - timedelta(hours=2), StartInPast),
        (at(9) + timedelta(days=91), TooFarAhead),
    ],
)
def test_impossible_times_are_refused(
    session: Session, scene: Scene, start: datetime, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        reserve(session, scene.clinic, scene.wish(start=start), now=NOW)


def test_a_block_is_not_booked_over_nor_laid_over_bookings(session: Session, scene: Scene) -> None:
    quality = BlockRequest(
        kind=BlockKind.QUALITY_CONTROL, start=at(8), end=at(8, 30), reason="每日质控"
    )
    equipment.set_aside(session, scene.imaging, scene.device.id, quality, now=NOW)

    with pytest.raises(DeviceBlocked):
        reserve(session, scene.clinic, scene.request(8, 20), now=NOW)
    reserve(session, scene.clinic, scene.request(9), now=NOW)
    late = replace(quality, start=at(9), end=at(10))
    with pytest.raises(BlockOverBookings):
        equipment.set_aside(session, scene.imaging, scene.device.id, late, now=NOW)


def test_an_ended_block_is_open_again(session: Session, scene: Scene) -> None:
    request = BlockRequest(kind=BlockKind.FAULT, start=NOW, end=at(12), reason="球管故障")
    block = equipment.set_aside(session, scene.imaging, scene.device.id, request, now=NOW)
    with pytest.raises(DeviceBlocked):
        reserve(session, scene.clinic, scene.request(9), now=NOW)

    equipment.end_block(session, scene.imaging, block.id, now=NOW + timedelta(hours=1))

    assert reserve(session, scene.clinic, scene.request(9), now=NOW).starts_at == at(9)


def test_a_patient_cannot_be_on_two_machines_at_once(
    session: Session, scene: Scene, cast: Cast
) -> None:
    second = a_device(session, cast.hospital, "CT-02")
    on_shift(session, an_operator(session, "second", cast.hospital), second)
    reserve(session, scene.clinic, scene.request(9), now=NOW)

    with pytest.raises(PatientConflict) as refusal:
        reserve(session, scene.clinic, scene.wish(9, 10, device_id=second.id), now=NOW)

    assert refusal.value.data["alternatives"]
    assert reserve(session, scene.clinic, scene.wish(9, 15, device_id=second.id), now=NOW)


def test_one_person_registered_by_two_clinics_is_still_one_person(
    session: Session, scene: Scene, cast: Cast
) -> None:
    second = a_device(session, cast.hospital, "CT-02")
    on_shift(session, an_operator(session, "second", cast.hospital), second)
    clinic2 = cast.actor("clinic2")
    here = a_patient(session, scene.clinic, "赵六", id_number=CITIZEN)
    there = a_patient(session, clinic2, "赵六", id_number=CITIZEN)
    reserve(session, scene.clinic, scene.wish(patient_id=here.id), now=NOW)

    with pytest.raises(PatientConflict):
        reserve(session, clinic2, scene.wish(patient_id=there.id, device_id=second.id), now=NOW)


def test_forty_kilometres_need_their_time(session: Session, scene: Scene, cast: Cast) -> None:
    far = a_device(session, cast.yanchang, "CT-03")
    on_shift(session, an_operator(session, "far", cast.yanchang), far)
    a_road(session, cast.hospital.id, cast.yanchang.id, metres=30_000)
    reserve(session, scene.clinic, scene.request(9), now=NOW)

    with pytest.raises(TravelTime):
        reserve(session, scene.clinic, scene.wish(10, device_id=far.id), now=NOW)

    assert reserve(session, scene.clinic, scene.wish(10, 5, device_id=far.id), now=NOW)


def test_an_operator_stands_at_one_machine_at_a_time(
    session: Session, scene: Scene, cast: Cast
) -> None:
    second = a_device(session, cast.hospital, "CT-02")
    on_shift(session, scene.operator, second)
    other = a_patient(session, scene.clinic, "李四")
    reserve(session, scene.clinic, scene.request(9), now=NOW)

    with pytest.raises(OperatorTaken):
        reserve(
            session,
            scene.clinic,
            scene.wish(9, 10, device_id=second.id, patient_id=other.id),
            now=NOW,
        )


def test_a_certificate_that_ends_before_the_exam_is_refused(session: Session, scene: Scene) -> None:
    certificate = session.scalars(select(OperatorCertificate)).one()
    certificate.valid_until = MONDAY - timedelta(days=1)
    session.flush()

    with pytest.raises(OperatorNotCertified):
        reserve(session, scene.clinic, scene.request(9), now=NOW)


def test_a_certificate_revoked_after_booking_stops_the_patient_at_the_desk(
    session: Session, scene: Scene
) -> None:
    booking = reserve(session, scene.clinic, scene.request(9), now=NOW)
    session.scalars(select(OperatorCertificate)).one().revoked_at = NOW
    session.flush()

    with pytest.raises(OperatorNotCertified):
        performing.arrive(session, scene.imaging, booking.reference, now=at(8, 50))


def test_contrast_needs_a_person_certified_for_it(
    session: Session, scene: Scene, cast: Cast
) -> None:
    session.scalars(select(OperatorCertificate)).one().with_contrast = False
    session.flush()
    contrast = an_exam(session, "CT-002", contrast=True)
    wish = scene.wish(exam_item_id=contrast.id, answers={"contrast": CONTRAST_FINE})

    with pytest.raises(OperatorNotCertified):
        reserve(session, scene.clinic, wish, now=NOW)

    helper = a_person(session, "helper", cast.hospital)
    certified(session, helper)
    on_shift(session, helper, scene.device)
    assert reserve(session, scene.clinic, wish, now=NOW).operator_id == helper
    chosen = replace(wish, start=at(10), operator_id=scene.operator)
    with pytest.raises(OperatorNotCertified):
        reserve(session, scene.clinic, chosen, now=NOW)


def test_a_machine_without_injector_or_of_another_kind_is_unfit(
    session: Session, scene: Scene, cast: Cast
) -> None:
    plain = a_device(session, cast.hospital, "CT-09", injector=False)
    contrast = an_exam(session, "CT-002", contrast=True)
    mr = an_exam(session, "MR-001", modality=Modality.MR)

    for wish in (
        scene.wish(device_id=plain.id, exam_item_id=contrast.id),
        scene.wish(exam_item_id=mr.id),
    ):
        with pytest.raises(DeviceUnfit):
            reserve(session, scene.clinic, wish, now=NOW)


def test_nothing_is_booked_after_the_licence_ends_or_without_a_price(
    session: Session, scene: Scene
) -> None:
    unpriced = an_exam(session, "CT-077")
    session.execute(delete(TariffPrice).where(TariffPrice.exam_item_id == unpriced.id))
    with pytest.raises(ExamNotPriced):
        reserve(session, scene.clinic, scene.wish(exam_item_id=unpriced.id), now=NOW)

    scene.device.licensed_until = MONDAY - timedelta(days=1)
    session.flush()
    with pytest.raises(DeviceNotLicensed):
        reserve(session, scene.clinic, scene.request(9), now=NOW)


def test_a_pacemaker_stops_mr_and_is_named(session: Session, scene: Scene, cast: Cast) -> None:
    machine = a_device(session, cast.hospital, "MR-01", modality=Modality.MR)
    on_shift(session, an_operator(session, "mr", cast.hospital, Modality.MR), machine)
    mr = an_exam(session, "MR-001", modality=Modality.MR, minutes=30)
    wish = scene.wish(device_id=machine.id, exam_item_id=mr.id)

    with pytest.raises(ScreeningIncomplete):
        reserve(session, scene.clinic, wish, now=NOW)
    with pytest.raises(Contraindication) as refusal:
        reserve(
            session,
            scene.clinic,
            replace(wish, answers={"mr": MR_FINE | {"pacemaker": True}}),
            now=NOW,
        )
    assert refusal.value.data["answers"] == ["pacemaker"]
    assert reserve(session, scene.clinic, replace(wish, answers={"mr": MR_FINE}), now=NOW)


def test_answers_to_questions_nobody_asked_are_refused(session: Session, scene: Scene) -> None:
    with pytest.raises(ScreeningIncomplete):
        reserve(session, scene.clinic, scene.wish(answers={"mr": MR_FINE}), now=NOW)


def test_a_move_frees_the_old_time_and_keeps_the_booking(session: Session, scene: Scene) -> None:
    booking = reserve(session, scene.clinic, scene.request(9), now=NOW)

    moved = reserving.move(
        session,
        scene.clinic,
        booking.reference,
        MoveRequest(device_id=scene.device.id, start=at(9, 5)),
        now=NOW,
    )

    assert (moved.id, moved.starts_at) == (booking.id, at(9, 5))
    assert len(session.scalars(select(Occupancy)).all()) == 9
    assert upkeep.rebuild_device_days(session) == 0


def test_a_refused_move_leaves_everything_as_it_was(session: Session, scene: Scene) -> None:
    other = a_patient(session, scene.clinic, "李四")
    booking = reserve(session, scene.clinic, scene.request(9), now=NOW)
    reserve(session, scene.clinic, scene.wish(10, patient_id=other.id), now=NOW)
    session.commit()

    with pytest.raises(SlotTaken), session.begin_nested():
        reserving.move(
            session,
            scene.clinic,
            booking.reference,
            MoveRequest(device_id=scene.device.id, start=at(10)),
            now=NOW,
        )

    kept, _ = get_booking(session, scene.clinic, booking.reference)
    assert kept.starts_at == at(9)
    assert upkeep.rebuild_device_days(session) == 0


def test_a_cancelled_time_is_free_at_once_and_cannot_be_cancelled_twice(
    session: Session, scene: Scene
) -> None:
    booking = reserve(session, scene.clinic, scene.request(9), now=NOW)

    reserving.cancel(session, scene.clinic, booking.reference, "病人改期", now=NOW)

    assert session.scalars(select(Occupancy)).all() == []
    assert reserve(session, scene.clinic, scene.request(9), now=NOW)
    with pytest.raises(WrongState):
        reserving.cancel(session, scene.clinic, booking.reference, "再次", now=NOW)


def test_another_facilitys_booking_and_patient_do_not_exist(
    session: Session, scene: Scene, cast: Cast
) -> None:
    booking = reserve(session, scene.clinic, scene.request(9), now=NOW)
    outsider = cast.actor("outsider")

    with pytest.raises(NotFound):
        get_booking(session, outsider, booking.reference)
    with pytest.raises(NotFound):
        reserving.cancel(session, outsider, booking.reference, "x", now=NOW)
    with pytest.raises(NotFound):
        reserve(session, outsider, scene.request(10), now=NOW)
    with pytest.raises(NotFound):
        performing.arrive(session, scene.clinic, booking.reference, now=NOW)
    with pytest.raises(NotFound):
        reserving.cancel(session, cast.actor("pharmacist"), booking.reference, "x", now=NOW)
