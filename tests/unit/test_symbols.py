"""What we print is read back by a scanner's eyes, and by our reader as the same thing."""

from datetime import date
from io import BytesIO

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.kernel.signing import Printed, Signer
from app.traceability.errors import MalformedCode
from app.traceability.rules import CodeKind, contents, recognise
from app.web.symbols import Symbol, SymbolNotDrawn, data_matrix, qr, qr_of_many

ROOT = "https://tongcang.example"
PRINTED = zxingcpp.BarcodeFormats(
    [zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.DataMatrix]
)
SEAL = Signer.derive("secret", "labels").seal(Printed("LT-000123", (), date(2027, 1, 31)))
CODES = st.from_regex(r"(?:TT|CT|PK|LT|BN|EQ)-[0-9A-Z-]{4,40}", fullmatch=True)
SERIALS = st.text("0123456789ABCabc-./%&\"'*+,:;<=>?_!", min_size=1, max_size=20)
LOTS = st.text("0123456789ABCabc-./", min_size=1, max_size=20)


def seen(symbol: Symbol) -> str:
    """Return what a scanner sends for the picture of a symbol, its identifier first."""
    picture = Image.open(BytesIO(symbol.png(4)))
    (barcode,) = zxingcpp.read_barcodes(picture, formats=PRINTED)
    assert barcode.symbology_identifier == symbol.identifier
    return f"{barcode.symbology_identifier}{barcode.bytes.decode()}"


@settings(max_examples=25, deadline=None)
@given(code=CODES)
def test_an_own_label_is_read_back_in_either_symbol(code: str) -> None:
    written = contents.own_message(code, SEAL)
    link = contents.own_link(ROOT, code, SEAL)

    assert seen(qr(link)) == seen(qr_of_many(link)) == f"]Q1{link}"
    assert seen(data_matrix(written.typed, written.message))[3:] == written.message
    for text in (f"]Q1{link}", link, f"]d2{written.message}", written.message.replace("\x1d", "")):
        found = recognise(text)
        assert (found.kind, found.code, found.seal) == (CodeKind.OWN, code, SEAL)


@settings(max_examples=25, deadline=None)
@given(lot=LOTS, serial=SERIALS)
def test_a_gs1_label_is_read_back_in_either_symbol(lot: str, serial: str) -> None:
    elements = {"01": "06901234567892", "10": lot, "21": serial, "17": "280229"}
    written = contents.element_string(elements)
    link = contents.digital_link(ROOT, elements)

    scanned = seen(data_matrix(written.typed, written.message))
    assert recognise(scanned).elements == elements
    assert recognise(seen(qr(link))).elements == elements


def test_the_page_of_a_makers_code_is_read_as_that_code() -> None:
    link = contents.own_link(ROOT, "89990001234567890123", SEAL)
    serial = contents.own_link(ROOT, "(01)06901234567892(21)A/1")

    assert recognise(link).kind is CodeKind.CN20
    assert (recognise(link).code, recognise(link).seal) == ("89990001234567890123", SEAL)
    assert recognise(serial).code == "(01)06901234567892(21)A/1"


def test_a_sealed_label_is_square_and_small() -> None:
    short = contents.own_message("LT-000123", SEAL)
    symbol = data_matrix(short.typed, short.message)

    assert (symbol.identifier, symbol.width, symbol.height) == ("]d2", 26, 26)


@pytest.mark.parametrize(
    ("elements", "cause"),
    [
        ({"01": "06901234567891"}, "check-digit"),
        ({"01": "06901234567892", "17": "270230"}, "date"),
        ({"21": "A1"}, "companion"),
        ({"01": "06901234567892", "10": "批1"}, "characters"),
        ({"01": "06901234567892", "10": "A(10)B"}, "characters"),
        ({"01": "06901234567892", "10": "A" * 21}, "length"),
    ],
)
def test_what_the_writer_would_draw_and_no_reader_may_accept_is_refused(
    elements: dict[str, str], cause: str
) -> None:
    with pytest.raises(MalformedCode) as refusal:
        contents.element_string(elements)

    assert refusal.value.data["cause"] == cause


@pytest.mark.parametrize(
    ("code", "seal"), [("AB", SEAL), ("LT-000123", "nonsense"), ("6901234567892", SEAL)]
)
def test_a_label_that_would_be_read_as_something_else_is_refused(code: str, seal: str) -> None:
    with pytest.raises(MalformedCode):
        contents.own_link(ROOT, code, seal)
    with pytest.raises(MalformedCode):
        contents.own_message(code, seal)


def test_a_link_without_a_key_is_refused() -> None:
    with pytest.raises(MalformedCode):
        contents.digital_link(ROOT, {"10": "A1"})


def test_the_writer_must_write_what_it_was_asked_to() -> None:
    with pytest.raises(SymbolNotDrawn):
        data_matrix("(91)LT-000123", "91LT-000124")
    for writer in (qr, qr_of_many):
        with pytest.raises(SymbolNotDrawn):
            writer("")


def test_what_is_too_long_for_a_qr_code_is_refused() -> None:
    for writer in (qr, qr_of_many):
        with pytest.raises(SymbolNotDrawn):
            writer("A" * 4000)


def test_an_inline_symbol_carries_its_name_and_no_markup_of_others() -> None:
    svg = qr("A").svg('<b>"x"')

    assert "&lt;b&gt;" in svg
    assert "style" not in svg
