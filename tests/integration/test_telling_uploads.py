"""Claims, answers and questions: what becomes of a message on its way."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.dispensing import service as dispensing
from app.dispensing.service import Correction
from app.kernel.ids import UploadId
from app.purchasing import service as purchasing
from app.purchasing.service import Unsending
from app.uploads import service as uploads
from app.uploads.models import Upload, UploadNote
from app.uploads.rules import Outcome, UploadFault, UploadKind, UploadState, UploadStep
from app.uploads.rules.answers import Answer
from app.uploads.service import Asking, Telling
from tests.factories.cast import Cast
from tests.factories.receiving import received
from tests.factories.returning import sent_back
from tests.factories.stock import NOW, an_item
from tests.factories.uploads import (
    BASE,
    SOON,
    derived,
    given_packs,
    known_to_the_insurance,
    messages,
)

TAKEN = Answer(outcome=Outcome.TAKEN, receipt="R1")
SILENT = Answer(outcome=Outcome.UNANSWERED, text="TimeoutError")
REFUSED = Answer(outcome=Outcome.REFUSED, text="药品追溯码校验未通过")
PATIENCE = BASE.patience
LATER = SOON + PATIENCE.lease + PATIENCE.quiet + timedelta(minutes=1)


@pytest.fixture
def sale(session: Session, cast: Cast) -> Upload:
    """The sale of one pack that waits to be told."""
    given_packs(session, cast.actor("clinic"), packs=1)
    known_to_the_insurance(session)
    derived(session)
    return of_kind(session, UploadKind.SALE)


def of_kind(session: Session, kind: UploadKind) -> Upload:
    return next(one for one in messages(session) if one.kind is kind)


def claim(session: Session, wanted: Upload, *, at: timedelta = timedelta()) -> Telling:
    claimed = uploads.claim(session, BASE, 100, now=SOON + at)
    return next(one for one in claimed if one.upload_id == wanted.id)


def ask(session: Session, *, at: timedelta) -> list[Asking]:
    return uploads.claim_unknown(session, BASE, 100, now=SOON + at)


def steps(session: Session, upload_id: UploadId) -> list[UploadStep]:
    wanted = select(UploadNote.step).where(UploadNote.upload_id == upload_id)
    return list(session.scalars(wanted.order_by(UploadNote.id)))


def listed(asking: Asking) -> Answer:
    return Answer(
        outcome=Outcome.TAKEN, output={"data": [{"fixmedins_bchno": asking.batch}]}, receipt="R9"
    )


EMPTY = Answer(outcome=Outcome.TAKEN, output={"data": []})


def test_a_message_that_is_taken_is_acknowledged_with_its_receipt(
    session: Session, sale: Upload
) -> None:
    telling = claim(session, sale)
    kept = uploads.record(session, BASE, telling, TAKEN, now=SOON)

    assert kept
    session.refresh(sale)
    assert (sale.state, sale.receipt, sale.attempts) == (UploadState.ACKED, "R1", 1)
    assert telling.body["infno"] == "3505"
    assert telling.body["fixmedins_code"] == "H6107280T001"
    assert steps(session, sale.id) == []


def test_nobody_claims_what_is_claimed(session: Session, sale: Upload) -> None:
    claim(session, sale)

    again = uploads.claim(session, BASE, 100, now=SOON)

    assert sale.id not in [one.upload_id for one in again]


def test_a_message_that_lacks_a_field_waits_until_it_is_mended(
    session: Session, sale: Upload
) -> None:
    item = session.get_one(Item, sale.item_id)
    item.insurance_code = ""
    session.flush()

    uploads.claim(session, BASE, 100, now=SOON)
    blocked = (sale.state, sale.fault, sale.fault_field, sale.fault_text, sale.attempts)
    uploads.claim(session, BASE, 100, now=SOON + timedelta(hours=1))
    item.insurance_code = "XJ"
    session.flush()
    claim(session, sale, at=timedelta(hours=2))

    missing = UploadFault.MISSING
    assert blocked == (UploadState.FAILED, missing, "item.insurance_code", "med_list_codg", 0)
    assert (sale.state, sale.fault, sale.attempts) == (UploadState.CLAIMED, UploadFault.NONE, 1)
    assert steps(session, sale.id) == [UploadStep.BLOCKED]


def test_an_unanswered_message_is_asked_for_and_not_told_again(
    session: Session, sale: Upload
) -> None:
    uploads.record(session, BASE, claim(session, sale), SILENT, now=SOON)
    told_again = uploads.claim(session, BASE, 100, now=LATER)
    too_early = ask(session, at=timedelta(seconds=1))
    (asking,) = ask(session, at=LATER - SOON)
    meanwhile = ask(session, at=LATER - SOON)
    state = uploads.settle(session, BASE, asking, listed(asking), now=LATER)

    assert sale.id not in [one.upload_id for one in told_again]
    assert (too_early, meanwhile) == ([], [])
    assert asking.body["infno"] == "3513"
    assert state is UploadState.ACKED
    session.refresh(sale)
    assert (sale.attempts, sale.receipt) == (1, "R9")
    assert steps(session, sale.id) == [UploadStep.UNANSWERED, UploadStep.FOUND]


def test_what_the_platform_does_not_have_is_told_again(session: Session, sale: Upload) -> None:
    first = claim(session, sale)
    uploads.record(session, BASE, first, SILENT, now=SOON)
    (asking,) = ask(session, at=LATER - SOON)
    uploads.settle(session, BASE, asking, EMPTY, now=LATER)
    second = claim(session, sale, at=LATER - SOON)

    late = uploads.record(session, BASE, first, TAKEN, now=LATER)
    kept = uploads.record(session, BASE, second, TAKEN, now=LATER)

    assert first.msgid != second.msgid
    assert (late, kept) == (False, True)
    assert steps(session, sale.id) == [UploadStep.UNANSWERED, UploadStep.NOT_FOUND]


def test_a_question_without_an_answer_settles_nothing(session: Session, sale: Upload) -> None:
    uploads.record(session, BASE, claim(session, sale), SILENT, now=SOON)
    (asking,) = ask(session, at=LATER - SOON)

    state = uploads.settle(session, BASE, asking, SILENT, now=LATER)

    assert state is UploadState.UNKNOWN
    assert ask(session, at=LATER - SOON) == []
    assert len(ask(session, at=LATER - SOON + timedelta(minutes=5))) == 1


def test_a_claim_whose_holder_died_becomes_unknown(session: Session, sale: Upload) -> None:
    telling = claim(session, sale)

    before = uploads.expire(session, BASE, now=SOON + PATIENCE.lease)
    uploads.expire(session, BASE, now=SOON + PATIENCE.lease + timedelta(seconds=1))
    session.refresh(sale)
    unknown = sale.state
    kept = uploads.record(session, BASE, telling, TAKEN, now=LATER)

    assert before == 0
    assert unknown is UploadState.UNKNOWN
    assert kept, "its answer came late, but its number is still the last"


def test_a_refused_message_fails_with_what_the_platform_said(
    session: Session, sale: Upload
) -> None:
    uploads.record(session, BASE, claim(session, sale), REFUSED, now=SOON)

    session.refresh(sale)
    assert (sale.state, sale.fault) == (UploadState.FAILED, UploadFault.REFUSED)
    assert sale.fault_text == REFUSED.text
    assert uploads.claim(session, BASE, 100, now=LATER) == []


def test_a_platform_that_has_the_message_already_is_asked(session: Session, sale: Upload) -> None:
    already = Answer(outcome=Outcome.REFUSED, text="批次流水号 TC000000000001 已存在")

    uploads.record(session, BASE, claim(session, sale), already, now=SOON)

    session.refresh(sale)
    assert sale.state is UploadState.UNKNOWN


def test_a_platform_out_of_reach_is_tried_later_and_later(session: Session, sale: Upload) -> None:
    unreached = Answer(outcome=Outcome.NOT_SENT, text="ConnectionRefusedError")
    waits = []
    for hours in range(3):
        at = timedelta(hours=hours)
        uploads.record(session, BASE, claim(session, sale, at=at), unreached, now=SOON + at)
        session.refresh(sale)
        waits.append((sale.next_try_at - SOON - at).seconds)

    assert waits == [30, 60, 120]
    assert steps(session, sale.id) == [UploadStep.PUT_OFF]


def test_a_return_waits_until_its_sale_was_taken(session: Session, cast: Cast) -> None:
    clinic = cast.actor("clinic")
    (document,) = given_packs(session, clinic, packs=1)
    dispensing.undo(session, clinic, document.reference, Correction(reason="发错"), now=NOW)
    known_to_the_insurance(session)
    derived(session)
    sale, back = (of_kind(session, kind) for kind in (UploadKind.SALE, UploadKind.SALE_RETURN))

    first = claim(session, sale)
    early = [one.upload_id for one in uploads.claim(session, BASE, 100, now=SOON)]
    uploads.record(session, BASE, first, TAKEN, now=SOON)
    then = claim(session, back, at=timedelta(minutes=1))

    assert back.id not in early
    row = then.body["input"]["selinfo"]
    assert row["medins_prod_sel_no"] == first.body["input"]["selinfo"]["fixmedins_bchno"]


def test_a_removal_was_taken_when_the_message_is_gone(session: Session, cast: Cast) -> None:
    people = (cast.actor("storekeeper"), cast.actor("pharmacist"))
    item = an_item(session)
    received(session, people[0], item)
    sent = sent_back(session, people, item, 24)
    because = Unsending(reason="供应商未接收")
    purchasing.take_back_return(session, people[0], sent.reference, because, now=NOW)
    known_to_the_insurance(session)
    derived(session)
    uploads.record(
        session, BASE, claim(session, of_kind(session, UploadKind.PURCHASE_RETURN)), TAKEN, now=SOON
    )
    removal = of_kind(session, UploadKind.REMOVAL)
    telling = claim(session, removal, at=timedelta(minutes=1))
    uploads.record(session, BASE, telling, SILENT, now=SOON)

    (asking,) = ask(session, at=LATER - SOON)
    state = uploads.settle(session, BASE, asking, EMPTY, now=LATER)

    assert telling.body["input"]["data"]["inv_data_type"] == "3"
    assert state is UploadState.ACKED
