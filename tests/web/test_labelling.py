"""What is printed is read back from the page by a scanner, and by our reader as the same."""

import re
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image, ImageDraw
from pypdf import PdfReader
from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.signing import SealVerdict
from app.labelling.rules import Layout, SymbolKind
from app.traceability.rules import Scan, recognise
from app.web.sealing import label_signer
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.factories.receiving import received
from tests.factories.stock import NOW, a_lot, an_item, stocked

DOTS_PER_MM = 300 / 25.4
POINTS_PER_MM = 72 / 25.4
RECTANGLE = re.compile(rb"(-?[\d.]+) (-?[\d.]+) (-?[\d.]+) (-?[\d.]+) re\s+f")


def printed_pages(pdf: bytes) -> list[Image.Image]:
    """Return the filled rectangles of every page as a printer of 300 dpi puts them down."""
    pages = []
    for page in PdfReader(BytesIO(pdf)).pages:
        scale = DOTS_PER_MM / POINTS_PER_MM
        size = (
            round(float(page.mediabox.width) * scale),
            round(float(page.mediabox.height) * scale),
        )
        picture = Image.new("L", size, 255)
        pen = ImageDraw.Draw(picture)
        contents = page.get_contents()
        assert contents is not None
        for found in RECTANGLE.findall(contents.get_data()):
            x, y, width, height = (float(number) * scale for number in found)
            left, right = sorted((x, x + width))
            low, high = sorted((size[1] - y, size[1] - y - height))
            pen.rectangle((round(left), round(low), round(right) - 1, round(high) - 1), fill=0)
        pages.append(picture)
    return pages


def scanned(pdf: bytes) -> list[str]:
    """Return what a scanner sends for every symbol on every page, its identifier first."""
    return [
        f"{barcode.symbology_identifier}{barcode.bytes.decode()}"
        for page in printed_pages(pdf)
        for barcode in zxingcpp.read_barcodes(page)
    ]


@pytest.fixture
def keeper(cast: Cast) -> Actor:
    return cast.actor("storekeeper")


@pytest.mark.parametrize(
    ("layout", "symbol"),
    [
        *((layout, SymbolKind.QR) for layout in Layout),
        (Layout.A4_65, SymbolKind.DATA_MATRIX),
        (Layout.THERMAL_50X30, SymbolKind.GS1),
    ],
)
def test_every_label_is_read_back_as_what_it_is_stuck_on(
    client_as: ClientAs, session: Session, keeper: Actor, layout: Layout, symbol: SymbolKind
) -> None:
    lot = a_lot(session, an_item(session, "医用纱布"), "GZ-1/A")
    stocked(session, keeper, lot, 480)
    session.commit()
    chosen = {"source": "lot", "named": f"{lot.id}", "layout": layout.value}
    form = {**chosen, "symbol": symbol.value, "copies": 3, "skip": 0}

    answer = client_as("storekeeper").post("/labels", data=form)

    client, page = client_as("storekeeper"), answer.headers["Location"]
    texts = scanned(client.get(f"{page}/labels.pdf").data)
    scans = [recognise(text) for text in texts]
    assert {text[:3] for text in texts} == {"]Q1" if symbol is SymbolKind.QR else "]d2"}
    assert [scan.code for scan in scans] == [f"LT-{lot.id:06d}"] * 3
    assert all(scan.fault is None for scan in scans)
    with client.application.test_request_context():
        judged = [judge(scan, (lot.lot_number, lot.expires_on.isoformat())) for scan in scans]
    assert judged == [SealVerdict.GENUINE] * 3


def judge(scan: Scan, content: tuple[str, ...]) -> SealVerdict:
    return label_signer().judge(scan.seal, scan.code, content, on=NOW.date())


def test_goods_of_a_receipt_get_a_label_for_each_pack(
    client_as: ClientAs, session: Session, keeper: Actor
) -> None:
    receipt = received(session, keeper, an_item(session, "医用纱布"))
    session.commit()
    client = client_as("storekeeper")

    offered = client.get(f"/labels?source=receipt&named={receipt.reference}").text
    form = {"source": "receipt", "named": receipt.reference, "layout": "a4_24", "symbol": "qr"}
    answer = client.post("/labels", data={**form, "copies": 0, "skip": 5})
    texts = scanned(client.get(f"{answer.headers['Location']}/labels.pdf").data)
    first = client.get(f"{answer.headers['Location']}/labels.svg")

    assert "医用纱布" in offered
    assert len(texts) == 10
    assert {recognise(text).code[:3] for text in texts} == {"LT-"}
    assert first.mimetype == "image/svg+xml"
    assert first.text.count("<g ") == 10
    assert client.get(f"{answer.headers['Location']}/labels.svg?page=2").status_code == 404


def test_who_printed_what_is_written_down(
    client_as: ClientAs, session: Session, keeper: Actor
) -> None:
    lot = a_lot(session, an_item(session))
    stocked(session, keeper, lot, 48)
    session.commit()
    form = {"source": "lot", "named": f"LT-{lot.id:06d}", "layout": "a4_65", "symbol": "gs1"}

    client_as("storekeeper").post("/labels", data={**form, "copies": 7})

    (change,) = history.list_changes(session, "lot", lot.id)
    listed = client_as("pharmacist").get("/labels").text
    assert (change.action, change.after["labels"]) == ("labels-printed", 7)
    assert change.actor_name == keeper.name
    assert change.after["print"] in listed


@pytest.mark.parametrize(
    ("choice", "who", "status"),
    [
        (("receipt", "GR-20200101-0001"), "storekeeper", 404),
        (("receipt", "GR-20200101-0001"), "clinic", 403),
        (("code", "89990009999999999999"), "clinic", 404),
        (("lot", "nonsense"), "clinic", 404),
        (("totes", "TT-20200101-0001"), "storekeeper", 404),
        (("totes", ""), "storekeeper", 422),
        (("devices", ""), "storekeeper", 403),
    ],
)
def test_what_one_may_not_see_gets_no_label(
    client_as: ClientAs, choice: tuple[str, str], who: str, status: int
) -> None:
    source, named = choice
    form = {"source": source, "named": named, "layout": "a4_24", "symbol": "qr"}

    assert client_as(who).post("/labels", data=form).status_code == status


def test_more_labels_than_anybody_sticks_are_refused(
    client_as: ClientAs, session: Session, keeper: Actor
) -> None:
    lots = [a_lot(session, an_item(session), f"L{number}") for number in range(2)]
    session.commit()
    form = {"source": "lot", "named": str(lots[0].id), "layout": "a4_24", "symbol": "qr"}

    assert (
        client_as("storekeeper").post("/labels", data={**form, "copies": 1001}).status_code == 422
    )
