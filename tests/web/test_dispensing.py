from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from app.catalogue.models import SpecialClass
from app.traceability.models import Lot
from tests.conftest import ClientAs
from tests.factories.cast import PASSWORD, Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.receiving import CARTON, pack_code
from tests.factories.stock import a_lot, an_item, stocked
from tests.queries import QueryCount

GIVE = "/api/v1/dispensings"


@pytest.fixture
def packs(session: Session, cast: Cast) -> Lot:
    """Three coded packs in a carton on Yudu's shelf."""
    item = an_item(session, coded=True)
    lot = packs_on_shelf(session, cast.actor("clinic"), item, packs=3, carton=CARTON)
    session.commit()
    return lot


def test_a_pack_is_given_once_and_its_life_line_says_so(client_as: ClientAs, packs: Lot) -> None:
    del packs
    client = client_as("clinic")

    first = client.post(GIVE, json={"code": pack_code(1)})
    again = client.post(GIVE, json={"code": pack_code(1)})
    life = client.get(f"/api/v1/units/{pack_code(1)}").json
    page = client.get(f"/c/{pack_code(1)}").text

    assert first.json is not None
    assert again.json is not None
    assert life is not None
    assert (first.status_code, first.json["outcome"]) == (201, "accepted")
    assert (again.status_code, again.json["code"]) == (409, "dispensed-here")
    assert "clinic 某" in again.json["detail"]
    assert [event["step"] for event in life["events"]] == ["announcing", "storing", "dispensing"]
    assert life["events"][1]["via"] == CARTON
    assert life["disposition"] == "dispensed"
    assert first.json["reference"] in page


