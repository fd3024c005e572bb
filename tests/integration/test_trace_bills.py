"""Bills for the trace platform: made of what was told, once, within what it takes."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.dispensing import service as dispensing
from app.dispensing.service import DispenseRequest
from app.traceability.errors import ParentChildMix
from app.uploads import queries
from app.uploads import service as uploads
from app.uploads.errors import BillStateChanged, NothingOnBill
from app.uploads.models import TraceBill
from app.uploads.rules.bills import BillState, BillType, DropReason
from app.uploads.service import HandMade
from tests.factories.cast import Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.receiving import pack_code, received
from tests.factories.stock import NOW, an_item
from tests.factories.uploads import derived, used

TOMORROW = NOW + timedelta(days=1)
CARTON = f"8111000{1:013d}"


def bills(session: Session) -> list[TraceBill]:
    return list(session.scalars(select(TraceBill).order_by(TraceBill.id)))


def test_each_night_makes_the_bills_of_the_days_before_once(session: Session, cast: Cast) -> None:
    clinic = cast.actor("clinic")
    received(session, cast.actor("storekeeper"), an_item(session, coded=True), packs=3)
    used(session, clinic, 30)
    used(session, clinic, 6)
    derived(session)

    same_day = uploads.make_bills(session, now=NOW)
    made = uploads.make_bills(session, now=TOMORROW)
    again = uploads.make_bills(session, now=TOMORROW)

    assert (same_day, made, again) == (0, 2, 0)
    bought, remnants = bills(session)
    assert (bought.type, bought.partner) == (BillType.PURCHASE_IN, "汉中示范医药有限公司")
    assert [code for code, _ in queries.list_codes(session, bought.id)] == [
        pack_code(number) for number in (1, 2, 3)
    ]
    assert remnants.type is BillType.REMNANT_OUT
    assert sorted(one.quantity for one in queries.list_remnants(session, remnants.id)) == [6, 30]


def test_the_sales_of_a_day_share_a_bill_in_parts(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.uploads.rules.bills.MOST_CODES", 2)
    clinic = cast.actor("clinic")
    packs_on_shelf(session, clinic, an_item(session, coded=True), packs=3)
    for code, quantity in ((1, 6), (1, 18), (2, None), (3, None)):
        request = DispenseRequest(code=pack_code(code), quantity=quantity)
        dispensing.dispense(session, clinic, request, now=NOW)
    derived(session)

    uploads.make_bills(session, now=TOMORROW)

    made = bills(session)
    assert [(one.type, one.part) for one in made] == [(BillType.RETAIL, 1), (BillType.RETAIL, 2)]
    codes = [code for one in made for code, _ in queries.list_codes(session, one.id)]
    assert codes == [pack_code(number) for number in (1, 2, 3)]


def test_a_hand_made_bill_lists_what_it_leaves_out(session: Session, cast: Cast) -> None:
    codes = [pack_code(1), pack_code(1), "7" * 20, "12345"]
    wanted = HandMade(type=BillType.SAMPLE_OUT, codes=codes, note="抽检")

    reference = uploads.make_by_hand(session, cast.actor("quality"), wanted, now=NOW)

    bill = uploads.get_bill(session, cast.actor("quality"), reference)
    assert (bill.codes, bill.dropped) == (1, 2)
    assert dict(queries.list_codes(session, bill.id)) == {
        pack_code(1): DropReason.NONE,
        "7" * 20: DropReason.FIRST_DIGIT,
        "12345": DropReason.LENGTH,
    }


def test_a_carton_and_a_pack_in_it_are_never_in_one_bill(session: Session, cast: Cast) -> None:
    received(session, cast.actor("storekeeper"), an_item(session, coded=True), packs=3)
    quality = cast.actor("quality")
    both = HandMade(type=BillType.SUPPLY_OUT, codes=[CARTON, pack_code(2)])
    nothing = HandMade(type=BillType.SUPPLY_OUT, codes=["x"])

    with pytest.raises(ParentChildMix):
        uploads.make_by_hand(session, quality, both, now=NOW)
    with pytest.raises(NothingOnBill):
        uploads.make_by_hand(session, quality, nothing, now=NOW)

    assert bills(session) == []


def test_a_bills_file_is_taken_away_and_its_outcome_kept(session: Session, cast: Cast) -> None:
    quality = cast.actor("quality")
    wanted = HandMade(type=BillType.VACCINATION, codes=[pack_code(1)])
    reference = uploads.make_by_hand(session, quality, wanted, now=NOW)

    uploads.take_away(session, quality, reference)
    taken = uploads.get_bill(session, quality, reference).state
    uploads.note_outcome(session, quality, reference, (BillState.REFUSED, "码未激活"))
    refused = uploads.get_bill(session, quality, reference)
    uploads.note_outcome(session, quality, reference, (BillState.ACCEPTED, ""))

    assert taken is BillState.DOWNLOADED
    assert (refused.state, refused.answer) == (BillState.REFUSED, "码未激活")
    with pytest.raises(BillStateChanged):
        uploads.note_outcome(session, quality, reference, (BillState.REFUSED, "晚了"))
