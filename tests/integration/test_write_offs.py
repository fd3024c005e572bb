from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.errors import SecondPersonIsTheFirst, SecondPersonNeeded, SecondPersonRefused
from app.catalogue.models import SpecialClass
from app.controlled import queries as controlled
from app.disposal import queries
from app.disposal import service as disposal
from app.disposal.errors import (
    GoodsOfSeveralFacilities,
    LossReasonNeeded,
    NothingWrittenOff,
    SignerNeeded,
    WriteOffStateChanged,
)
from app.disposal.queries import GoodsFilter, Which
from app.disposal.rules import LossReason, WriteOffState
from app.disposal.service import Correction, Proposal
from app.inventory import service as inventory
from app.inventory.errors import InsufficientStock
from app.inventory.models import PlaceKind, PostingKind, StockPosting
from app.kernel.errors import Forbidden, NotFound
from app.kernel.local_time import local_day
from app.traceability import service as traceability
from app.traceability.errors import PackNotWanted, PacksLacking, ReasonMissing, UnknownCode
from app.traceability.models import Disposition
from tests.factories.cast import Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.disposal import (
    balance_of,
    handed_in,
    held_at,
    proposed,
    signed_by,
    written_off,
)
from tests.factories.receiving import pack_code
from tests.factories.stock import NOW, a_lot, an_item, stocked

EXPIRED = date(2026, 11, 1)
BIN, WAITS, GONE = PlaceKind.BIN, PlaceKind.DISPOSAL, PlaceKind.LOSS


def test_expired_goods_leave_the_book_and_wait_once_a_second_person_confirms(
    session: Session, cast: Cast
) -> None:
    keeper, quality = cast.actor("storekeeper"), cast.actor("quality")
    lot = a_lot(session, an_item(session), expires=EXPIRED)
    stocked(session, keeper, lot, 100)
    at = keeper.facility_id

    draft = proposed(session, keeper, (lot, 60))
    disposal.submit(session, keeper, draft.reference, (), now=NOW)
    assert held_at(session, at, BIN, lot) == 100
    with pytest.raises(SignerNeeded), session.begin_nested():
        disposal.confirm(session, keeper, draft.reference, None, now=NOW)
    done = disposal.confirm(session, quality, draft.reference, None, now=NOW)

    assert (done.state, done.decided_by_id) == (WriteOffState.CONFIRMED, quality.user_id)
    assert [held_at(session, at, kind, lot) for kind in (BIN, WAITS, GONE)] == [40, 60, 0]
    posting = session.scalars(
        select(StockPosting).where(StockPosting.document == draft.reference)
    ).one()
    assert posting.kind is PostingKind.LOSS
    assert (posting.user_id, posting.second_user_id) == (quality.user_id, keeper.user_id)
    with pytest.raises(WriteOffStateChanged), session.begin_nested():
        disposal.confirm(session, quality, draft.reference, None, now=NOW)
    assert inventory.prove(session) == []


def test_the_second_person_may_sign_beside_whoever_handed_it_in(
    session: Session, cast: Cast
) -> None:
    clinic = cast.actor("clinic")
    lot = a_lot(session, an_item(session))
    stocked(session, clinic, lot, 10)
    submitted = handed_in(session, clinic, (lot, 4), reason=LossReason.LOST)

    for wrong, refusal in (
        ("clinic", SecondPersonIsTheFirst),
        ("clinic2", SecondPersonRefused),
        ("storekeeper", SecondPersonRefused),
    ):
        given = signed_by(wrong)
        with pytest.raises(refusal), session.begin_nested():
            disposal.confirm(session, clinic, submitted.reference, given, now=NOW)
    given = signed_by("clinic3")
    done = disposal.confirm(session, clinic, submitted.reference, given, now=NOW)

    assert done.decided_by_id == cast.actor("clinic3").user_id
    assert held_at(session, clinic.facility_id, GONE, lot) == 4
    assert held_at(session, clinic.facility_id, WAITS, lot) == 0


