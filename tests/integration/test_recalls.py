"""Recalls: held at once, found to the pack, collected, called back, closed by an account."""

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.errors import SecondPersonIsTheFirst, SecondPersonNeeded, SecondPersonRefused
from app.dispensing import service as dispensing
from app.dispensing.service import DispenseRequest
from app.inventory import service as inventory
from app.inventory.models import Condition
from app.kernel.history import HistoryEntry
from app.kernel.sealing import Vault
from app.notices.models import Notice
from app.notices.rules import NoticeKind
from app.recall import queries
from app.recall import service as recalls
from app.recall.errors import (
    ClassNeeded,
    DrillHoldsNothing,
    MissingReasonNeeded,
    NothingToCollect,
    NotOfTheRecall,
    RecallStateChanged,
    TasksOpen,
)
from app.recall.rules import CallState, Progress, RecallClass, RecallKind, RecallState
from app.recall.service import Call, Closing, Collecting, Lifting
from app.traceability import service as traceability
from app.traceability.errors import (
    AlreadyDone,
    HeldByRecall,
    LotStateChanged,
    QualityHold,
    Recalled,
)
from app.traceability.models import Lot, LotHold
from app.traceability.rules import ensure_usable
from tests.factories.cast import Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.disposal import signed_by
from tests.factories.recalls import INSTRUCTION, a_recall, an_order, task_of
from tests.factories.receiving import pack_code
from tests.factories.stock import NOW, a_lot, an_item, stocked

VAULT = Vault.derive("a secret of tests", "recall pointers")


@pytest.fixture
def lot(session: Session, cast: Cast) -> Lot:
    """Two packs with codes at Yudu, one of them given to a patient."""
    clinic = cast.actor("clinic")
    made = packs_on_shelf(session, clinic, an_item(session, coded=True), packs=3)
    dispensing.dispense(session, clinic, DispenseRequest(code=pack_code(1)), now=NOW)
    return made


@pytest.fixture
def plain(session: Session, cast: Cast) -> Lot:
    """A lot without codes: 480 at the centre, 96 at Yudu."""
    made = a_lot(session, an_item(session), "P1")
    stocked(session, cast.actor("storekeeper"), made, 480)
    stocked(session, cast.actor("clinic"), made, 96)
    return made


def test_a_recall_stops_dispensing_and_says_why_and_what_to_do(
    session: Session, cast: Cast, lot: Lot
) -> None:
    recall = a_recall(session, cast.actor("quality"), lot)

    with pytest.raises(Recalled) as refusal:
        dispensing.dispense(
            session, cast.actor("clinic"), DispenseRequest(code=pack_code(2)), now=NOW
        )

    session.refresh(lot)
    assert refusal.value.data["recall_class"] == "I"
    assert refusal.value.data["instruction"] == INSTRUCTION
    assert (lot.hold, lot.hold_reference) == (LotHold.RECALL, recall.reference)
    assert recall.held_ms > 0
    assert recall.located_ms >= recall.held_ms


def test_every_holder_is_found_and_told_at_once(session: Session, cast: Cast, lot: Lot) -> None:
    recall = a_recall(session, cast.actor("quality"), lot)

    found = queries.find_holders(session, [lot.id])
    task = queries.list_tasks(session, cast.actor("quality"), [recall.id])[0]

    assert [(row.facility_id, row.on_hand) for row in found.held] == [(cast.yudu.id, 48)]
    assert [pack.code for pack in found.packs] == [pack_code(2), pack_code(3)]
    assert {pack.place_id for pack in found.packs} == {found.held[0].place_id}
    assert [given.quantity for given in found.given] == [24]
    assert (task.expected, task.patients, task.step.progress) == (48, 1, Progress.TOLD)
    told = session.scalars(select(Notice.user_id).where(Notice.kind == NoticeKind.RECALL)).all()
    assert cast.actor("clinic").user_id in told


def test_a_quality_hold_has_a_code_of_its_own_and_a_recall_takes_it_over(
    session: Session, cast: Cast, plain: Lot
) -> None:
    quality = cast.actor("quality")
    traceability.hold_lot(session, quality, plain.id, (LotHold.QUALITY, "外观异常"), now=NOW)

    with pytest.raises(QualityHold):
        inventory_check(session, plain)
    a_recall(session, quality, plain)
    with pytest.raises(Recalled):
        inventory_check(session, plain)
    with pytest.raises(LotStateChanged):
        a_recall(session, quality, plain)


