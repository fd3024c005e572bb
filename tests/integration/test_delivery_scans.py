"""A run on the road: loading, hand-over, refusals, the way back, the end."""

import pytest
from sqlalchemy.orm import Session

from app.delivery import queries
from app.delivery.errors import StopsOpen, TotesMissing, VehicleNotEmpty
from app.delivery.queries import RunView
from app.delivery.rules.states import (
    RunState,
    ScanKind,
    StopState,
    StopToteState,
)
from app.delivery.service import closing
from app.fulfilment import service as fulfilment
from app.fulfilment.models import Tote
from app.fulfilment.rules import ToteState
from app.fulfilment.service import Asking, Confirmation, Ruling
from app.inventory import service as inventory
from app.kernel.errors import NotFound
from app.traceability import service as traceability
from app.traceability.models import BizStep
from tests.factories.cast import Cast
from tests.factories.fleet import (
    TOMORROW,
    a_depot,
    a_driver_of,
    a_plan,
    a_run,
    a_tote_for,
    a_van,
    all_aboard,
    all_accepted,
    an_event,
    another_driver,
    in_vehicle,
    outcomes,
    run_now,
    scanned,
    stop_for,
    trip_state,
    two_stops,
)
from tests.factories.stock import NOW


@pytest.fixture
def two(session: Session, cast: Cast) -> tuple[RunView, Tote, Tote]:
    """A run with a tote for Yudu and one for Yanchang."""
    return two_stops(session, cast)