def test_controlled_medicines_leave_their_cupboard_with_two_people_and_the_register_foots(
    session: Session, cast: Cast
) -> None:
    clinic, other = cast.actor("clinic"), cast.actor("clinic3")
    item = an_item(session, "盐酸吗啡注射液", special=SpecialClass.NARCOTIC)
    lot = a_lot(session, item, expires=EXPIRED)
    stocked(session, clinic, lot, 10)
    submitted = handed_in(session, clinic, (lot, 3))

    with pytest.raises(SecondPersonNeeded), session.begin_nested():
        disposal.confirm(session, other, submitted.reference, None, now=NOW)
    given = signed_by("clinic")
    done = disposal.confirm(session, other, submitted.reference, given, now=NOW)

    assert done.witness_id == clinic.user_id
    subject = (clinic.facility_id, item.id)
    period = (NOW.replace(day=1), NOW.replace(day=28))
    book = controlled.read_register(session, subject, period)
    last = book.rows[-1]
    assert (last.document, last.quantity, last.remaining) == (done.reference, -3, 7)
    assert {last.by, last.second} == {"clinic 某", "clinic3 某"}
    assert book.closing == book.on_hand == 7


def test_packs_with_codes_are_scanned_and_travel_along(session: Session, cast: Cast) -> None:
    clinic, other = cast.actor("clinic"), cast.actor("clinic3")
    item = an_item(session, coded=True)
    lot = packs_on_shelf(session, clinic, item, packs=3)
    draft = proposed(session, clinic, (lot, 2 * item.units_per_pack))

    for codes, refusal in (
        ([pack_code(1)], PacksLacking),
        ([pack_code(number) for number in (1, 2, 3)], PackNotWanted),
        (["89990009999999999999"], UnknownCode),
    ):
        with pytest.raises(refusal), session.begin_nested():
            disposal.submit(session, clinic, draft.reference, codes, now=NOW)
    codes = [pack_code(1), pack_code(3)]
    disposal.submit(session, clinic, draft.reference, codes, now=NOW)
    done = disposal.confirm(session, other, draft.reference, None, now=NOW)

    units = traceability.get_units(session, [pack_code(number) for number in (1, 2, 3)])
    written = Disposition.WRITTEN_OFF
    assert [units[pack_code(n)].disposition for n in (1, 2, 3)] == [
        written,
        Disposition.IN_STOCK,
        written,
    ]
    assert inventory.prove(session) == []

    because = Correction(reason="误报", second=signed_by("clinic"))
    disposal.take_back(session, other, done.reference, because, now=NOW)

    session.expire_all()
    assert {unit.disposition for unit in units.values()} == {Disposition.IN_STOCK}
    assert held_at(session, clinic.facility_id, BIN, lot) == 3 * item.units_per_pack
    assert done.state is WriteOffState.REVERSED
    assert inventory.prove(session) == []


def test_a_draft_changes_until_it_is_handed_in_and_is_refused_with_a_reason(
    session: Session, cast: Cast
) -> None:
    keeper, pharmacist = cast.actor("storekeeper"), cast.actor("pharmacist")
    item = an_item(session)
    lots = [a_lot(session, item, number) for number in ("A1", "B2")]
    for lot in lots:
        stocked(session, keeper, lot, 50)
    draft = proposed(session, keeper, *((lot, 10) for lot in lots))
    first, second = disposal.lines_of(session, draft)

    disposal.change(session, keeper, draft.reference, {first.id: 0, second.id: 12}, now=NOW)
    with pytest.raises(NothingWrittenOff), session.begin_nested():
        disposal.change(session, keeper, draft.reference, {second.id: 0}, now=NOW)
    disposal.submit(session, keeper, draft.reference, (), now=NOW)
    with pytest.raises(ReasonMissing), session.begin_nested():
        disposal.refuse(session, pharmacist, draft.reference, " ", now=NOW)
    buyer = cast.actor("buyer")
    with pytest.raises(Forbidden), session.begin_nested():
        disposal.confirm(session, buyer, draft.reference, None, now=NOW)
    refused = disposal.refuse(session, pharmacist, draft.reference, "数量不符", now=NOW)

    assert [line.quantity for line in queries.list_lines(session, draft.id)] == [12]
    assert (refused.state, refused.answer) == (WriteOffState.REFUSED, "数量不符")
    with pytest.raises(WriteOffStateChanged), session.begin_nested():
        disposal.withdraw(session, keeper, draft.reference, "", now=NOW)


