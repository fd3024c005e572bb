from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from app.fulfilment import service as fulfilment
from app.fulfilment.errors import NothingProposed
from app.fulfilment.models import Requisition, RequisitionLine
from app.fulfilment.rules import Source
from app.fulfilment.service import NewRequisition
from app.inventory import service as inventory
from app.kernel.errors import NotFound
from app.notices import service as notices
from app.notices.models import Notice
from app.notices.rules import NoticeKind
from app.notices.service import News
from app.replenishment import service as replenishment
from app.replenishment.errors import LimitsReversed
from app.replenishment.models import ItemPlan, StockAlert
from app.replenishment.rules import AlertKind
from app.replenishment.service import HandLimits, OnTheWay
from app.traceability.models import LotHold
from tests.factories.cast import Cast
from tests.factories.planning import a_night, a_past, plan_of
from tests.factories.requisitions import a_submitted_requisition, an_approved_requisition
from tests.factories.stock import NOW, a_lot, an_item, stocked
from tests.racing import at_once

TODAY = date(2026, 11, 23)


def alerts(session: Session, kind: AlertKind) -> list[tuple[int, int, int, int]]:
    rows = session.execute(
        select(StockAlert.facility_id, StockAlert.urgency, StockAlert.quantity, StockAlert.at_risk)
        .where(StockAlert.kind == kind)
        .order_by(StockAlert.facility_id, StockAlert.item_id, StockAlert.lot_id)
    )
    return [(*row,) for row in rows]


def told(session: Session, cast: Cast, username: str) -> dict[NoticeKind, tuple[int, int]]:
    rows = session.scalars(
        select(Notice)
        .where(Notice.user_id == cast.actor(username).user_id, Notice.read_at.is_(None))
        .execution_options(populate_existing=True)
    )
    return {row.kind: (row.fresh, row.total) for row in rows}


def test_steady_use_is_kept_for_the_lead_time_and_the_cycle(session: Session, cast: Cast) -> None:
    clinic, item = cast.actor("clinic"), an_item(session)
    a_past(session, clinic, item, weekly=70, left=8)

    a_night(session, cast)

    plan = plan_of(session, cast.yudu.id, item)
    assert (plan.lead_days, plan.cycle_days) == (1, 28)
    assert plan.per_month == pytest.approx(300, abs=2)
    assert (plan.minimum, plan.maximum) == (10 + plan.safety, 290 + plan.safety)
    assert plan.wape == 0
    assert plan.proposed == 288
    assert plan.usable == 8


def test_a_repeated_night_changes_nothing(session: Session, cast: Cast) -> None:
    item = an_item(session)
    a_past(session, cast.actor("clinic"), item, weekly=70, left=5)
    a_night(session, cast)
    before = (plan_of(session, cast.yudu.id, item).proposed, told(session, cast, "clinic"))

    a_night(session, cast)

    assert (plan_of(session, cast.yudu.id, item).proposed, told(session, cast, "clinic")) == before


def test_what_is_coming_or_asked_for_is_not_proposed_again(session: Session, cast: Cast) -> None:
    approved, asked = an_item(session), an_item(session, "纱布")
    for item in (approved, asked):
        a_past(session, cast.actor("clinic"), item, weekly=70, left=5)
        stocked(session, cast.actor("storekeeper"), a_lot(session, item, "C"), 2400)
    an_approved_requisition(session, cast, {approved: 240})
    a_submitted_requisition(session, cast, {asked: 240})

    a_night(session, cast)

    found = plan_of(session, cast.yudu.id, approved)
    assert (found.coming, found.asked, found.proposed) == (240, 0, 0)
    found = plan_of(session, cast.yudu.id, asked)
    assert (found.coming, found.asked, found.proposed) == (0, 240, 0)


def test_proposals_become_a_draft_with_one_click_and_once(session: Session, cast: Cast) -> None:
    clinic, item = cast.actor("clinic"), an_item(session)
    a_past(session, clinic, item, weekly=70, left=0)
    a_night(session, cast)
    proposed = plan_of(session, cast.yudu.id, item).proposed
    request = NewRequisition(facility_id=cast.yudu.id, source=Source.PROPOSAL)

    draft = fulfilment.create(session, clinic, request, now=NOW)

    lines = session.scalars(
        select(RequisitionLine).where(RequisitionLine.requisition_id == draft.id)
    ).all()
    assert [(line.item_id, line.asked) for line in lines] == [(item.id, proposed)]
    assert lines[0].arithmetic["plan"]["maximum"] == plan_of(session, cast.yudu.id, item).maximum
    with pytest.raises(NothingProposed):
        fulfilment.create(session, clinic, request, now=NOW)
    with pytest.raises(NotFound):
        fulfilment.create(session, cast.actor("outsider"), request, now=NOW)
    a_night(session, cast)
    assert plan_of(session, cast.yudu.id, item).proposed == 0