def inventory_check(session: Session, lot: Lot) -> None:
    """Ask as every issue does."""
    (state,) = traceability.lock_lot_states(session, [lot.id]).values()
    ensure_usable(state, on=NOW.date())


def test_a_quality_hold_names_no_class_and_a_recall_names_one(
    session: Session, cast: Cast, plain: Lot
) -> None:
    quality = cast.actor("quality")
    hold = a_recall(session, quality, plain, kind=RecallKind.QUALITY)

    assert hold.recall_class is RecallClass.NONE
    wrong = replace(an_order(plain), recall_class=RecallClass.NONE)
    with pytest.raises(ClassNeeded):
        recalls.start(session, quality, wrong, now=NOW)


def test_counted_goods_are_set_apart_by_a_posting(session: Session, cast: Cast, plain: Lot) -> None:
    clinic = cast.actor("clinic")
    recall = a_recall(session, cast.actor("quality"), plain)
    task_id = task_of(session, recall, cast.yudu.id)
    (held,) = queries.list_held(session, [plain.id], cast.yudu.id)

    taken = Collecting(balance_id=held.balance_id, quantity=60)
    recalls.collect(session, clinic, task_id, taken, now=NOW)

    rows = queries.list_held(session, [plain.id], cast.yudu.id)
    assert [(row.place_code, row.condition, row.on_hand) for row in rows] == [
        ("MAIN", Condition.USABLE, 36),
        ("RECALL", Condition.QUARANTINE, 60),
    ]
    too_much = Collecting(balance_id=held.balance_id, quantity=37)
    with pytest.raises(NothingToCollect):
        recalls.collect(session, clinic, task_id, too_much, now=NOW)
    assert inventory.prove(session) == []


def test_packs_are_set_apart_by_their_codes_once(session: Session, cast: Cast, lot: Lot) -> None:
    clinic = cast.actor("clinic")
    recall = a_recall(session, cast.actor("quality"), lot)
    task_id = task_of(session, recall, cast.yudu.id)

    recalls.collect(session, clinic, task_id, Collecting(codes=[pack_code(2)]), now=NOW)

    places = {pack.code: pack.place_id for pack in queries.list_packs(session, [lot.id])}
    assert places[pack_code(2)] != places[pack_code(3)]
    for code in (pack_code(1), pack_code(2), "89990009999999999999"):
        with pytest.raises((NotOfTheRecall, AlreadyDone)), session.begin_nested():
            recalls.collect(session, clinic, task_id, Collecting(codes=[code]), now=NOW)


def test_what_was_not_found_needs_a_reason(session: Session, cast: Cast, lot: Lot) -> None:
    clinic, quality = cast.actor("clinic"), cast.actor("quality")
    recall = a_recall(session, quality, lot)
    task_id = task_of(session, recall, cast.yudu.id)
    recalls.see(session, clinic, task_id, now=NOW)
    recalls.collect(session, clinic, task_id, Collecting(codes=[pack_code(2)]), now=NOW)

    with pytest.raises(TasksOpen):
        recalls.close(session, quality, recall.reference, Closing(), now=NOW)
    with pytest.raises(MissingReasonNeeded):
        recalls.report_done(session, clinic, task_id, "", now=NOW)
    task = recalls.report_done(session, clinic, task_id, "货架未见", now=NOW)
    with pytest.raises(MissingReasonNeeded):
        recalls.close(session, quality, recall.reference, Closing(), now=NOW)
    closed = recalls.close(
        session, quality, recall.reference, Closing(missing_reason="追查中"), now=NOW
    )

    assert (task.missing, task.missing_reason) == (24, "货架未见")
    assert closed.state is RecallState.CLOSED
    account = closed.account[str(lot.id)]
    assert {name: value for name, value in account.items() if value} == {
        "received": 72,
        "on_hand": 24,
        "collected": 24,
        "dispensed": 24,
    }
    session.refresh(lot)
    assert lot.hold is LotHold.RECALL


