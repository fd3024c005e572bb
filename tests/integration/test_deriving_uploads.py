"""Every business act has its messages, once; what is undone is told as well."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.dispensing import service as dispensing
from app.dispensing.service import Correction, DispenseRequest
from app.disposal import service as disposal
from app.disposal.rules import LossReason
from app.inventory import service as inventory
from app.inventory.models import PostingKind
from app.inventory.service import Undoing
from app.purchasing import service as purchasing
from app.purchasing.service import Unsending
from app.uploads import queries
from app.uploads import service as uploads
from app.uploads.models import Upload, UploadMark
from app.uploads.rules import StockChange, UploadKind
from tests.factories.cast import Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.disposal import a_destruction, written_off
from tests.factories.receiving import pack_code, received
from tests.factories.returning import sent_back
from tests.factories.stock import NOW, a_lot, an_item, stocked
from tests.factories.uploads import BASE, SOON, counted_short, derived, given_packs, messages, used

CHANGES = (UploadKind.STOCK_CHANGE, StockChange.OPENING)


def told(session: Session) -> list[tuple[UploadKind, StockChange, int, bool, int]]:
    """Return what is told but for the opening of stock."""
    return [
        (one.kind, one.change, one.quantity, one.split, one.code_count)
        for one in derived(session)
        if (one.kind, one.change) != CHANGES
    ]


def codes_of(session: Session, kind: UploadKind) -> list[str]:
    ids = [one.id for one in messages(session) if one.kind is kind]
    return [code for codes in queries.find_codes(session, ids).values() for code in codes]


def test_a_receipt_is_told_with_the_codes_of_all_packs_in_its_carton(
    session: Session, cast: Cast
) -> None:
    receipt = received(session, cast.actor("storekeeper"), an_item(session, coded=True), packs=3)

    assert told(session) == [(UploadKind.PURCHASE, StockChange.NONE, 72, False, 0)]
    assert codes_of(session, UploadKind.PURCHASE) == [pack_code(number) for number in (1, 2, 3)]
    (message,) = messages(session)
    facts = queries.find_facts(session, [message.id])[message.id]
    assert facts.values["document"] == receipt.reference
    assert facts.values["supplier.name"] == "汉中示范医药有限公司"
    assert facts.values["quantity.packs"] == 3


def test_what_goes_back_to_the_supplier_is_told_with_its_codes(
    session: Session, cast: Cast
) -> None:
    people = (cast.actor("storekeeper"), cast.actor("pharmacist"))
    item = an_item(session, coded=True)
    received(session, people[0], item, packs=3)

    sent = sent_back(session, people, item, 24, pack_code(2))

    assert told(session)[1:] == [(UploadKind.PURCHASE_RETURN, StockChange.NONE, 24, False, 0)]
    assert codes_of(session, UploadKind.PURCHASE_RETURN) == [pack_code(2)]
    (message,) = [one for one in messages(session) if one.kind is UploadKind.PURCHASE_RETURN]
    facts = queries.find_facts(session, [message.id])[message.id].values
    assert (facts["document"], facts["supplier.code"]) == (sent.reference, "S001")


def test_a_whole_pack_and_part_of_one_are_told_apart(session: Session, cast: Cast) -> None:
    clinic = cast.actor("clinic")
    packs_on_shelf(session, clinic, an_item(session, coded=True), packs=2)
    for code, quantity in ((pack_code(1), None), (pack_code(2), 6), (pack_code(2), 18)):
        request = DispenseRequest(code=code, quantity=quantity)
        dispensing.dispense(session, clinic, request, now=NOW)

    none = StockChange.NONE
    assert told(session) == [
        (UploadKind.SALE, none, 24, False, 1),
        (UploadKind.SALE, none, 6, True, 1),
        (UploadKind.SALE, none, 18, True, 1),
    ]
    assert codes_of(session, UploadKind.SALE) == [pack_code(1), pack_code(2), pack_code(2)]


def test_goods_without_codes_are_told_without(session: Session, cast: Cast) -> None:
    used(session, cast.actor("clinic"), 48)
    used(session, cast.actor("clinic"), 5)

    none = StockChange.NONE
    assert told(session) == [
        (UploadKind.SALE, none, 48, False, 0),
        (UploadKind.SALE, none, 5, True, 0),
    ]


def test_an_undone_dispensing_is_told_as_a_return_of_its_sale(session: Session, cast: Cast) -> None:
    clinic = cast.actor("clinic")
    first, _ = given_packs(session, clinic)
    because = Correction(reason="发错")
    dispensing.undo(session, clinic, first.reference, because, now=NOW + timedelta(minutes=5))

    sale, _, returned = (one for one in derived(session) if one.kind is not CHANGES[0])

    assert (returned.kind, returned.after_id) == (UploadKind.SALE_RETURN, sale.id)
    assert (returned.quantity, returned.code_count) == (24, 1)
    assert queries.find_codes(session, [returned.id]) == {returned.id: [pack_code(1)]}


def test_a_count_is_told_as_stock_and_its_differences_as_changes(
    session: Session, cast: Cast
) -> None:
    people = (cast.actor("clinic"), cast.actor("clinic3"))
    for _ in range(2):
        stocked(session, people[0], a_lot(session, an_item(session)), 240)

    counted_short(session, people, missing=1)

    assert sorted(told(session)) == [
        (UploadKind.STOCK_CHANGE, StockChange.SHORTAGE, 1, True, 0),
        (UploadKind.STOCK_CHANGE, StockChange.SHORTAGE, 1, True, 0),
        (UploadKind.STOCK_TAKE, StockChange.NONE, 239, False, 0),
        (UploadKind.STOCK_TAKE, StockChange.NONE, 239, False, 0),
    ]


def test_goods_are_told_when_they_are_destroyed_and_lost_ones_at_once(
    session: Session, cast: Cast
) -> None:
    clinic, other = cast.actor("clinic"), cast.actor("clinic3")
    lot = a_lot(session, an_item(session))
    stocked(session, clinic, lot, 240)
    done = written_off(session, (clinic, other), (lot, 24))
    waiting = told(session)
    disposal.destroy(session, clinic, a_destruction(session, done, 24, second="clinic3"), now=NOW)
    written_off(session, (clinic, other), (lot, 12), reason=LossReason.LOST)

    change = UploadKind.STOCK_CHANGE
    assert waiting == []
    assert told(session) == [
        (change, StockChange.DESTROYED, 24, False, 0),
        (change, StockChange.LOST, 12, True, 0),
    ]


def test_what_was_told_and_is_undone_is_removed(session: Session, cast: Cast) -> None:
    keeper, pharmacist = cast.actor("storekeeper"), cast.actor("pharmacist")
    item = an_item(session)
    received(session, keeper, item)
    sent = sent_back(session, (keeper, pharmacist), item, 24)
    because = Unsending(reason="供应商未接收")
    purchasing.take_back_return(session, keeper, sent.reference, because, now=NOW)

    _, back, removal = derived(session)

    assert (back.kind, removal.kind) == (UploadKind.PURCHASE_RETURN, UploadKind.REMOVAL)
    assert removal.after_id == back.id
    facts = queries.find_facts(session, [removal.id])[removal.id].values
    assert facts["batch"] == facts["original.batch"]
    assert facts["original.kind"] == "purchase_return"


def test_deriving_again_adds_nothing(session: Session, cast: Cast) -> None:
    given_packs(session, cast.actor("clinic"))
    first = len(derived(session))

    assert len(derived(session)) == first
    assert uploads.derive_again(session, BASE, now=SOON) == 0


def test_a_posting_that_commits_late_is_still_told(session: Session, cast: Cast) -> None:
    """Its number is below one that was read before it could be seen."""
    given_packs(session, cast.actor("clinic"))
    whole = len(derived(session))
    later = NOW + timedelta(hours=1)

    unseen(session)
    within_margin = len(derived(session))
    uploads.derive(session, BASE, None, now=later)
    unseen(session)
    uploads.derive(session, BASE, None, now=later)
    beyond_margin = len(messages(session))
    found_by_night = uploads.derive_again(session, BASE, now=later)

    assert (within_margin, beyond_margin, found_by_night) == (whole, whole - 1, 1)
    assert session.scalars(select(UploadMark.posting_id)).one() > 0


def unseen(session: Session) -> None:
    """Let the last message be as if its posting had not been there to see."""
    session.delete(messages(session)[-1])
    session.flush()


def test_a_long_ledger_is_read_in_parts(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.uploads.service.deriving.BATCH", 2)
    given_packs(session, cast.actor("clinic"), packs=5)

    after = uploads.derive(session, BASE, None, now=SOON)
    turns = 1
    while after is not None:
        after = uploads.derive(session, BASE, after, now=SOON)
        turns += 1

    assert turns > 2
    assert sum(one.kind is UploadKind.SALE for one in messages(session)) == 5


def test_nothing_is_told_of_what_was_before(session: Session, cast: Cast) -> None:
    first, _ = given_packs(session, cast.actor("clinic"))
    last = inventory.last_posting(session, first.reference, PostingKind.DISPENSE)
    assert last is not None
    uploads.begin_after(session, last)
    told_before = derived(session)
    undone = Undoing(key="undo", reason="发错")
    inventory.reverse(session, cast.actor("clinic"), last, undone, now=SOON)

    assert [one.kind for one in told_before] == [UploadKind.SALE]
    assert len(derived(session)) == 1
    assert session.scalars(select(Upload.after_id)).all() == [None]
