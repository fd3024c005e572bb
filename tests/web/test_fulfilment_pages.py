"""One requisition walked through the pages, by the people whose pages they are."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.catalogue.models import Item, SpecialClass
from app.fulfilment import service
from app.fulfilment.models import Requisition
from app.fulfilment.rules import RequisitionState, ToteState
from tests.factories.cast import PASSWORD, Cast
from tests.factories.requisitions import (
    a_draft,
    a_sealed_tote,
    a_submitted_requisition,
    an_approved_requisition,
    handed_over,
    loaded,
    state_of,
    task_of,
    totes_of,
)
from tests.factories.stock import NOW, a_lot, an_item, stocked
from tests.queries import QueryCount

ClientAs = Callable[[str | None], FlaskClient]


@pytest.fixture
def item(session: Session, cast: Cast) -> Item:
    item = an_item(session)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 4800)
    session.commit()
    return item


def text_of(client: FlaskClient, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    return response.get_data(as_text=True)


def test_the_arithmetic_of_a_line_is_fetched_when_somebody_asks(
    session: Session, cast: Cast, item: Item, client_as: ClientAs
) -> None:
    draft = a_draft(session, cast, {item: 240})
    session.commit()
    where = f"/requisitions/{draft.reference}/lines/1/arithmetic"
    page = text_of(client_as("clinic"), f"/requisitions/{draft.reference}")

    assert f'hx-get="{where}"' in page
    assert "库存上限" in text_of(client_as("clinic"), where)
    assert client_as("clinic").get(where.replace("/1/", "/2/")).status_code == 404
    assert client_as("outsider").get(where).status_code == 404


def test_a_clinic_writes_saves_and_submits_a_requisition(
    session: Session, item: Item, client_as: ClientAs
) -> None:
    clinic = client_as("clinic")
    assert "渔渡镇红岩村卫生室" in text_of(clinic, "/requisitions/new")
    started = clinic.post("/requisitions", data={"facility": "T001", "source": "empty"})
    where = started.headers["Location"]
    assert "草稿" in text_of(clinic, where)

    hits = clinic.get(f"{where}/items?q=amx", headers={"HX-Request": "true"})
    assert item.code in hits.get_data(as_text=True)
    added = clinic.post(f"{where}/items", data={"item": item.code}, headers={"HX-Request": "true"})
    assert 'hx-swap-oob="true"' in added.get_data(as_text=True)
    revision = re.search(r'name="revision" value="(\d+)"', added.get_data(as_text=True))
    assert revision is not None
    sent = clinic.post(
        where,
        data={"revision": revision[1], "item": [item.code], "packs": ["10"], "then": "submit"},
    )

    assert sent.status_code == 302
    page = text_of(clinic, where)
    assert "待审批" in page
    assert "10 盒" in page


def test_an_edit_of_an_older_revision_is_told(
    session: Session, cast: Cast, item: Item, client_as: ClientAs
) -> None:
    draft = a_draft(session, cast, {item: 24})
    session.commit()
    data = {"revision": draft.revision + 7, "item": [item.code], "packs": ["3"]}

    answer = client_as("clinic").post(f"/requisitions/{draft.reference}", data=data)

    assert answer.status_code == 409
    assert "他人已保存此草稿" in answer.get_data(as_text=True)


def test_a_pharmacist_decides_line_by_line(
    session: Session, cast: Cast, item: Item, client_as: ClientAs
) -> None:
    requisition = a_submitted_requisition(session, cast, {item: 240})
    session.commit()
    pharmacist = client_as("pharmacist")
    assert requisition.reference in text_of(pharmacist, "/approvals")
    assert "A1" in text_of(pharmacist, f"/approvals/{requisition.reference}")

    data = {
        "item": item.code,
        "decision": "cut",
        "packs": "4",
        "reason": "rationed",
        "text": "下周补足",
        "substitute": "",
        "lot": "",
        "lot_reason": "",
        "lot_text": "",
        "answer": "",
    }
    answer = pharmacist.post(f"/approvals/{requisition.reference}", data=data)

    assert answer.status_code == 302
    clinic_page = text_of(client_as("clinic"), f"/requisitions/{requisition.reference}")
    assert "限量分配" in clinic_page
    assert "下周补足" in clinic_page


def test_controlled_medicines_ask_for_the_second_persons_password(
    session: Session, cast: Cast, client_as: ClientAs
) -> None:
    morphine = an_item(session, "盐酸吗啡注射液", special=SpecialClass.NARCOTIC)
    stocked(session, cast.actor("storekeeper"), a_lot(session, morphine), 240)
    requisition = a_submitted_requisition(session, cast, {morphine: 24})
    session.commit()
    pharmacist = client_as("pharmacist")
    assert "双人复核" in text_of(pharmacist, f"/approvals/{requisition.reference}")
    data = {
        "item": morphine.code,
        "decision": "full",
        "packs": "1",
        "reason": "",
        "text": "",
        "substitute": "",
        "lot": "",
        "lot_reason": "",
        "lot_text": "",
        "answer": "",
    }

    alone = pharmacist.post(f"/approvals/{requisition.reference}", data=data)
    together = pharmacist.post(
        f"/approvals/{requisition.reference}",
        data={**data, "username": "quality", "password": PASSWORD},
    )

    assert alone.status_code == 403
    assert together.status_code == 302
    assert state_of(session, requisition) is RequisitionState.APPROVED


def test_a_storekeeper_picks_checks_and_seals(
    session: Session, cast: Cast, item: Item, client_as: ClientAs
) -> None:
    requisition = an_approved_requisition(session, cast, {item: 240})
    task = task_of(session, requisition)
    session.commit()
    storekeeper = client_as("storekeeper")
    assert task.reference in text_of(storekeeper, "/picking")
    where = f"/picking/{task.reference}"
    assert "药房货架" in text_of(storekeeper, where)

    wrong = storekeeper.post(f"{where}/lines/1", data={"lot": "B9", "quantity": "240"})
    right = storekeeper.post(f"{where}/lines/1", data={"lot": "a1", "quantity": "240"})
    assert (wrong.status_code, right.status_code) == (422, 302)
    assert storekeeper.post(f"{where}/finish").status_code == 302
    (tote,) = totes_of(session, requisition)
    assert tote.code in text_of(storekeeper, "/totes")
    page = text_of(storekeeper, f"/totes/{tote.code}")
    assert "复核" in page
    assert "240" not in re.sub(r"<nav.*?</nav>", "", page, flags=re.DOTALL).replace("20240", "")
    counts = {"item": item.code, "lot": "A1"}
    off = storekeeper.post(f"/totes/{tote.code}/check", data={**counts, "counted": "239"})
    equal = storekeeper.post(f"/totes/{tote.code}/check", data={**counts, "counted": "240"})
    assert (off.status_code, equal.status_code) == (409, 302)
    assert storekeeper.post(f"/totes/{tote.code}/seal").status_code == 302

    assert tote.code in text_of(storekeeper, f"/totes/{tote.code}/label")
    assert "随货同行单" in text_of(
        storekeeper, f"/requisitions/{requisition.reference}/delivery-note"
    )
    for path in (
        f"/totes/{tote.code}/label.pdf",
        f"/requisitions/{requisition.reference}/delivery-note.pdf",
    ):
        assert storekeeper.get(path).data.startswith(b"%PDF-")


def test_a_short_pick_is_shown_to_the_clinic(
    session: Session, cast: Cast, item: Item, client_as: ClientAs
) -> None:
    requisition = an_approved_requisition(session, cast, {item: 240})
    task = task_of(session, requisition)
    session.commit()
    storekeeper = client_as("storekeeper")

    answer = storekeeper.post(
        f"/picking/{task.reference}/lines/1/short", data={"reason": "not_found"}
    )

    assert answer.status_code == 302
    assert "缺 10 盒" in text_of(client_as("clinic"), f"/requisitions/{requisition.reference}")


def test_a_clinic_confirms_in_part_and_the_centre_settles_the_rest(
    session: Session, cast: Cast, item: Item, client_as: ClientAs
) -> None:
    tote = a_sealed_tote(session, cast, {item: 240})
    handed_over(session, cast, tote)
    session.commit()
    clinic = client_as("clinic")
    assert tote.code in text_of(clinic, "/receipts")
    assert "240" in text_of(clinic, f"/receipts/{tote.code}")

    answer = clinic.post(
        f"/receipts/{tote.code}", data={"position": "1", "received": "216", "notes": "少一盒"}
    )
    assert answer.status_code == 302
    assert "已签收" in text_of(clinic, f"/receipts/{tote.code}")
    listed = text_of(client_as("pharmacist"), "/discrepancies")
    reference = re.search(r"DC-\d{8}-\d{4}", listed)
    assert reference is not None
    path = f"/discrepancies/{reference[0]}"
    by_clinic = clinic.post(path, data={"resolution": "lost", "reason": "丢了"})
    by_centre = client_as("pharmacist").post(path, data={"resolution": "lost", "reason": "丢了"})

    assert (by_clinic.status_code, by_centre.status_code) == (404, 302)
    assert "丢失" in text_of(clinic, path)


def test_an_outsider_finds_none_of_it(
    session: Session, cast: Cast, item: Item, client_as: ClientAs
) -> None:
    tote = a_sealed_tote(session, cast, {item: 240})
    requisition = session.get_one(Requisition, tote.requisition_id)
    session.commit()
    outsider = client_as("outsider")
    reference = requisition.reference

    for path in (
        f"/requisitions/{reference}",
        f"/requisitions/{reference}/items",
        f"/requisitions/{reference}/delivery-note",
        f"/requisitions/{reference}/delivery-note.pdf",
        f"/receipts/{tote.code}",
    ):
        assert outsider.get(path).status_code == 404, path
    for path in (f"/requisitions/{reference}/cancel", f"/receipts/{tote.code}"):
        assert outsider.post(path, data={}).status_code == 404, path
    assert reference not in text_of(outsider, "/requisitions")
    assert tote.code not in text_of(outsider, "/receipts")


@pytest.mark.parametrize("path", ["/approvals", "/picking", "/totes"])
def test_clinics_do_not_see_the_centres_pages(cast: Cast, client_as: ClientAs, path: str) -> None:
    assert client_as("clinic").get(path).status_code == 403


LISTS = [
    ("clinic", "/requisitions"),
    ("pharmacist", "/approvals"),
    ("storekeeper", "/picking"),
    ("storekeeper", "/totes?state=sealed"),
    ("clinic", "/receipts"),
    ("clinic", "/discrepancies"),
]


def test_no_list_asks_once_per_row(
    session: Session,
    cast: Cast,
    item: Item,
    client_as: ClientAs,
    count_queries: Callable[[], QueryCount],
) -> None:
    for _ in range(3):
        a_sealed_tote(session, cast, {item: 24})
        a_submitted_requisition(session, cast, {item: 24})
        an_approved_requisition(session, cast, {item: 24})
    session.commit()

    for user, path in LISTS:
        client = client_as(user)
        with count_queries() as queries:
            text_of(client, path)

        assert queries.count <= 8, (path, queries.statements)


def test_a_returned_tote_goes_out_again(
    session: Session, cast: Cast, item: Item, client_as: ClientAs
) -> None:
    tote = a_sealed_tote(session, cast, {item: 24})
    loaded(session, cast, tote)
    now, driver = NOW, cast.actor("driver")
    service.return_tote(session, driver, tote.code, "关门", "k", happening_time=now, now=now)
    session.commit()
    storekeeper = client_as("storekeeper")
    assert "关门" in text_of(storekeeper, f"/totes/{tote.code}")

    assert storekeeper.post(f"/totes/{tote.code}/release").status_code == 302

    session.refresh(tote)
    assert tote.state is ToteState.SEALED


def test_the_goods_of_a_returned_tote_go_back_to_their_bins(
    session: Session, cast: Cast, item: Item, client_as: ClientAs
) -> None:
    tote = loaded(session, cast, a_sealed_tote(session, cast, {item: 48}))
    driver = cast.actor("driver")
    service.return_tote(session, driver, tote.code, "关门", "b-1", happening_time=NOW, now=NOW)
    session.commit()
    keeper, reason = client_as("storekeeper"), {"reason": "停诊一周"}
    assert "拆箱回库" in text_of(keeper, f"/totes/{tote.code}")

    assert keeper.post(f"/totes/{tote.code}/dissolve", data={"reason": ""}).status_code == 422
    assert client_as("clinic").post(f"/totes/{tote.code}/dissolve", data=reason).status_code == 403
    assert client_as("outsider").post(f"/totes/{tote.code}/dissolve", data=reason).status_code in {
        403,
        404,
    }
    assert keeper.post(f"/totes/{tote.code}/dissolve", data=reason).status_code == 302

    assert "已拆箱" in text_of(keeper, f"/totes/{tote.code}")
    again = keeper.post(f"/api/v1/totes/{tote.code}/dissolve", json=reason)
    assert (again.status_code, again.get_json()["code"]) == (409, "already-done")