def test_a_repeat_under_one_key_gets_the_first_answer(client_as: ClientAs, packs: Lot) -> None:
    del packs
    client = client_as("clinic")
    headers = {"Idempotency-Key": "scan-1"}

    answers = [client.post(GIVE, json={"code": pack_code(1)}, headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json


def test_part_of_a_pack_is_given_by_the_form_and_undone(client_as: ClientAs, packs: Lot) -> None:
    del packs
    client = client_as("clinic")

    given = client.post("/dispensing", data={"code": pack_code(2), "quantity": 6})
    document = given.headers["Location"]
    undone = client.post(f"{document}/undo", data={"reason": "数量有误"})
    again = client.post(f"{document}/undo", data={"reason": "数量有误"})

    assert (given.status_code, undone.status_code, again.status_code) == (302, 302, 409)
    assert "本单已撤销" in client.get(document).text
    life = client.get(f"/api/v1/units/{pack_code(2)}").json
    assert life is not None
    assert (life["consumed"], life["disposition"]) == (0, "in_stock")


@pytest.mark.parametrize(
    ("who", "status"), [("outsider", 404), ("clinic2", 404), ("director", 200), ("village", 404)]
)
def test_who_sees_a_document_and_a_code(
    client_as: ClientAs, packs: Lot, who: str, status: int
) -> None:
    del packs
    reference = (client_as("clinic").post(GIVE, json={"code": pack_code(1)}).json or {})[
        "reference"
    ]
    client = client_as(who)

    for path in (
        f"/dispensings/{reference}",
        f"/api/v1/dispensings/{reference}",
        f"/c/{pack_code(1)}",
        f"/api/v1/units/{pack_code(1)}",
    ):
        assert client.get(path).status_code == status, path


def test_an_outsider_cannot_give_or_undo(client_as: ClientAs, packs: Lot) -> None:
    del packs
    given = client_as("clinic").post(GIVE, json={"code": pack_code(1)}).json or {}
    client = client_as("outsider")

    undo = f"{GIVE}/{given['reference']}/undo"
    refused = client.post(undo, json={"reason": "x"})
    assert (refused.status_code, (refused.json or {})["rule"]) == (409, "other-site")
    assert client.post(GIVE, json={"code": pack_code(2)}).status_code == 409
    assert client_as("storekeeper").post(GIVE, json={"code": pack_code(2)}).status_code == 403


@pytest.mark.parametrize(
    "body", [{}, {"code": ""}, {"code": "x", "quantity": 0}, {"code": 7}, {"code": "x", "a": 1}]
)
def test_malformed_requests_change_nothing(
    client_as: ClientAs, packs: Lot, body: dict[str, object]
) -> None:
    del packs

    assert client_as("clinic").post(GIVE, json=body).status_code == 422


def test_use_is_recorded_by_the_village_for_itself(
    client_as: ClientAs, session: Session, cast: Cast
) -> None:
    item = an_item(session, "纱布")
    stocked(session, cast.actor("village"), a_lot(session, item), 20)
    other = an_item(session, "棉签")
    stocked(session, cast.actor("village"), a_lot(session, other), 20)
    session.commit()
    client = client_as("village")

    page = client.get("/consumption")
    form = {"item_id": [item.id, other.id], "quantity": ["3", ""], "note": ""}
    answer = client.post("/consumption", data=form)

    assert page.status_code == 200
    assert "纱布" in page.text
    assert answer.status_code == 302
    document = client.get(f"/api/v1{answer.headers['Location']}").json
    assert document is not None
    assert [(line["item_name"], line["quantity"]) for line in document["lines"]] == [("纱布", 3)]
    assert client_as("outsider").get(answer.headers["Location"]).status_code == 404


def test_coded_goods_are_not_recorded_by_number(client_as: ClientAs, packs: Lot) -> None:
    answer = client_as("clinic").post(
        "/api/v1/consumptions", json={"uses": [{"item_id": packs.item_id, "quantity": 1}]}
    )

    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (422, "scan-required")


def test_the_search_field_opens_a_scanned_code(client_as: ClientAs, packs: Lot) -> None:
    del packs

    mine = client_as("clinic").get(f"/search?q={pack_code(1)}")
    foreign = client_as("outsider").get(f"/search?q={pack_code(1)}")

    assert mine.headers["Location"].endswith(f"/c/{pack_code(1)}")
    assert foreign.status_code == 200


@pytest.mark.parametrize("path", ["/dispensing", "/dispensings", "/consumption"])
def test_pages_send_few_queries(
    client_as: ClientAs, packs: Lot, count_queries: Callable[[], QueryCount], path: str
) -> None:
    client = client_as("clinic")
    client.post(GIVE, json={"code": pack_code(1)})
    del packs

    with count_queries() as queries:
        assert client.get(path).status_code == 200

    assert queries.count <= 9


def test_a_scan_sends_few_queries(
    client_as: ClientAs, packs: Lot, count_queries: Callable[[], QueryCount]
) -> None:
    client = client_as("clinic")
    client.post(GIVE, json={"code": pack_code(1)})
    del packs

    with count_queries() as queries:
        assert client.post(GIVE, json={"code": pack_code(2)}).status_code == 201
    with count_queries() as story:
        assert client.get(f"/api/v1/units/{pack_code(2)}").status_code == 200

    assert queries.count <= 16  # the test's own savepoints included
    assert story.count <= 8


def test_a_controlled_medicine_is_given_on_the_page_by_two(
    client_as: ClientAs, session: Session, cast: Cast
) -> None:
    item = an_item(session, "盐酸吗啡片", coded=True, special=SpecialClass.NARCOTIC)
    packs_on_shelf(session, cast.actor("clinic"), item)
    session.commit()
    client = client_as("clinic")
    form = {"code": pack_code(1), "number": "MZ1", "patient": "王某某", "prescriber": "赵医生"}

    scanned = client.post(GIVE, json={"code": pack_code(1)})
    alone = client.post("/dispensing", data=form)
    together = client.post(
        "/dispensing", data={**form, "username": "clinic3", "password": PASSWORD}
    )

    assert (scanned.json or {})["code"] == "prescription-needed"
    assert (alone.status_code, together.status_code) == (403, 302)
    assert "王某某" in client.get(together.headers["Location"]).text
    told = client.get(f"/api/v1{together.headers['Location']}").json or {}
    assert told["papers"]["second"] == "clinic3 某"
