"""Photos on receipts, claims and discrepancies, through pages and API."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.fulfilment import service as fulfilment
from app.fulfilment.service import Arrived, Confirmation
from app.kernel import clock
from app.purchasing import service as purchasing
from app.purchasing.models import Receipt
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.photos import PDF, a_bomb, a_located_photo, a_picture
from tests.factories.receiving import a_notice, an_order, announced, lines_of
from tests.factories.requisitions import a_key, a_sealed_tote, handed_over
from tests.factories.stock import NOW, a_lot, an_item, stocked
from tests.queries import QueryCount


@pytest.fixture
def receipt(session: Session, cast: Cast) -> Receipt:
    actor = cast.actor("storekeeper")
    item = an_item(session)
    order = an_order(session, actor, (item, 240))
    announced(session, actor, order, a_notice(item))
    receipt = purchasing.open_receipt(session, actor, order.reference, now=clock.now())
    session.commit()
    return receipt


def form(*files: tuple[bytes, str], **more: Any) -> dict[str, Any]:
    return {"files": [(BytesIO(data), name) for data, name in files], **more}


def page_of(receipt: Receipt) -> str:
    return f"/receiving/receipts/{receipt.reference}"


def test_a_photo_is_seen_on_the_receipt_with_safe_headers(
    client_as: ClientAs, receipt: Receipt
) -> None:
    keeper, page = client_as("storekeeper"), page_of(receipt)
    sent = form((a_located_photo(), "破损 1.jpg"), (PDF, "note.pdf"), kind="damage", line_id="")

    assert keeper.post(f"{page}/photos", data=sent).status_code == 302

    shown = keeper.get(page).text
    assert f"{page}/photos/1/small" in shown
    photo, paper = keeper.get(f"{page}/photos/1"), keeper.get(f"{page}/photos/2")
    assert (photo.mimetype, paper.mimetype) == ("image/jpeg", "application/pdf")
    assert b"SECRET" not in photo.data
    assert photo.headers["Content-Disposition"].startswith("inline; filename*=UTF-8''%E7%A0%B4")
    assert paper.headers["Content-Disposition"].startswith("attachment")
    for answer in (photo, paper, keeper.get(f"{page}/photos/1/small")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    etag = photo.headers["ETag"]
    assert keeper.get(f"{page}/photos/1", headers={"If-None-Match": etag}).status_code == 304
    assert keeper.get(f"{page}/photos/2/small").status_code == 404
    assert keeper.get(f"{page}/photos/9").status_code == 404


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"<script>alert(1)</script>", "photo.jpg", "attachment-type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "attachment-type"),
        (a_bomb(), "bomb.png", "attachment-damaged"),
        (a_picture()[:150], "cut.jpg", "attachment-damaged"),
        (b"\xff\xd8\xff" + b"\0" * (10 * 2**20), "big.jpg", "attachment-too-large"),
        (b"", "empty.jpg", "attachment-type"),
    ],
)
def test_a_hostile_file_is_refused_and_nothing_is_kept(
    client_as: ClientAs, receipt: Receipt, data: bytes, name: str, code: str
) -> None:
    keeper, address = client_as("storekeeper"), f"/api/v1/receipts/{receipt.reference}/photos"

    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + data + b"\r\n--x--\r\n"
    answer = keeper.post(address, data=body, content_type="multipart/form-data; boundary=x")

    assert (answer.status_code, answer.get_json()["code"]) == (422, code)
    assert keeper.get(address).get_json() == []


def test_more_than_a_request_may_carry_is_refused(client_as: ClientAs, receipt: Receipt) -> None:
    keeper, page = client_as("storekeeper"), page_of(receipt)
    many = form(*((a_picture(shade=shade), "x.jpg") for shade in range(7)))
    raw = {"content_type": "multipart/form-data; boundary=x"}

    assert keeper.post(f"{page}/photos", data=many).status_code == 422
    assert keeper.post(f"{page}/photos", data=b"x" * (31 * 2**20), **raw).status_code == 413
    assert keeper.post(f"{page}/photos", data={"kind": "damage"}).status_code == 422
    assert keeper.post(f"{page}/counts", data=b"x" * (3 * 2**20), **raw).status_code == 413


def test_a_repeat_under_one_key_keeps_a_photo_once(client_as: ClientAs, receipt: Receipt) -> None:
    keeper, address = client_as("storekeeper"), f"/api/v1/receipts/{receipt.reference}/photos"

    def send(shade: int) -> Any:
        file = (BytesIO(a_picture(shade=shade)), "1.jpg")
        headers = {"Idempotency-Key": "photo-1"}
        return keeper.post(address, data={"kind": "damage", "file": file}, headers=headers)

    first, again, other = send(10), send(10), send(11)

    assert (first.status_code, first.data) == (again.status_code, again.data)
    assert first.status_code == 201
    assert again.headers["Idempotent-Replay"] == "true"
    assert (other.status_code, other.get_json()["code"]) == (422, "idempotency-key-reused")
    assert len(keeper.get(address).get_json()) == 1


def test_goods_are_set_apart_and_refused_with_photos(
    client_as: ClientAs, session: Session, receipt: Receipt
) -> None:
    keeper, page = client_as("storekeeper"), page_of(receipt)
    (line,) = lines_of(session, receipt)
    apart = form((a_picture(shade=1), "1.jpg"), line_id=line.id, condition="damaged", reason="压破")
    refused = form((a_picture(shade=2), "2.jpg"), line_id=line.id, reason="damaged", note="压破")
    warm = form((PDF, "record.pdf"), lowest="2.0", highest="7.5")

    for step, sent in (
        ("judgements", {**apart, "quantity": 24}),
        ("refusals", {**refused, "quantity": 24}),
        ("temperatures", warm),
    ):
        assert keeper.post(f"{page}/{step}", data=sent).status_code == 302, step

    told = keeper.get(f"/api/v1/receipts/{receipt.reference}/photos").get_json()
    assert [(one["kind"], one["part_id"]) for one in told] == [
        ("damage", line.id),
        ("temperature", None),
    ]
    (claim,) = keeper.get("/api/v1/supplier-claims").get_json()["rows"]
    photo = f"/receiving/claims/{claim['reference']}/photos/1"
    assert photo in keeper.get(page).text
    buyer = client_as("buyer")
    assert buyer.get(photo).status_code == 200
    more = form((a_picture(shade=3), "3.jpg"), kind="damage")
    assert buyer.post(photo.removesuffix("/1"), data=more).status_code == 302
    assert f"{photo.removesuffix('/1')}/2/small" in buyer.get("/receiving/claims").text
    assert client_as("clinic").get(photo).status_code == 403


def test_a_clinic_shows_what_is_missing(client_as: ClientAs, session: Session, cast: Cast) -> None:
    item = an_item(session)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 480)
    tote = a_sealed_tote(session, cast, {item: 48})
    handed_over(session, cast, tote)
    part = Confirmation(
        tote_code=tote.code, arrived=[Arrived(position=1, received=24)], key=a_key()
    )
    fulfilment.confirm(session, cast.actor("clinic"), part, now=NOW)
    session.commit()
    clinic = client_as("clinic")
    (found,) = clinic.get("/api/v1/discrepancies").get_json()["rows"]
    page = f"/discrepancies/{found['reference']}"

    assert clinic.post(f"{page}/photos", data=form((a_picture(), "1.jpg"))).status_code == 302

    assert f"{page}/photos/1/small" in clinic.get(page).text
    assert client_as("storekeeper").get(f"{page}/photos/1").status_code == 200
    outsider = client_as("outsider")
    assert outsider.get(f"{page}/photos/1").status_code == 404
    assert outsider.get(f"{page}/photos/1/small").status_code == 404
    assert outsider.get(f"/api/v1{page}/photos").status_code == 404
    sent = form((a_picture(shade=9), "1.jpg"))
    assert outsider.post(f"{page}/photos", data=sent).status_code == 404


def test_a_page_with_photos_sends_few_queries(
    client_as: ClientAs, receipt: Receipt, count_queries: Callable[[], QueryCount]
) -> None:
    client: FlaskClient = client_as("storekeeper")
    many = form(*((a_picture(shade=shade), "x.jpg") for shade in range(6)))
    client.post(f"{page_of(receipt)}/photos", data=many)

    with count_queries() as queries:
        assert client.get(page_of(receipt)).text.count("/small") == 6

    assert queries.count <= 15