def test_a_run_goes_from_the_depot_to_its_end(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, yanchang = two

    load = [an_event(run, ScanKind.LOAD, tote.code) for tote in (yudu, yanchang)]
    assert all_accepted(scanned(session, cast, *load))
    assert run_now(session, run).state is RunState.LOADING
    assert in_vehicle(session, cast) == 480

    assert all_accepted(scanned(session, cast, an_event(run, ScanKind.DEPART)))
    for tote in (yudu, yanchang):
        at = stop_for(run, tote)
        answers = scanned(
            session,
            cast,
            an_event(run, ScanKind.ARRIVE, stop=at),
            an_event(run, ScanKind.HAND_OVER, tote.code, at, receiver="李医生"),
        )
        assert all_accepted(answers)
        assert trip_state(session, tote) is ToteState.HANDED_OVER

    closing.close_run(session, cast.actor("driver"), run.reference, {}, now=NOW)
    ended = run_now(session, run)
    assert ended.state is RunState.CLOSED
    assert {(stop.state, stop.receiver_name) for stop in ended.stops} == {
        (StopState.DELIVERED, "李医生")
    }
    assert in_vehicle(session, cast) == 0
    assert inventory.prove(session) == []


def test_a_totes_life_names_run_vehicle_and_clinic(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, _ = two
    stop = stop_for(run, yudu)

    scanned(session, cast, an_event(run, ScanKind.LOAD, yudu.code))
    scanned(session, cast, an_event(run, ScanKind.HAND_OVER, yudu.code, stop))

    life = traceability.life_line(session, cast.actor("pharmacist"), yudu.code)
    *_, loaded, given = life.events
    assert (loaded.step, loaded.place_name, loaded.document) == (
        BizStep.LOADING,
        run.plate,
        run.reference,
    )
    assert (given.step, given.facility_name, given.document) == (
        BizStep.ARRIVING,
        cast.yudu.short_name,
        run.reference,
    )


def test_a_second_scan_is_already_done(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, _ = two

    answers = scanned(session, cast, *(an_event(run, ScanKind.LOAD, yudu.code) for _ in range(2)))

    assert outcomes(answers) == ["accepted", "duplicate"]


def test_a_wrong_tote_at_a_stop_is_refused_and_the_answer_says_whose_it_is(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, yanchang = two
    all_aboard(session, cast, run, yudu, yanchang)

    (answer,) = scanned(
        session, cast, an_event(run, ScanKind.HAND_OVER, yanchang.code, stop_for(run, yudu))
    )

    assert answer.refusal == "wrong-stop"
    assert (answer.data["facility"], answer.data["stop"]) == ("盐场镇", stop_for(run, yanchang))
    assert trip_state(session, yanchang) is ToteState.LOADED


def test_a_tote_redirected_on_the_road_is_handed_over_where_the_centre_says(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, yanchang = two
    all_aboard(session, cast, run, yudu, yanchang)
    wanted = Asking(tote_code=yanchang.code, reason="道路中断")
    asked = fulfilment.ask_redirect(session, cast.actor("clinic"), wanted, now=NOW)
    ruling = Ruling(approve=True, reason="渔渡留用")
    fulfilment.decide_redirect(session, cast.actor("pharmacist"), asked.reference, ruling, now=NOW)
    old, new = stop_for(run, yanchang), stop_for(run, yudu)

    (there,) = scanned(session, cast, an_event(run, ScanKind.HAND_OVER, yanchang.code, old))
    here = scanned(session, cast, an_event(run, ScanKind.HAND_OVER, yanchang.code, new))

    assert (there.refusal, there.data["facility"], there.data["stop"]) == (
        "wrong-stop",
        "渔渡镇",
        new,
    )
    assert all_accepted(here)
    assert trip_state(session, yanchang) is ToteState.HANDED_OVER
    whole = Confirmation(tote_code=yanchang.code, arrived=[], key="redirected")
    fulfilment.confirm(session, cast.actor("clinic"), whole, now=NOW)
    scanned(session, cast, an_event(run, ScanKind.HAND_OVER, yudu.code, new))
    closing.close_run(session, cast.actor("driver"), run.reference, {}, now=NOW)
    assert run_now(session, run).state is RunState.CLOSED
    assert inventory.prove(session) == []


def test_a_tote_of_another_vehicle_is_refused_with_its_vehicle(
    session: Session, cast: Cast
) -> None:
    a_depot(session, cast)
    van = a_van(session, cast, "V02")
    other = another_driver(session, cast)
    tote = a_tote_for(session, cast)
    run = a_run(session, cast)
    a_driver_of(session, cast, other, van)
    scanned(session, cast, an_event(run, ScanKind.LOAD, tote.code))
    a_tote_for(session, cast, "clinic2")
    cast.actors["driver2"] = other
    a_plan(session, cast)
    runs = queries.runs_of_day(session, cast.central.id, TOMORROW)
    second = next(one for one in runs if one.vehicle_code == "V02")

    answers = scanned(session, cast, an_event(second, ScanKind.LOAD, tote.code), by="driver2")

    assert outcomes(answers) == ["wrong-vehicle"]
    assert answers[0].data["vehicle"] == "陕F·V01"


def test_a_driver_cannot_touch_another_drivers_run(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, _ = two
    other = another_driver(session, cast)
    a_driver_of(session, cast, other)
    cast.actors["driver2"] = other

    answers = scanned(session, cast, an_event(run, ScanKind.LOAD, yudu.code), by="driver2")

    assert outcomes(answers) == ["not-found"]
    with pytest.raises(NotFound):
        closing.close_run(session, other, run.reference, {}, now=NOW)


def test_nobody_leaves_while_totes_are_neither_aboard_nor_explained(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, yanchang = two
    scanned(session, cast, an_event(run, ScanKind.LOAD, yudu.code))

    (refused,) = scanned(session, cast, an_event(run, ScanKind.DEPART))
    answers = scanned(
        session,
        cast,
        an_event(run, ScanKind.LEAVE_BEHIND, yanchang.code, reason="箱子破损"),
        an_event(run, ScanKind.DEPART),
    )

    assert (refused.refusal, refused.data["codes"]) == ("totes-missing", yanchang.code)
    assert all_accepted(answers)
    skipped = next(stop for stop in run_now(session, run).stops if not stop.is_open)
    assert (skipped.facility_name, skipped.state) == ("盐场镇", StopState.SKIPPED)


def test_a_closed_stop_sends_its_totes_back_to_the_depot(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, yanchang = two
    all_aboard(session, cast, run, yudu, yanchang)
    shut, open_ = stop_for(run, yudu), stop_for(run, yanchang)

    answers = scanned(
        session,
        cast,
        an_event(run, ScanKind.CLOSED, stop=shut, reason="无人值班"),
        an_event(run, ScanKind.HAND_OVER, yudu.code, shut),
        an_event(run, ScanKind.HAND_OVER, yanchang.code, open_),
    )

    assert outcomes(answers) == ["accepted", "tote-going-back", "accepted"]
    with pytest.raises(VehicleNotEmpty):
        closing.close_run(session, cast.actor("driver"), run.reference, {}, now=NOW)
    assert all_accepted(scanned(session, cast, an_event(run, ScanKind.RETURN, yudu.code)))
    assert trip_state(session, yudu) is ToteState.RETURNED
    closing.close_run(session, cast.actor("driver"), run.reference, {}, now=NOW)
    assert in_vehicle(session, cast) == 0
    assert inventory.prove(session) == []


def test_a_refused_tote_goes_back_and_the_others_of_the_stop_stay(
    session: Session, cast: Cast
) -> None:
    a_depot(session, cast)
    one, other = a_tote_for(session, cast), a_tote_for(session, cast)
    run = a_run(session, cast)
    all_aboard(session, cast, run, one, other)

    answers = scanned(
        session,
        cast,
        an_event(run, ScanKind.REFUSE, one.code, 1, reason="效期过短"),
        an_event(run, ScanKind.REFUSE, one.code, 1, reason="效期过短"),
        an_event(run, ScanKind.HAND_OVER, other.code, 1),
        an_event(run, ScanKind.REFUSE, other.code, 1, reason="不要"),
    )

    assert outcomes(answers) == ["accepted", "duplicate", "accepted", "tote-delivered"]
    assert run_now(session, run).stops[0].state is StopState.DELIVERED


def test_a_whole_stop_may_refuse(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, yanchang = two
    all_aboard(session, cast, run, yudu, yanchang)
    at = stop_for(run, yudu)

    refusal = an_event(run, ScanKind.REFUSE, stop=at, reason="停电")
    assert outcomes(scanned(session, cast, refusal)) == ["accepted"]

    stop = run_now(session, run).stops[at - 1]
    assert (stop.state, stop.reason) == (StopState.REFUSED, "停电")
    assert [tote.state for tote in stop.totes] == [StopToteState.GOING_BACK]


def test_a_run_with_open_stops_cannot_be_closed(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, yanchang = two
    all_aboard(session, cast, run, yudu, yanchang)

    with pytest.raises(StopsOpen):
        closing.close_run(session, cast.actor("driver"), run.reference, {}, now=NOW)


def test_a_run_is_not_closed_over_a_tote_nobody_explained(session: Session, cast: Cast) -> None:
    a_depot(session, cast)
    one, missing = a_tote_for(session, cast), a_tote_for(session, cast)
    run = a_run(session, cast)
    events = [
        an_event(run, ScanKind.LOAD, one.code),
        an_event(run, ScanKind.HAND_OVER, one.code, 1),
        an_event(run, ScanKind.CLOSED, stop=1, reason="下班"),
    ]
    assert all_accepted(scanned(session, cast, *events))

    with pytest.raises(TotesMissing, match=r"DR-"):
        closing.close_run(session, cast.actor("driver"), run.reference, {}, now=NOW)
    explained = an_event(run, ScanKind.LEAVE_BEHIND, missing.code, reason="未装车")
    assert all_accepted(scanned(session, cast, explained))
    closing.close_run(session, cast.actor("driver"), run.reference, {}, now=NOW)
    assert trip_state(session, missing) is ToteState.SEALED


def test_what_stays_in_the_vehicle_is_explained_and_comes_back_later(
    session: Session, cast: Cast, two: tuple[RunView, Tote, Tote]
) -> None:
    run, yudu, yanchang = two
    all_aboard(session, cast, run, yudu, yanchang)
    for tote in (yudu, yanchang):
        shut = an_event(run, ScanKind.CLOSED, stop=stop_for(run, tote), reason="大雪封路")
        assert all_accepted(scanned(session, cast, shut))
    assert all_accepted(scanned(session, cast, an_event(run, ScanKind.RETURN, yanchang.code)))

    kept = {yudu.code: "冷藏车过夜,明早再送"}
    closing.close_run(session, cast.actor("dispatcher"), run.reference, kept, now=NOW)

    assert run_now(session, run).state is RunState.CLOSED
    assert in_vehicle(session, cast) == 240
    assert all_accepted(scanned(session, cast, an_event(run, ScanKind.RETURN, yudu.code)))
    assert in_vehicle(session, cast) == 0
