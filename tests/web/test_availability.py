from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.catalogue.models import Item, PackClass, PackScheme
from app.kernel import clock
from app.kernel.local_time import local_day
from app.network.models import RoadLeg
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.planning import keep
from tests.factories.receiving import pack_code
from tests.factories.stock import a_lot, an_item, stocked
from tests.queries import QueryCount

GOODS_CODE = "6991234567890"


@pytest.fixture
def gauze(session: Session, cast: Cast) -> Item:
    """Gauze at three facilities; Yudu knows the road to Yanchang, not to the centre."""
    item = an_item(session, "纱布")
    lot = a_lot(session, item, "L1", expires=local_day(clock.now()) + timedelta(days=40))
    for who, quantity in (("storekeeper", 100), ("clinic", 30), ("clinic2", 60)):
        stocked(session, cast.actor(who), lot, quantity, now=clock.now())
    session.merge(
        RoadLeg(
            origin_id=cast.yudu.id,
            target_id=cast.yanchang.id,
            metres=41_000,
            seconds=3600,
            source="test",
        )
    )
    session.add(
        PackClass(
            scheme=PackScheme.GOODS,
            class_key=GOODS_CODE,
            item_id=item.id,
            level=1,
            packs=1,
            is_demo=True,
        )
    )
    session.commit()
    return item


def test_the_county_is_listed_by_distance_from_the_asker(
    client_as: ClientAs, cast: Cast, gauze: Item
) -> None:
    answer = client_as("clinic").get(f"/api/v1/availability/{gauze.id}").json

    assert answer is not None
    rows = {row["facility_name"]: row for row in answer["rows"]}
    assert [row["metres"] for row in answer["rows"]] == sorted(
        row["metres"] for row in answer["rows"]
    )
    assert answer["rows"][0]["facility_id"] == cast.yudu.id
    assert (rows["盐场镇"]["metres"], rows["盐场镇"]["by_road"]) == (41_000, True)
    assert not rows["中心药房"]["by_road"]
    assert (rows["中心药房"]["on_hand"], rows["中心药房"]["available"]) == (100, 100)
    assert rows["渔渡镇"]["months"] is None


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"中心药房", "渔渡镇", "盐场镇"}),
        ("?kind=central_pharmacy", {"中心药房"}),
        ("?township=火星镇", set()),
    ],
)
def test_the_county_is_filtered(
    client_as: ClientAs, gauze: Item, query: str, names: set[str]
) -> None:
    answer = client_as("outsider").get(f"/api/v1/availability/{gauze.id}{query}").json

    assert answer is not None
    assert {row["facility_name"] for row in answer["rows"]} == names


@pytest.mark.parametrize("text", ["纱", "AMX", "amxl", GOODS_CODE, f"]E0{GOODS_CODE}"])
def test_an_item_is_found_by_name_initials_code_or_scan(
    client_as: ClientAs, gauze: Item, text: str
) -> None:
    answer = client_as("village").get("/api/v1/availability", query_string={"q": text}).json

    assert answer is not None
    assert [(row["item_id"], row["available"], row["facilities"]) for row in answer["rows"]] == [
        (gauze.id, 190, 3)
    ]


def test_a_scanned_pack_opens_its_item(client_as: ClientAs, session: Session, cast: Cast) -> None:
    item = an_item(session, "吗啉胍片", coded=True)
    packs_on_shelf(session, cast.actor("clinic2"), item)
    session.commit()

    page = client_as("clinic").get(f"/availability?q={pack_code(1)}")

    assert page.headers["Location"] == f"/availability/{item.id}"


@pytest.mark.parametrize("text", ["", "没有这种药", "%25", "8333000" + "0" * 13, "]d2", "\x1d"])
def test_nothing_is_found_for_what_is_nothing(client_as: ClientAs, gauze: Item, text: str) -> None:
    answer = client_as("clinic").get("/api/v1/availability", query_string={"q": text})

    assert answer.json is not None
    assert (answer.status_code, answer.json["rows"]) == (200, [])
    del gauze


def test_what_a_facility_can_spare_is_asked_for_in_one_click(
    client_as: ClientAs, session: Session, cast: Cast, gauze: Item
) -> None:
    keep(session, cast.yanchang.id, gauze, minimum=12)
    keep(session, cast.yudu.id, gauze, minimum=40, maximum=60)
    session.commit()
    clinic = client_as("clinic")

    answer = clinic.get(f"/api/v1/availability/{gauze.id}").json
    page = clinic.get(f"/availability/{gauze.id}").text
    form = {"holder_id": cast.yanchang.id, "item_id": gauze.id, "packs": 1}
    asked = clinic.post("/transfers", data=form)

    assert answer is not None
    rows = {row["facility_id"]: row for row in answer["rows"]}
    assert answer["own_need"] == 30
    assert (rows[cast.yanchang.id]["spare"], rows[cast.yanchang.id]["worth_asking"]) == (48, 48)
    assert rows[cast.yudu.id]["worth_asking"] == 0
    assert page.count('name="holder_id"') == 2
    assert asked.headers["Location"].startswith("/transfers/DB-")
    assert 'name="holder_id"' not in client_as("director").get(f"/availability/{gauze.id}").text


@pytest.mark.parametrize(("path", "most"), [("/availability?q=sb", 7), ("/availability/{0}", 23)])
def test_pages_send_few_queries(
    client_as: ClientAs, gauze: Item, count_queries: Callable[[], QueryCount], path: str, most: int
) -> None:
    client = client_as("clinic")

    with count_queries() as queries:
        assert client.get(path.format(gauze.id)).status_code == 200

    assert queries.count <= most
    assert client_as("driver").get(path.format(gauze.id)).status_code == 403
