"""What anybody learns of a pack in their hand, and what GS1 links lead to."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.alerts.models import Alert
from app.catalogue.models import Item, PackClass, PackScheme
from app.kernel.signing import Printed, Signer
from app.traceability import service as traceability
from app.traceability.models import Lot, LotHold
from app.traceability.rules import contents
from app.web.sealing import label_signer
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.receiving import pack_code
from tests.factories.stock import NOW, a_lot, an_item
from tests.queries import QueryCount

GOODS = "6901234567892"
GTIN = f"0{GOODS}"


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def item(session: Session, cast: Cast) -> Item:
    """A coded medicine of which two packs lie at Yudu, and whose goods code is known."""
    made = an_item(session, "阿莫西林胶囊", coded=True)
    packs_on_shelf(session, cast.actor("clinic"), made, packs=2)
    session.add(
        PackClass(
            scheme=PackScheme.GOODS,
            class_key=GOODS,
            item_id=made.id,
            level=1,
            packs=1,
            is_demo=False,
        )
    )
    session.commit()
    return made


def lot_of(session: Session, code: str) -> Lot:
    lot_id = traceability.get_unit(session, code).lot_id
    return session.get_one(Lot, lot_id)


def test_a_patient_sees_what_the_pack_is_and_nothing_of_where_it_was(
    stranger: FlaskClient, session: Session, item: Item, count_queries: Callable[[], QueryCount]
) -> None:
    with count_queries() as queries:
        answer = stranger.get(f"/c/{pack_code(1)}")

    lot = lot_of(session, pack_code(1))
    assert queries.count <= 3
    assert answer.status_code == 200
    for word in (
        "阿莫西林胶囊",
        item.strength,
        lot.maker,
        lot.lot_number,
        "已查到登记",
        pack_code(1),
    ):
        assert word in answer.text
    for secret in ("渔渡", "clinic 某", "GR-", "入库", "货位"):
        assert secret not in answer.text


@pytest.mark.parametrize(
    ("became", "word"),
    [
        ((LotHold.RECALL, date(2027, 1, 1)), "已召回"),
        ((LotHold.QUALITY, date(2027, 1, 1)), "暂停使用"),
        ((LotHold.NONE, date(2020, 1, 1)), "已过有效期"),
    ],
)
def test_a_patient_is_warned(
    stranger: FlaskClient, session: Session, item: Item, became: tuple[LotHold, date], word: str
) -> None:
    hold, expires_on = became
    lot = lot_of(session, pack_code(1))
    lot.hold, lot.hold_since = hold, None if hold is LotHold.NONE else NOW
    lot.expires_on = expires_on
    session.commit()

    assert word in stranger.get(f"/c/{pack_code(1)}").text


def test_a_pack_with_an_open_alert_is_called_suspected_and_never_false(
    stranger: FlaskClient, session: Session, item: Item, cast: Cast
) -> None:
    clinic = cast.actor("clinic")
    alert = {"kind": "dispensed-elsewhere", "level": 4, "incident_key": "x", "times": 1}
    alert |= {"facility_id": clinic.facility_id, "user_id": clinic.user_id, "code": pack_code(1)}
    alert |= {"raised_at": NOW, "last_at": NOW, "state": "open"}
    session.add(Alert(**alert))
    session.commit()

    page = stranger.get(f"/c/{pack_code(1)}").text

    assert "疑似异常" in page
    assert "这不等于假药" in page


def test_not_found_is_not_called_false(stranger: FlaskClient, cast: Cast) -> None:
    answer = stranger.get("/c/89990009999999999999")

    assert answer.status_code == 404
    assert "没有查到不等于假药" in answer.text
    assert "两天后" in answer.text


def test_our_own_label_of_a_lot_is_judged_by_its_seal(
    app: Flask, stranger: FlaskClient, session: Session, cast: Cast
) -> None:
    lot = a_lot(session, an_item(session, "医用纱布"), "GZ1")
    session.commit()
    code, content = f"LT-{lot.id:06d}", contents.lot_content(lot.lot_number, lot.expires_on)
    with app.app_context():
        ours = label_signer()
    theirs = Signer.derive("another county", "labels")
    asked = {
        "genuine": ours.seal(Printed(code, content, lot.expires_on)),
        "old": ours.seal(Printed(code, ("GZ0", "2020-01-01"), lot.expires_on)),
        "foreign": theirs.seal(Printed(code, content, lot.expires_on)),
    }

    told = {name: stranger.get(f"/c/{code}?s={seal}").text for name, seal in asked.items()}

    assert "医用纱布" in told["genuine"]
    assert "标签已旧" not in told["genuine"]
    assert "标签已旧" in told["old"]
    assert "医用纱布" not in told["foreign"]
    assert "不是本药房的标签" in told["foreign"]


def test_a_stranger_with_a_label_of_ours_signs_in_first(stranger: FlaskClient, cast: Cast) -> None:
    for code in ("TT-20261130-0001", "BN-000001", "EQ-000001"):
        assert stranger.get(f"/c/{code}").headers["Location"].startswith("/login?next=/c/")


def test_staff_keep_the_life_line_at_the_same_address(
    client_as: ClientAs, stranger: FlaskClient, item: Item
) -> None:
    assert "追溯链" in client_as("clinic").get(f"/c/{pack_code(1)}").text
    assert client_as("outsider").get(f"/c/{pack_code(1)}").status_code == 404
    assert "已查到登记" in client_as("driver").get(f"/c/{pack_code(1)}").text


def test_guessing_codes_is_braked(stranger: FlaskClient, item: Item) -> None:
    guesses = [stranger.get(f"/c/8999000{serial:013d}").status_code for serial in range(31)]

    refused = stranger.get("/c/89990001111111111111")
    assert set(guesses[:30]) == {404}
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert stranger.get(f"/c/{pack_code(1)}").status_code == 200


def test_a_gs1_link_leads_to_the_page_of_its_thing(
    stranger: FlaskClient, session: Session, item: Item
) -> None:
    lot = lot_of(session, pack_code(1))

    product = stranger.get(f"/01/{GTIN}?utm=x")
    of_lot = stranger.get(f"/01/{GTIN}/10/{lot.lot_number}", follow_redirects=True)

    assert product.status_code == 307
    assert product.headers["Location"].endswith("?utm=x")
    assert 'rel="linkset"' in product.headers["Link"]
    assert lot.lot_number in of_lot.text
    assert stranger.head(f"/01/{GTIN}").status_code == 307


def test_a_resolver_lists_all_links_for_any_site(stranger: FlaskClient, item: Item) -> None:
    asked = [
        stranger.get(f"/01/{GTIN}?linkType=all"),
        stranger.get(f"/01/{GTIN}?linkType=linkset"),
        stranger.get(f"/01/{GTIN}", headers={"Accept": "application/linkset+json"}),
    ]
    described = stranger.get("/.well-known/gs1resolver").json

    for answer in asked:
        assert answer.mimetype == "application/linkset+json"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.json is not None
        (links,) = answer.json["linkset"]
        assert links["anchor"].endswith(f"/01/{GTIN}")
        assert links["https://ref.gs1.org/voc/defaultLink"][0]["href"].endswith(f"/c/(01){GTIN}")
    assert stranger.options(f"/01/{GTIN}").headers["Access-Control-Allow-Methods"]
    assert described is not None
    assert described["supportedPrimaryKeys"] == ["01"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/01/06901234567891", 400),
        ("/01/6901234567892", 400),
        ("/01/06901234567892/21/A/10/B", 400),
        ("/01/06901234567892/99", 400),
        ("/01/06901234567892?21=A", 400),
        ("/01/06901234567892?linkType=gs1:recipeInfo", 404),
        ("/01/06901234567892?linkType=gs1:pip", 307),
        ("/01/06901234567892?linkType=https://ref.gs1.org/voc/pip", 307),
        ("/01/06901234567892/21/NOBODY", 404),
        ("/01/06907654321090", 404),
    ],
)
def test_a_resolver_tells_bad_links_from_unknown_ones(
    stranger: FlaskClient, item: Item, path: str, status: int
) -> None:
    answer = stranger.get(path)

    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
