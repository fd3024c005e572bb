"""What devices did without a signal: each act once, in order, and never edited afterwards."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.alerts.models import Alert
from app.capture import service as capture
from app.capture.errors import CallBackDone
from app.capture.models import CallBack, CapturedEvent
from app.capture.rules import Act
from app.capture.service import Told
from app.dispensing import service as dispensing
from app.dispensing.models import Dispensing
from app.dispensing.service import DispenseRequest
from app.inventory import service as inventory
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.reconciliation import service as reconciliation
from app.traceability import service as traceability
from app.traceability.models import BizStep, Disposition, Lot, LotHold, TraceEvent
from tests.factories.capturing import LATE, did, gave, outcomes, sent, state
from tests.factories.cast import Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.receiving import a_bin, pack_code
from tests.factories.stock import NOW, an_item
from tests.factories.transfers import asked, held, on_its_way

PACKS = 24


@pytest.fixture
def clinic(cast: Cast) -> Actor:
    return cast.actor("clinic")


@pytest.fixture
def lot(session: Session, clinic: Actor) -> Lot:
    """Coded packs of 24 on the clinic's shelf."""
    return packs_on_shelf(session, clinic, an_item(session, coded=True), packs=PACKS)


def test_packs_given_without_a_signal_leave_stock_and_keep_both_times(
    session: Session, clinic: Actor, lot: Lot
) -> None:
    answers = sent(session, clinic, *(gave(number) for number in range(1, 7)))

    assert outcomes(answers) == ["accepted"] * 6
    assert all(answer.late for answer in answers)
    event = session.scalars(select(TraceEvent).order_by(TraceEvent.id.desc()).limit(1)).one()
    assert (event.event_time, event.recorded_at) == (NOW + timedelta(minutes=6), LATE)
    assert session.scalars(select(Dispensing.happened_at).order_by(Dispensing.id)).first() == (
        NOW + timedelta(minutes=1)
    )
    assert inventory.prove(session) == []
    assert list(reconciliation.reconcile(session, now=LATE).differing) == []


def test_what_a_device_tells_again_of_a_request_that_got_through_is_no_contradiction(
    session: Session, clinic: Actor, lot: Lot
) -> None:
    """The answer got lost on its way; so the device told it with the others, later."""
    acts = [gave(number) for number in range(1, 7)]
    name = acts[3].client_event_id
    asked = DispenseRequest(code=pack_code(4), client_event_id=name)
    online = dispensing.dispense(session, clinic, asked, now=NOW + timedelta(minutes=4))

    answers = sent(session, clinic, *acts)
    again = DispenseRequest(code=pack_code(2), client_event_id=acts[1].client_event_id)
    repeated = dispensing.dispense(session, clinic, again, now=LATE)

    assert outcomes(answers) == ["accepted"] * 6
    assert answers[3].details["documents"] == [online.reference]
    assert repeated.repeats
    assert session.scalar(select(func.count()).select_from(Dispensing)) == 6
    assert session.scalars(select(CallBack)).all() == []


def test_a_repeat_gets_the_first_answer_and_other_content_alarms(
    session: Session, clinic: Actor, lot: Lot
) -> None:
    (first,) = sent(session, clinic, gave(1))

    (again,) = sent(session, clinic, gave(1))
    changed, renamed = sent(
        session,
        clinic,
        gave(1, quantity=3),
        replace(gave(2), client_event_id=gave(1).client_event_id),
    )

    assert (first.replay, again.replay) == (False, True)
    assert again.details == first.details
    assert outcomes([changed, renamed]) == ["idempotency-conflict"] * 2
    assert session.scalars(select(Alert.level)).all() == [3, 3]
    assert session.scalar(select(func.count()).select_from(Dispensing)) == 1


def test_acts_wait_for_those_numbered_before_them(
    session: Session, clinic: Actor, lot: Lot
) -> None:
    a_bin(session, clinic.facility_id, "B-01")
    ahead = sent(session, clinic, did(2, Act.MOVE, 1, place="MAIN"), gave(3, pack=1))
    moved = sent(session, clinic, did(1, Act.MOVE, 1, 2, place="B-01"))
    again = sent(session, clinic, gave(3, pack=1))

    assert outcomes([*ahead, *moved, *again]) == ["waiting", "waiting", "accepted", "accepted"]
    assert inventory.prove(session) == []


def test_numbers_a_device_no_longer_holds_are_not_waited_for(
    session: Session, clinic: Actor, lot: Lot
) -> None:
    told = sent(session, clinic, gave(7), unsent_from=7)
    waits = sent(session, clinic, gave(9))
    capture.give_up_waiting(session, now=LATE + timedelta(hours=25))
    after = sent(session, clinic, gave(9))

    assert outcomes([*told, *waits, *after]) == ["accepted", "waiting", "accepted"]


@pytest.mark.parametrize("rule", ["ahead", "before-made", "travel"])
def test_what_cannot_have_happened_then_is_refused(
    session: Session, cast: Cast, clinic: Actor, lot: Lot, rule: str
) -> None:
    minutes = {"ahead": 400, "before-made": 1, "travel": 20}[rule]
    if rule == "before-made":
        lot.made_on = (NOW + timedelta(days=2)).date()
    if rule == "travel":
        cast.yanchang.latitude = cast.yudu.latitude + 0.9
        sighted(session, cast, 1)
    session.flush()

    (answer,) = sent(session, clinic, did(1, Act.DISPENSE, 1, at=NOW + timedelta(minutes=minutes)))

    assert answer.refusal == "time-invalid"
    assert answer.details["rule"] == rule
    assert session.scalar(select(func.count()).select_from(Dispensing)) == 0


