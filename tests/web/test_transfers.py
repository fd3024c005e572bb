import pytest
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory import service as inventory
from app.kernel import clock
from app.transfers import service as transfers
from app.transfers.rules import Inspected, ReturnReason, TransferKind
from app.transfers.service import Approval, Ask, HandOver, Receipt, Wish
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.stock import a_lot, an_item, stocked
from tests.factories.transfers import contents


@pytest.fixture
def item(session: Session, cast: Cast) -> Item:
    """A hundred boxes at Yanchang, ten at Yudu."""
    made = an_item(session)
    for name, quantity in (("clinic2", 2_400), ("clinic", 240)):
        stocked(session, cast.actor(name), a_lot(session, made), quantity, now=clock.now())
    session.commit()
    return made


def asked(client_as: ClientAs, cast: Cast, item: Item, **more: object) -> str:
    form = {"holder_id": cast.yanchang.id, "item_id": item.id, "packs": 10, "loose": 0, **more}
    answer = client_as("clinic").post("/transfers", data=form)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].rsplit("/", 1)[1]


def test_a_transfer_goes_round_by_pages(
    client_as: ClientAs, session: Session, cast: Cast, item: Item
) -> None:
    clinic, holder = client_as("clinic"), client_as("clinic2")
    preset = clinic.get(f"/transfers/new?item_id={item.id}&holder_id={cast.yanchang.id}").text
    reference = asked(client_as, cast, item)
    page = f"/transfers/{reference}"
    shown = holder.get(f"/api/v1{page}").json
    assert shown is not None
    line = shown["lines"][0]["id"]

    granted = holder.post(f"{page}/approval", data={"line_id": [line], "quantity": [200]})
    picks = holder.get(page).text
    handed = holder.post(
        f"{page}/hand-over", data={"carrier": "王师傅", "line_id": [line], "quantity": [200]}
    )
    waiting = clinic.get(page).text
    shown = clinic.get(f"/api/v1{page}").json
    assert shown is not None
    content = shown["contents"][0]["id"]
    arrived = {"content_id": [content], "usable": [190], "quarantine": [0], "damaged": [4]}
    received = clinic.post(f"{page}/receipt", data=arrived)
    again = clinic.post(f"{page}/receipt", data=arrived)
    told = {"content_id": content, "whereabouts": "not_sent", "reason": "留在货架"}
    settled = holder.post(f"{page}/settlement", data=told)

    assert f'value="{cast.yanchang.id}" checked' in preset
    assert "药房货架" in picks
    assert f'value="{content}"' in waiting
    assert [granted.status_code, handed.status_code, received.status_code] == [302] * 3
    assert (again.status_code, settled.status_code) == (409, 302)
    done = clinic.get(f"/api/v1{page}").json
    assert done is not None
    assert done["transfer"]["state"] == "closed"
    assert clinic.get(f"{page}/note.pdf").data[:4] == b"%PDF"
    session.expire_all()
    assert inventory.prove(session) == []


def test_others_do_not_find_it_and_may_not_touch_it(
    client_as: ClientAs, cast: Cast, item: Item
) -> None:
    reference = asked(client_as, cast, item)
    outsider = client_as("outsider")

    for path in ("", "/note.pdf"):
        assert outsider.get(f"/transfers/{reference}{path}").status_code == 404
    assert outsider.get(f"/api/v1/transfers/{reference}").status_code == 404
    for step, form in (
        ("approval", {}),
        ("refusal", {"reason": "x"}),
        ("cancel", {"reason": "x"}),
        ("hand-over", {"carrier": "x"}),
        ("receipt", {}),
    ):
        for name in ("outsider", "storekeeper"):
            answer = client_as(name).post(f"/transfers/{reference}/{step}", data=form)
            assert answer.status_code == 404, step
    assert reference not in outsider.get("/transfers").text
    assert client_as("director").get(f"/transfers/{reference}").status_code == 200
    assert client_as("driver").get("/transfers").status_code == 403


