from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from app.catalogue.models import Item, SpecialClass
from app.kernel import clock
from tests.conftest import ClientAs
from tests.factories.cast import PASSWORD, Cast
from tests.factories.stock import a_lot, an_item, stocked
from tests.papers import words_of
from tests.queries import QueryCount


@pytest.fixture
def morphine(session: Session, cast: Cast) -> Item:
    item = an_item(session, "盐酸吗啡注射液", special=SpecialClass.NARCOTIC)
    stocked(session, cast.actor("clinic"), a_lot(session, item), 10, now=clock.now())
    session.commit()
    return item


def test_the_register_is_read_printed_and_foots(
    client_as: ClientAs, cast: Cast, morphine: Item
) -> None:
    client = client_as("clinic")
    told = {"number": "MZ-9", "patient": "王某某", "prescriber": "赵医生"}
    signed = {**told, "username": "clinic3", "password": PASSWORD}
    used = {"item_id": [morphine.id], "quantity": ["4"], "facility_id": cast.yudu.id}

    alone = client.post("/consumption", data={**used, **told})
    together = client.post("/consumption", data={**used, **signed})
    page = client.get(f"/controlled/{morphine.id}").text
    book = client.get(f"/api/v1/controlled-registers/{morphine.id}").json
    printed = client.get(f"/controlled/{morphine.id}.pdf").data

    assert (alone.status_code, together.status_code) == (403, 302)
    assert "账册平衡" in page
    assert "clinic3 某" in page
    assert book is not None
    assert (book["opening"], book["received"], book["issued"], book["closing"]) == (0, 10, 4, 6)
    text = words_of(printed)
    assert "专用账册" in text
    assert "王某某" in text


def test_empty_ampoules_come_back_on_the_page(
    client_as: ClientAs, cast: Cast, morphine: Item
) -> None:
    client = client_as("clinic")
    form = {"facility_id": cast.yudu.id, "quantity": 4}

    alone = client.post(f"/controlled/{morphine.id}/ampoules", data=form)
    together = client.post(
        f"/controlled/{morphine.id}/ampoules",
        data={**form, "username": "clinic3", "password": PASSWORD},
    )

    assert (alone.status_code, together.status_code) == (403, 302)
    assert "空安瓿已回收 4" in client.get(f"/controlled/{morphine.id}").text


@pytest.mark.parametrize(("who", "status"), [("clinic", 200), ("outsider", 404), ("driver", 403)])
def test_who_reads_a_register(
    client_as: ClientAs, cast: Cast, morphine: Item, who: str, status: int
) -> None:
    query = f"?facility_id={cast.yudu.id}"

    for path in (
        f"/controlled{query}",
        f"/controlled/{morphine.id}{query}",
        f"/controlled/{morphine.id}.pdf{query}",
        f"/api/v1/controlled-registers{query}",
        f"/api/v1/controlled-registers/{morphine.id}{query}",
    ):
        assert client_as(who).get(path).status_code == status, path


@pytest.mark.parametrize(("path", "most"), [("/controlled", 8), ("/controlled/{0}", 13)])
def test_pages_send_few_queries(
    client_as: ClientAs,
    morphine: Item,
    count_queries: Callable[[], QueryCount],
    path: str,
    most: int,
) -> None:
    client = client_as("clinic")

    with count_queries() as queries:
        assert client.get(path.format(morphine.id)).status_code == 200

    assert queries.count <= most
