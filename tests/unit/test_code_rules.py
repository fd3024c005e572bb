import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.traceability.rules import CodeKind, recognise


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("89990001234567890123", CodeKind.CN20, "89990001234567890123"),
        (" 89990001234567890123\r\n", CodeKind.CN20, "89990001234567890123"),
        ("８９９９０００１２３４５６７８９０１２３", CodeKind.CN20, "89990001234567890123"),
        ("]C089990001234567890123", CodeKind.CN20, "89990001234567890123"),
        ("6901234567892", CodeKind.GOODS, "6901234567892"),
        ("TT-20261122-0001", CodeKind.OWN, "TT-20261122-0001"),
        ("https://tongcang.example/c/TT-20261122-0001", CodeKind.OWN, "TT-20261122-0001"),
        ("8999000123456789012", CodeKind.UNKNOWN, "8999000123456789012"),
        ("8.99900012345679E+19", CodeKind.UNKNOWN, "8.99900012345679E+19"),
        ("", CodeKind.UNKNOWN, ""),
    ],
)
def test_a_scan_is_told_by_its_shape(text: str, kind: CodeKind, code: str) -> None:
    scan = recognise(text)

    assert (scan.kind, scan.code) == (kind, code)


@pytest.mark.parametrize(
    "text",
    [
        "]d2010690123456789217271231" + "10A1\x1d21SER7",
        "(01)06901234567892(17)271231(10)A1(21)SER7",
        "https://id.example/01/06901234567892/10/A1/21/SER7",
    ],
)
def test_lot_and_serial_are_read_from_gs1(text: str) -> None:
    scan = recognise(text)

    assert scan.kind in {CodeKind.GS1, CodeKind.DIGITAL_LINK}
    assert (scan.elements["10"], scan.elements["21"]) == ("A1", "SER7")
    assert scan.code == "(01)06901234567892(21)SER7"


@given(st.text(max_size=300))
def test_no_text_breaks_the_recogniser(text: str) -> None:
    assert recognise(text).kind in CodeKind