def test_only_two_people_lift_a_hold(session: Session, cast: Cast, plain: Lot) -> None:
    quality = cast.actor("quality")
    recall = a_recall(session, quality, plain)
    session.commit()

    other = a_lot(session, an_item(session), "Q1")
    a_recall(session, quality, other, kind=RecallKind.QUALITY)
    session.commit()
    with pytest.raises(HeldByRecall):
        inventory.unfreeze_lot(session, quality, other.id, "合格", now=NOW)
    for signer, refusal in (
        (None, SecondPersonNeeded),
        ("quality", SecondPersonIsTheFirst),
        ("clinic", SecondPersonRefused),
    ):
        lifting = Lifting(reason="复检合格", second=signed_by(signer) if signer else None)
        with pytest.raises(refusal), session.begin_nested():
            recalls.lift(session, quality, recall.reference, lifting, now=NOW)
    lifting = Lifting(reason="复检合格", second=signed_by("pharmacist"))
    recalls.lift(session, quality, recall.reference, lifting, now=NOW)

    session.refresh(plain)
    assert (plain.hold, plain.hold_reference, plain.hold_class) == (LotHold.NONE, "", "")
    with pytest.raises(RecallStateChanged):
        recalls.lift(session, quality, recall.reference, lifting, now=NOW)
    told = session.scalars(
        select(HistoryEntry.reason).where(HistoryEntry.action == "recall-lifted")
    ).one()
    assert "复检合格" in told


def test_a_drill_holds_nothing_and_moves_nothing(session: Session, cast: Cast, lot: Lot) -> None:
    clinic, quality = cast.actor("clinic"), cast.actor("quality")
    drill = a_recall(session, quality, lot, drill=True)
    task_id = task_of(session, drill, cast.yudu.id)
    before = queries.list_held(session, [lot.id])

    codes = [pack_code(2), pack_code(3)]
    recalls.collect(session, clinic, task_id, Collecting(codes=codes), now=NOW)
    task = recalls.report_done(session, clinic, task_id, "", now=NOW)
    lifting = Lifting(reason="演练", second=signed_by("pharmacist"))
    with pytest.raises(DrillHoldsNothing):
        recalls.lift(session, quality, drill.reference, lifting, now=NOW)
    closed = recalls.close(session, quality, drill.reference, Closing(), now=NOW)
    dispensing.dispense(session, clinic, DispenseRequest(code=pack_code(3)), now=NOW)

    session.refresh(lot)
    assert (lot.hold, drill.held_ms, task.missing) == (LotHold.NONE, 0, 0)
    assert queries.list_held(session, [lot.id])[0].place_id == before[0].place_id
    assert closed.state is RecallState.CLOSED


def test_patients_are_pointers_and_a_look_up_is_logged(
    session: Session, cast: Cast, lot: Lot
) -> None:
    clinic = cast.actor("clinic")
    recall = a_recall(session, cast.actor("quality"), lot)
    task_id = task_of(session, recall, cast.yudu.id)
    (row,) = recalls.show_task(session, clinic, VAULT, task_id)["calls"]
    (pointed,) = recalls.pointed(VAULT, queries.list_given(session, [lot.id]))

    call = Call(pointer=row.pointer, state=CallState.RETURNED, note="已退回")
    recalls.call_back(session, clinic, VAULT, (task_id, call), now=NOW)
    found = recalls.resolve(session, clinic, VAULT, (task_id, row.pointer, "回访"), now=NOW)

    assert pointed["pointer"] == row.pointer
    assert len(row.pointer) == 16
    assert found.reference == row.reference
    assert queries.calls_made(session, recall.id) == {CallState.RETURNED: 1}
    logged = session.scalars(
        select(HistoryEntry).where(HistoryEntry.action == "recall-pointer-resolved")
    ).one()
    assert (logged.reason, logged.after) == ("回访", {"pointer": row.pointer})


def test_what_is_at_the_centre_and_elsewhere_is_one_account(
    session: Session, cast: Cast, plain: Lot
) -> None:
    recall = a_recall(session, cast.actor("quality"), plain)

    tasks = queries.list_tasks(session, cast.actor("quality"), [recall.id])
    (row,) = queries.accounts_of(session, [plain.id])

    assert Counter({task.facility_id: task.expected for task in tasks}) == Counter(
        {cast.central.id: 480, cast.yudu.id: 96}
    )
    assert (row.account.received, row.account.on_hand, row.account.difference) == (576, 576, 0)
