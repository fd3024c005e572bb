from datetime import UTC, date, datetime, timedelta

import pytest

from app.booking.errors import PeriodNotOnGrid, ScreeningIncomplete, StartInPast, TooFarAhead
from app.booking.rules import placing
from app.booking.rules.periods import Needs, check_start
from app.booking.rules.placing import Engagement
from app.booking.rules.screening import (
    STANDARD_FORMS,
    Answer,
    ScreeningKind,
    Setting,
    Verdict,
    judge,
    kinds_for,
)
from app.booking.rules.states import FROM, HOLDING, TO, BookingState, Step, steps_from

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
SETTING = Setting(today=date(2026, 11, 22), exam_day=date(2026, 11, 25), most_patient_kg=180)
MR = STANDARD_FORMS[ScreeningKind.MR]
CONTRAST = STANDARD_FORMS[ScreeningKind.CONTRAST]
MR_FINE: dict[str, Answer] = {**{q.code: False for q in MR}, "weight_kg": 62}
CONTRAST_FINE: dict[str, Answer] = {
    **{q.code: False for q in CONTRAST},
    "egfr": 90,
    "egfr_on": "2026-11-20",
}


def test_a_plain_scan_takes_the_middle_of_its_range_and_turnover() -> None:
    assert Needs(minutes_low=5, minutes_high=10, with_contrast=False).ticks == 2
    assert Needs(minutes_low=20, minutes_high=45, with_contrast=False).ticks == 7
    assert Needs(minutes_low=10, minutes_high=15, with_contrast=True).ticks == 4


@pytest.mark.parametrize(
    ("start", "refusal"),
    [
        (NOW + timedelta(minutes=3), PeriodNotOnGrid),
        (NOW, StartInPast),
        (NOW - timedelta(hours=1), StartInPast),
        (NOW + timedelta(days=91), TooFarAhead),
    ],
)
def test_impossible_starts_are_refused(start: datetime, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        check_start(start, NOW)


def test_the_ninetieth_day_is_still_bookable() -> None:
    check_start(NOW + timedelta(days=90), NOW)


def test_a_finished_booking_takes_no_further_step() -> None:
    for state in set(BookingState) - HOLDING:
        assert steps_from(state) == frozenset()
    assert steps_from(BookingState.BOOKED) == {Step.ARRIVE, Step.CANCEL, Step.MISS, Step.MOVE}
    assert set(FROM) == set(TO) == set(Step)


def test_two_operators_do_not_add_up_to_one() -> None:
    morning, afternoon = 0b0011, 0b1100

    assert placing.starts(0b1111, [morning, afternoon], 2) == 0b0101
    assert placing.starts(0b1111, [morning, afternoon], 3) == 0
    assert placing.starts(0b1111, [morning | afternoon], 3) == 0b0011


def test_the_road_between_two_exams_must_fit() -> None:
    other = Engagement(
        start=NOW,
        end=NOW + timedelta(minutes=15),
        there=timedelta(minutes=50),
        back=timedelta(minutes=40),
    )
    quarter = timedelta(minutes=15)

    assert other.overlaps(NOW + timedelta(minutes=10), NOW + timedelta(minutes=25))
    assert not other.overlaps(NOW + quarter, NOW + 2 * quarter)
    assert not other.is_reachable(NOW + quarter, NOW + 2 * quarter)
    assert other.is_reachable(NOW + timedelta(minutes=65), NOW + timedelta(minutes=80))
    assert other.is_reachable(NOW - timedelta(minutes=55), NOW - timedelta(minutes=40))
    assert not other.is_reachable(NOW - timedelta(minutes=50), NOW - timedelta(minutes=35))


def test_a_road_nobody_measured_is_estimated() -> None:
    assert placing.road_estimate(30_000) == timedelta(hours=1.4)


def test_exams_ask_the_forms_they_need() -> None:
    mr, contrast = ScreeningKind.MR, ScreeningKind.CONTRAST

    assert kinds_for(is_mr=False, with_contrast=False) == ()
    assert kinds_for(is_mr=True, with_contrast=False) == (mr,)
    assert kinds_for(is_mr=False, with_contrast=True) == (contrast,)
    assert kinds_for(is_mr=True, with_contrast=True) == (mr, contrast)


def test_harmless_answers_let_the_exam_go_on() -> None:
    assert judge(MR, MR_FINE, SETTING).verdict is Verdict.OK
    assert judge(CONTRAST, CONTRAST_FINE, SETTING).verdict is Verdict.OK


@pytest.mark.parametrize("code", ["pacemaker", "cochlear_implant", "aneurysm_clip", "metal_in_eye"])
def test_metal_that_moves_blocks_mr_and_is_named(code: str) -> None:
    judged = judge(MR, MR_FINE | {code: True, "pregnant": True}, SETTING)

    assert judged.verdict is Verdict.BLOCK
    assert judged.causes == (code,)


def test_doubtful_answers_ask_for_a_review() -> None:
    judged = judge(MR, MR_FINE | {"pregnant": True, "claustrophobia": True}, SETTING)

    assert judged.verdict is Verdict.REVIEW
    assert judged.causes == ("pregnant", "claustrophobia")


def test_a_patient_heavier_than_the_table_bears_is_blocked() -> None:
    assert judge(MR, MR_FINE | {"weight_kg": 181}, SETTING).verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    ("egfr", "verdict"), [(29.9, Verdict.BLOCK), (30, Verdict.REVIEW), (45, Verdict.OK)]
)
def test_kidneys_decide_over_contrast(egfr: float, verdict: Verdict) -> None:
    assert judge(CONTRAST, CONTRAST_FINE | {"egfr": egfr}, SETTING).verdict is verdict


@pytest.mark.parametrize("day", ["2026-08-26", "2026-11-23"])
def test_an_old_or_future_egfr_blocks(day: str) -> None:
    judged = judge(CONTRAST, CONTRAST_FINE | {"egfr_on": day}, SETTING)

    assert judged.causes == ("egfr_on",)


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("egfr", True),
        ("egfr", 0),
        ("egfr", 5000),
        ("egfr", "90"),
        ("asthma", 1),
        ("asthma", "no"),
        ("egfr_on", "soon"),
        ("egfr_on", 20261120),
        ("horoscope", True),
    ],
)
def test_unreadable_answers_are_named(code: str, answer: Answer) -> None:
    with pytest.raises(ScreeningIncomplete) as refusal:
        judge(CONTRAST, CONTRAST_FINE | {code: answer}, SETTING)

    assert refusal.value.data == {"answers": [code]}


def test_a_question_left_out_is_named() -> None:
    answers = {code: answer for code, answer in MR_FINE.items() if code != "pacemaker"}

    with pytest.raises(ScreeningIncomplete) as refusal:
        judge(MR, answers, SETTING)

    assert refusal.value.data == {"answers": ["pacemaker"]}