def test_what_left_meanwhile_is_not_written_off(session: Session, cast: Cast) -> None:
    clinic, other = cast.actor("clinic"), cast.actor("clinic3")
    lot = a_lot(session, an_item(session))
    stocked(session, clinic, lot, 10)
    submitted = [handed_in(session, clinic, (lot, 6)) for _ in range(2)]
    disposal.confirm(session, other, submitted[0].reference, None, now=NOW)

    with pytest.raises(InsufficientStock), session.begin_nested():
        disposal.confirm(session, other, submitted[1].reference, None, now=NOW)

    session.refresh(submitted[1])
    assert submitted[1].state is WriteOffState.SUBMITTED


def test_a_proposal_that_makes_no_sense_is_refused(session: Session, cast: Cast) -> None:
    clinic, village = cast.actor("clinic"), cast.actor("village")
    lot = a_lot(session, an_item(session))
    stocked(session, clinic, lot, 10)
    stocked(session, village, lot, 10)
    mine, theirs = balance_of(session, clinic, lot), balance_of(session, village, lot)

    def refused(refusal: type[Exception], reason: LossReason, quantities: dict[int, int]) -> None:
        proposal = Proposal(reason=reason, quantities=quantities)
        with pytest.raises(refusal), session.begin_nested():
            disposal.propose(session, clinic, proposal, now=NOW)

    refused(NothingWrittenOff, LossReason.EXPIRED, {})
    refused(LossReasonNeeded, LossReason.OTHER, {mine: 1})
    refused(GoodsOfSeveralFacilities, LossReason.EXPIRED, {mine: 1, theirs: 1})
    proposal = Proposal(reason=LossReason.EXPIRED, quantities={mine: 1})
    with pytest.raises(NotFound), session.begin_nested():
        disposal.propose(session, cast.actor("outsider"), proposal, now=NOW)


def test_goods_that_may_have_to_go_are_listed(session: Session, cast: Cast) -> None:
    clinic = cast.actor("clinic")
    item = an_item(session)
    old, fresh = a_lot(session, item, "OLD", expires=EXPIRED), a_lot(session, item, "NEW")
    stocked(session, clinic, old, 5)
    stocked(session, clinic, fresh, 7)
    today = local_day(NOW)

    def found(wanted: GoodsFilter) -> list[tuple[str, int]]:
        rows = queries.list_goods(session, clinic, wanted, 50, today=today)
        return [(row.lot_number, row.free) for row in rows]

    assert found(GoodsFilter()) == [("OLD", 5)]
    assert found(GoodsFilter(which=Which.ANY, text="new")) == [("NEW", 7)]
    assert found(GoodsFilter(which=Which.SET_APART)) == []
    assert found(GoodsFilter(lot_id=fresh.id)) == [("NEW", 7)]


def test_one_who_confirmed_may_undo_with_a_colleague_only(session: Session, cast: Cast) -> None:
    clinic, other = cast.actor("clinic"), cast.actor("clinic3")
    lot = a_lot(session, an_item(session))
    stocked(session, clinic, lot, 10)
    done = written_off(session, (clinic, other), (lot, 6))

    with pytest.raises(SignerNeeded), session.begin_nested():
        disposal.take_back(session, other, done.reference, Correction(reason="误报"), now=NOW)
    with pytest.raises(ReasonMissing), session.begin_nested():
        disposal.take_back(session, other, done.reference, Correction(reason=""), now=NOW)
    because = Correction(reason="误报", second=signed_by("clinic"))
    disposal.take_back(session, other, done.reference, because, now=NOW)

    assert held_at(session, clinic.facility_id, BIN, lot) == 10
    assert inventory.prove(session) == []