def test_a_loan_is_asked_for_granted_and_given_back(
    client_as: ClientAs, cast: Cast, item: Item
) -> None:
    clinic, lender = client_as("clinic"), client_as("clinic2")
    no_date = clinic.post(
        "/transfers",
        data={"holder_id": cast.yanchang.id, "item_id": item.id, "packs": 1, "kind": "loan"},
    )
    due = (clock.now().date()).replace(year=2099).isoformat()
    reference = asked(client_as, cast, item, kind="loan", due_on=due)
    lender.post(f"/transfers/{reference}/approval", data={})
    lender.post(f"/transfers/{reference}/hand-over", data={"carrier": "自取"})
    clinic.post(f"/transfers/{reference}/receipt", data={})
    loans = clinic.get("/api/v1/transfers/loans").json
    assert loans is not None
    line = loans["rows"][0]["line_id"]
    back = clinic.post(
        f"/transfers/{reference}/give-back", data={"line_id": [line], "quantity": [240]}
    )

    assert no_date.status_code == 422
    assert loans["rows"][0]["open"] == 240
    assert "2099" in clinic.get("/transfers/loans").text
    assert "/transfers/HJ-" in back.headers["Location"]


def test_goods_are_offered_to_the_centre_lot_by_lot(
    client_as: ClientAs, session: Session, cast: Cast, item: Item
) -> None:
    clinic = client_as("clinic")
    page = clinic.get("/transfers/return").text
    lot = a_lot(session, item)

    offered = clinic.post(
        "/transfers/return",
        data={
            "return_reason": "surplus",
            "item_id": [item.id],
            "lot_id": [lot.id],
            "condition": ["usable"],
            "quantity": ["24"],
        },
    )
    nothing = clinic.post(
        "/transfers/return",
        data={
            "return_reason": "surplus",
            "item_id": [item.id],
            "lot_id": [lot.id],
            "condition": ["usable"],
            "quantity": [""],
        },
    )

    assert lot.lot_number in page
    assert "/transfers/TK-" in offered.headers["Location"]
    assert nothing.status_code == 422
    assert client_as("pharmacist").get(offered.headers["Location"]).status_code == 200


def test_a_program_asks_once_under_one_key(client_as: ClientAs, cast: Cast, item: Item) -> None:
    clinic = client_as("clinic")
    body = {
        "other_id": cast.yanchang.id,
        "wishes": [{"item_id": item.id, "quantity": 24}],
    }
    first, second = (
        clinic.post("/api/v1/transfers", json=body, headers={"Idempotency-Key": "one"})
        for _ in range(2)
    )

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.data == second.data
    rows = clinic.get("/api/v1/transfers").json
    assert rows is not None
    assert len(rows["rows"]) == 1
    assert client_as("pharmacist").get("/transfers/pull-back").status_code == 200


def test_goods_that_came_back_lead_on_to_a_write_off_or_their_supplier(
    client_as: ClientAs, session: Session, cast: Cast, item: Item
) -> None:
    clinic, keeper = cast.actor("clinic"), cast.actor("storekeeper")
    lot = a_lot(session, item)
    request = Ask(
        kind=TransferKind.RETURN,
        sender_id=clinic.facility_id,
        receiver_id=keeper.facility_id,
        asked_by_id=clinic.facility_id,
        wishes=[Wish(item_id=item.id, quantity=24, lot_id=lot.id)],
        return_reason=ReturnReason.NEAR_EXPIRY,
    )
    back = transfers.ask(session, clinic, request, now=clock.now())
    transfers.approve(session, keeper, Approval(reference=back.reference), now=clock.now())
    handed = HandOver(reference=back.reference, carrier="王师傅")
    transfers.hand_over(session, clinic, handed, None, now=clock.now())
    (content,) = contents(session, back)
    arrived = {content: Inspected(usable=24)}
    receipt = Receipt(reference=back.reference, inspected=arrived)
    transfers.receive(session, keeper, receipt, None, now=clock.now())
    session.commit()

    page = client_as("storekeeper").get(f"/transfers/{back.reference}").text

    assert f"/write-offs/new?lot_id={lot.id}&amp;origin={back.reference}" in page
    assert f"/supplier-returns/new?lot_id={lot.id}&amp;origin={back.reference}" in page
    assert f"/write-offs?origin={back.reference}" in page
    offered = client_as("storekeeper").get(f"/write-offs/new?lot_id={lot.id}").text
    assert 'name="quantity" value="24"' in offered
