"""The page of the exchange: what became of each message that came, and whom calls reach."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.orm import Session

from app.demo.load import told as demo
from app.epcis.service import notifying
from app.epcis.service.notifying import Ending, Told
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.exchange import subscribed
from tests.factories.stock import NOW
from tests.queries import QueryCount


def test_a_wrong_event_is_named_and_a_subscriber_out_of_reach_is_seen(
    client_as: ClientAs, session: Session, cast: Cast
) -> None:
    demo.load_told(session, now=NOW)
    made = subscribed(session, cast.actor("storekeeper"), "all", {}, now=NOW)
    (turn,) = notifying.claim(session, 1, now=NOW)
    nothing = Told(subscription=made, events=[], rest=None, call=True)
    notifying.record(session, turn, nothing, Ending(503), now=NOW + timedelta(seconds=1))
    session.commit()
    keeper = client_as("storekeeper")

    everything = keeper.get("/event-exchange").text
    troubled = keeper.get("/event-exchange?shown=troubled").text
    clinic = client_as("clinic").get("/event-exchange").text

    assert everything.count("部分入库") == 1
    assert "3 / 3" in everything
    assert "有误事件：1 个" in troubled
    assert "bizStep" in troubled
    assert "3 / 3" not in troubled
    assert "推送未送达" in everything
    assert "已失败 1 次 · 对方返回 503" in everything
    assert "partner.example" not in clinic
    assert "还没有收到报文。" in clinic
    assert client_as("driver").get("/event-exchange").status_code == 403


def test_the_list_takes_no_statement_for_each_message(
    client_as: ClientAs, session: Session, cast: Cast, count_queries: Callable[[], QueryCount]
) -> None:
    keeper = client_as("storekeeper")
    demo.load_told(session, now=NOW)
    session.commit()
    with count_queries() as few:
        keeper.get("/event-exchange")
    for hours in range(3):
        demo.load_told(session, now=NOW + timedelta(hours=hours))
    session.commit()
    with count_queries() as many:
        keeper.get("/event-exchange")

    assert few.count == many.count