def sighted(session: Session, cast: Cast, pack: int) -> None:
    """Let somebody far away see a pack ten minutes after nine."""
    unit = traceability.get_unit(session, pack_code(pack))
    told = traceability.Happening(
        step=BizStep.COUNTING,
        disposition=Disposition.IN_STOCK,
        facility_id=cast.yanchang.id,
        document="PD-FAR",
        event_time=NOW + timedelta(minutes=10),
        recorded_at=NOW,
    )
    traceability.observe(session, cast.actor("clinic2"), [unit], told)


def test_what_was_recalled_meanwhile_is_kept_and_the_patient_called_back(
    session: Session, cast: Cast, clinic: Actor, lot: Lot
) -> None:
    traceability.hold_lot(session, cast.actor("quality"), lot.id, (LotHold.RECALL, "召回"), now=NOW)
    before = state(session)

    answers = sent(session, clinic, gave(1), gave(2))
    (call_back, other) = session.scalars(select(CallBack).order_by(CallBack.id)).all()
    capture.close_call_back(session, clinic, call_back.id, "已停用，明日退回", now=LATE)

    assert {answer.outcome.value for answer in answers} == {"conflict-later"}
    assert state(session) == before
    assert session.scalars(select(Alert.level)).all() == [4, 4]
    assert (call_back.code, other.code) == (pack_code(1), pack_code(2))
    with pytest.raises(CallBackDone):
        capture.close_call_back(session, clinic, call_back.id, "再次", now=LATE)
    with pytest.raises(NotFound):
        capture.close_call_back(session, cast.actor("outsider"), other.id, "无", now=LATE)


def test_one_refused_act_stops_no_other(session: Session, clinic: Actor, lot: Lot) -> None:
    acts = [gave(number) for number in range(1, 6)]
    acts[2] = replace(acts[2], codes=("89990009999999999999",))

    answers = sent(session, clinic, *acts)

    assert outcomes(answers) == ["accepted", "accepted", "unknown-code", "accepted", "accepted"]
    assert inventory.prove(session) == []


def test_a_device_may_do_no_more_than_its_user(session: Session, cast: Cast) -> None:
    keeper = cast.actor("storekeeper")
    packs_on_shelf(session, keeper, an_item(session, coded=True), packs=5)
    a_bin(session, keeper.facility_id, "B-01")

    answers = sent(
        session,
        keeper,
        *(gave(number) for number in range(1, 5)),
        did(5, Act.MOVE, 5, place="B-01"),
    )

    assert outcomes(answers) == [*["forbidden"] * 4, "accepted"]
    assert {answer.family for answer in answers[:4]} == {"forbidden"}


@pytest.mark.parametrize("scanned", [(), (1, 2)])
def test_a_transfer_is_received_as_sent_or_as_scanned(
    session: Session, cast: Cast, clinic: Actor, scanned: tuple[int, ...]
) -> None:
    holder, item = cast.actor("clinic2"), an_item(session, coded=True)
    packs_on_shelf(session, holder, item, packs=3)
    transfer = asked(session, clinic, (holder.facility_id, item, 3 * 24), now=NOW)
    codes = [pack_code(number) for number in (1, 2, 3)]
    on_its_way(session, holder, transfer, *codes, now=NOW)
    act = replace(did(1, Act.RECEIVE, *scanned), document=transfer.reference)
    wrong = replace(act, device_seq=2, client_event_id="pda-1-act-2", codes=("8" * 20,))

    answers = sent(session, clinic, act, wrong)

    assert outcomes(answers) == ["accepted", "not-on-transfer"]
    assert held(session, clinic.facility_id) == 24 * (len(scanned) or 3)
    assert inventory.prove(session) == []


def test_another_facilitys_device_is_not_found(session: Session, cast: Cast, lot: Lot) -> None:
    sent(session, cast.actor("clinic"), gave(1))

    with pytest.raises(NotFound):
        sent(session, cast.actor("outsider"), gave(2))


def a_day_of_acts() -> Iterator[Told]:
    """Move packs to and fro, open and give them: no act commutes with the next."""
    for number in range(0, 30, 5):
        pack = number // 5 + 1
        yield did(number + 1, Act.MOVE, pack, place="B-01")
        yield did(number + 2, Act.DISPENSE, pack, quantity=5)
        yield did(number + 3, Act.MOVE, pack, place="MAIN")
        yield did(number + 4, Act.DISPENSE, pack, quantity=7)
        yield did(number + 5, Act.COUNT, pack)


def shuffled(acts: list[Told], seed: int) -> list[Told]:
    """Return the acts with three in ten sent twice, in any order."""
    chance = random.Random(seed)
    sent_twice = acts + chance.sample(acts, len(acts) * 3 // 10)
    chance.shuffle(sent_twice)
    return sent_twice


@pytest.mark.parametrize("naive", [False, True])
def test_any_order_with_repeats_ends_as_the_ordered_run(
    session: Session, clinic: Actor, lot: Lot, *, naive: bool
) -> None:
    """The naive way, each act applied as it comes under a name of its own, ends elsewhere."""
    a_bin(session, clinic.facility_id, "B-01")
    acts = list(a_day_of_acts())
    with session.begin_nested() as undone:
        sent(session, clinic, *acts)
        ordered = state(session)
        undone.rollback()

    mixed = shuffled(acts, seed=7)
    if naive:
        mixed = [
            replace(act, device_seq=place, client_event_id=f"naive-act-{place}")
            for place, act in enumerate(mixed, 1)
        ]
    for start in range(0, len(mixed), 7):
        sent(session, clinic, *mixed[start : start + 7])

    assert (state(session) == ordered) is not naive
    if not naive:
        assert session.scalar(select(func.count()).select_from(CapturedEvent)) == len(acts)
        assert inventory.prove(session) == []
