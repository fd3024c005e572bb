"""A storekeeper opens a sealed tote in which a lot was frozen."""

from sqlalchemy.orm import Session

from app.fulfilment import service
from app.fulfilment.service.sealing import contents_of
from app.traceability.models import LotHold
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.requisitions import a_sealed_tote
from tests.factories.stock import NOW, a_lot, an_item, stocked


def test_a_sealed_tote_with_a_frozen_lot_is_opened_on_its_page(
    session: Session, cast: Cast, client_as: ClientAs
) -> None:
    item = an_item(session)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 480)
    tote = a_sealed_tote(session, cast, {item: 48})
    keeper, reason = client_as("storekeeper"), {"reason": "批号冻结"}
    session.commit()
    page = f"/totes/{tote.code}"
    assert "重新开箱" not in keeper.get(page).text
    assert keeper.post(f"{page}/reopen", data=reason).status_code == 422
    lot_id = contents_of(session, tote)[0].lot_id
    hold = (LotHold.QUALITY, "外观异常")
    service.freeze_and_refill(session, cast.actor("quality"), lot_id, hold, now=NOW)
    session.commit()

    assert "箱内有批号不得发出" in keeper.get("/totes?state=sealed").text
    assert "已冻结或已过期" in keeper.get(page).text
    assert client_as("clinic").post(f"{page}/reopen", data=reason).status_code == 403
    opened = keeper.post(f"{page}/reopen", data=reason)

    assert (opened.status_code, "/picking/" in opened.headers["Location"]) == (302, True)
    assert opened.headers["Location"].rpartition("/")[2] in keeper.get("/picking").text
    again = keeper.post(f"/api/v1{page}/reopen", json=reason)
    assert (again.status_code, again.get_json()["code"]) == (409, "tote-state-changed")
