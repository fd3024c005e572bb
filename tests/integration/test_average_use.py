"""The average of every screen, against a day-by-day replay that knows nothing of its queries."""

import math
from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.dispensing import service as dispensing
from app.dispensing.service import ConsumeRequest, Correction, Use
from app.inventory import service as inventory
from app.inventory.models import UseTag
from app.kernel.ids import ItemId
from app.traceability.models import LotHold
from tests.factories.cast import Cast
from tests.factories.stock import NOW, a_lot, an_item, stocked

TODAY = date(2026, 11, 23)
DAYS = 90
START = TODAY - timedelta(days=DAYS)
SHORT_LIVED = START + timedelta(days=50)


def at(offset: int) -> datetime:
    """09:00 local, ``offset`` days after the window began."""
    return NOW - timedelta(days=DAYS - offset)


def used(session: Session, cast: Cast, item_id: ItemId, quantity: int, when: datetime) -> None:
    actor = cast.actor("clinic")
    request = ConsumeRequest(
        facility_id=actor.facility_id, uses=[Use(item_id=item_id, quantity=quantity)]
    )
    dispensing.consume(session, actor, request, now=when)


def amc_of(session: Session, cast: Cast, item_id: ItemId) -> inventory.Amc:
    facility_id = cast.actor("clinic").facility_id
    return inventory.average_consumption(session, facility_id, [item_id], today=TODAY)[item_id]


Days = st.dictionaries(
    st.integers(-5, DAYS - 1),
    st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 60)),
    max_size=12,
)
"""Day → what comes of a long-lived lot, of one that expires on day 50, and what is wanted."""


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(days=Days)
def test_the_average_is_what_a_replay_day_by_day_finds(
    session: Session, cast: Cast, days: dict[int, tuple[int, int, int]]
) -> None:
    with session.begin_nested() as undone:
        actor, item = cast.actor("clinic"), an_item(session, "纱布")
        lots = [a_lot(session, item, "L1"), a_lot(session, item, "L2", expires=SHORT_LIVED)]
        held = {date.max: 0, SHORT_LIVED: 0}
        consumed, out = [0, 0, 0], [0, 0, 0]
        for offset in range(-5, DAYS):
            day = START + timedelta(days=offset)
            before = sum(left for last, left in held.items() if last >= day)
            lasting, short_lived, wanted = days.get(offset, (0, 0, 0))
            came = [(lots[0], lasting, date.max), (lots[1], short_lived, SHORT_LIVED)]
            for lot, quantity, last in came:
                if quantity:
                    stocked(session, actor, lot, quantity, now=at(offset))
                    held[last] += quantity
            usable = sum(left for last, left in held.items() if last >= day)
            taken = min(wanted, usable)
            if taken:
                used(session, cast, item.id, taken, at(offset))
            left = taken
            for last in sorted(held):
                if last >= day:
                    part = min(left, held[last])
                    held[last], left = held[last] - part, left - part
            if offset >= 0:
                consumed[offset // 30] += taken
                out[offset // 30] += before == 0 and usable - taken == 0
        told = [(c, x) for c, x in zip(consumed, out, strict=True) if x < 30]
        total, lost = sum(c for c, _ in told), sum(x for _, x in told)
        expected = (
            math.ceil(total * 30 * len(told) / (30 * len(told) - lost) / len(told)) if total else 0
        )

        average = amc_of(session, cast, item.id)

        assert [period.stock_out_days for period in average.periods] == out
        assert [period.consumed for period in average.periods] == consumed
        assert average.amc == expected
        assert average.left_out == 3 - len(told)
        undone.rollback()


def test_a_campaign_is_no_reason_to_order_more(session: Session, cast: Cast) -> None:
    actor, item = cast.actor("clinic"), an_item(session, "纱布")
    stocked(session, actor, a_lot(session, item), 1000, now=at(0))
    used(session, cast, item.id, 30, at(80))
    campaign = ConsumeRequest(
        facility_id=actor.facility_id,
        uses=[Use(item_id=item.id, quantity=600)],
        tag=UseTag.CAMPAIGN,
    )
    document = dispensing.consume(session, actor, campaign, now=at(81))

    average = amc_of(session, cast, item.id)
    assert (average.consumed, average.one_off, average.amc) == (30, 600, 10)
    assert inventory.prove(session) == []

    dispensing.undo(session, actor, document.reference, Correction(reason="数量填错"), now=at(81))

    undone = amc_of(session, cast, item.id)
    assert (undone.consumed, undone.one_off) == (30, 0)


def test_held_goods_are_no_stock(session: Session, cast: Cast) -> None:
    actor, item = cast.actor("clinic"), an_item(session, "纱布")
    lot = a_lot(session, item)
    stocked(session, actor, lot, 10, now=at(0))
    inventory.freeze_lot(
        session, cast.actor("quality"), lot.id, (LotHold.QUALITY, "性状异常"), now=NOW
    )

    average = amc_of(session, cast, item.id)

    assert (average.left_out, average.is_known) == (3, False)
    assert inventory.arithmetic_of(average)["amc"] is None