def test_of_two_people_who_take_the_proposals_one_gets_them(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    clinic = racing_cast.actor("clinic")
    with rivals.begin() as session:
        a_past(session, clinic, an_item(session), weekly=70, left=0)
        a_night(session, racing_cast)
    request = NewRequisition(facility_id=clinic.facility_id, source=Source.PROPOSAL)

    def take() -> int:
        try:
            with rivals.begin() as session:
                fulfilment.create(session, clinic, request, now=NOW)
        except NothingProposed:
            return 0
        return 1

    assert sum(at_once(take, rivals=6)) == 1
    with rivals() as session:
        assert len(session.scalars(select(Requisition)).all()) == 1


def test_reading_first_and_noting_later_gives_them_to_both(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    """The naive control: without the row locks the race above is lost."""
    clinic = racing_cast.actor("clinic")
    with rivals.begin() as session:
        a_past(session, clinic, an_item(session), weekly=70, left=0)
        a_night(session, racing_cast)
    both_have_read = Barrier(2)

    def take() -> int:
        with rivals.begin() as session:
            found = session.scalars(select(ItemPlan.item_id).where(ItemPlan.proposed > 0)).all()
            both_have_read.wait(timeout=10)
            session.execute(update(ItemPlan).values(proposed=0))
            return len(found)

    assert at_once(take, rivals=2) == [1, 1]


def test_limits_by_hand_win_survive_the_night_and_can_be_taken_back(
    session: Session, cast: Cast
) -> None:
    clinic, item = cast.actor("clinic"), an_item(session)
    a_past(session, clinic, item, weekly=70, left=200)
    a_night(session, cast)
    asked = HandLimits(
        facility_id=cast.yudu.id, item_id=item.id, minimum=240, maximum=480, reason="流感季备货"
    )

    replenishment.set_limits(session, clinic, asked, now=NOW)
    session.flush()
    a_night(session, cast)

    plan = plan_of(session, cast.yudu.id, item)
    assert (plan.set_minimum, plan.set_maximum, plan.proposed) == (240, 480, 288)
    kept = replenishment.kept_limits(session, cast.yudu.id, [item.id])[item.id]
    assert (kept.minimum, kept.maximum, kept.by_hand) == (240, 480, True)
    replenishment.clear_limits(session, clinic, (cast.yudu.id, item.id), now=NOW)
    session.flush()
    a_night(session, cast)
    assert plan_of(session, cast.yudu.id, item).proposed == 0


def test_who_may_not_set_limits_and_which_make_no_sense(session: Session, cast: Cast) -> None:
    clinic, item = cast.actor("clinic"), an_item(session)
    a_past(session, clinic, item, weekly=70, left=0)
    a_night(session, cast)
    asked = HandLimits(
        facility_id=cast.yudu.id, item_id=item.id, minimum=1, maximum=2, reason="备货"
    )

    with pytest.raises(LimitsReversed):
        replenishment.set_limits(session, clinic, replace(asked, minimum=3), now=NOW)
    with pytest.raises(NotFound):
        replenishment.set_limits(session, cast.actor("outsider"), asked, now=NOW)
    elsewhere = replace(asked, item_id=an_item(session, "棉签").id)
    with pytest.raises(NotFound):
        replenishment.set_limits(session, clinic, elsewhere, now=NOW)


def test_the_centre_plans_for_the_use_of_all_and_counts_what_they_lack(
    session: Session, cast: Cast
) -> None:
    item = an_item(session)
    for username in ("clinic", "clinic2"):
        a_past(session, cast.actor(username), item, weekly=70, left=0)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item, "C"), 240)

    a_night(session, cast)
    session.flush()
    need = replenishment.needs(session, OnTheWay(on_order={item.id: 48}), today=TODAY)[0]

    lacking = sum(plan_of(session, site.id, item).proposed for site in (cast.yudu, cast.yanchang))
    assert need.per_month == pytest.approx(600, abs=2)
    assert (need.stock.available, need.stock.on_order, need.lacking) == (240, 48, lacking)
    assert need.quantity == -(-(need.keep + lacking - 288) // 24) * 24
    assert need.urgent
    assert plan_of(session, cast.central.id, item).proposed == 0


def test_lots_near_their_expiry_say_what_will_be_left(session: Session, cast: Cast) -> None:
    clinic, item = cast.actor("clinic"), an_item(session)
    a_past(session, clinic, item, weekly=70, left=10)
    for number, days, quantity in (("N1", 20, 100), ("N2", 80, 900), ("N3", 400, 50)):
        lot = a_lot(session, item, number, expires=TODAY + timedelta(days=days))
        stocked(session, clinic, lot, quantity)
    idle = an_item(session, "棉签")
    stocked(session, clinic, a_lot(session, idle, "E", expires=TODAY - timedelta(days=1)), 5)

    a_night(session, cast)

    per_month = plan_of(session, cast.yudu.id, item).per_month
    left = 1000 - per_month * 80 // 30
    assert alerts(session, AlertKind.NEAR_EXPIRY) == [
        (cast.yudu.id, 4, 100, 0),
        (cast.yudu.id, 3, 900, left),
        (cast.yudu.id, 5, 5, 5),
    ]


def test_people_are_told_once_and_again_only_when_it_gets_worse(
    session: Session, cast: Cast
) -> None:
    clinic, item = cast.actor("clinic"), an_item(session)
    lot = a_lot(session, item, "N1", expires=TODAY + timedelta(days=100))
    stocked(session, clinic, lot, 100)
    replenishment.raise_alerts(session, now=NOW)
    assert told(session, cast, "clinic")[NoticeKind.NEAR_EXPIRY] == (1, 1)
    assert NoticeKind.NEAR_EXPIRY not in told(session, cast, "clinic2")
    assert notices.mark_all_read(session, clinic, now=NOW) == 1

    replenishment.raise_alerts(session, now=NOW + timedelta(days=1))
    assert told(session, cast, "clinic") == {}

    replenishment.raise_alerts(session, now=NOW + timedelta(days=20))
    assert told(session, cast, "clinic")[NoticeKind.NEAR_EXPIRY] == (1, 1)


def test_a_list_forgets_what_was_mended(session: Session, cast: Cast) -> None:
    clinic, item = cast.actor("clinic"), an_item(session)
    lot = a_lot(session, item, "N1", expires=TODAY + timedelta(days=100))
    stocked(session, clinic, lot, 100)
    replenishment.raise_alerts(session, now=NOW)

    inventory.freeze_lot(
        session, cast.actor("quality"), lot.id, (LotHold.QUALITY, "性状异常"), now=NOW
    )
    replenishment.raise_alerts(session, now=NOW)

    assert alerts(session, AlertKind.NEAR_EXPIRY) == []


def test_low_and_over_stock_are_told_to_the_health_centre_for_its_villages(
    session: Session, cast: Cast
) -> None:
    village = cast.actor("village")
    low, over = an_item(session), an_item(session, "纱布")
    a_past(session, village, low, weekly=70, left=0)
    a_past(session, village, over, weekly=7, left=2000)

    a_night(session, cast)

    assert (cast.village.id, 2, 0, 0) in alerts(session, AlertKind.LOW_STOCK)
    maximum = plan_of(session, cast.village.id, over).maximum
    assert alerts(session, AlertKind.OVER_STOCK) == [(cast.village.id, 2, 2000, 2000 - maximum)]
    for username in ("village", "clinic"):
        assert told(session, cast, username) == {
            NoticeKind.LOW_STOCK: (1, 1),
            NoticeKind.OVER_STOCK: (1, 1),
            NoticeKind.PROPOSALS: (1, 1),
        }
    assert set(told(session, cast, "pharmacist")) == {NoticeKind.LOW_STOCK}
    assert told(session, cast, "clinic2") == {}


def test_unread_news_of_a_kind_is_one_notice_however_often_it_is_pushed(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    def push() -> int:
        with rivals.begin() as session:
            news = News(facility_id=racing_cast.yudu.id, fresh=1, total=3)
            return notices.push(session, NoticeKind.LOW_STOCK, [news], now=NOW)

    assert len(set(at_once(push, rivals=8))) == 1
    with rivals() as session:
        assert told(session, racing_cast, "clinic") == {NoticeKind.LOW_STOCK: (8, 3)}


def test_a_notice_belongs_to_its_reader(session: Session, cast: Cast) -> None:
    news = News(facility_id=cast.yudu.id, fresh=1, total=1)
    notices.push(session, NoticeKind.LOW_STOCK, [news], now=NOW)
    assert notices.push(session, NoticeKind.LOW_STOCK, [], now=NOW) == 0
    reader = cast.actor("clinic").user_id
    notice = session.scalars(select(Notice).where(Notice.user_id == reader)).one()

    with pytest.raises(NotFound):
        notices.mark_read(session, cast.actor("clinic2"), notice.id, now=NOW)
    notices.mark_read(session, cast.actor("clinic"), notice.id, now=NOW)

    assert notices.count_unread(session, cast.actor("clinic").user_id) == 0
