from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.traceability.errors import MalformedCode
from app.traceability.rules import CodeKind, read_day, recognise
from app.traceability.rules.digital_link import read_link
from app.traceability.rules.gs1 import read_message, read_typed, readings
from app.traceability.rules.gs1_identifiers import (
    IDENTIFIERS,
    check_digit,
    identifier_at,
    is_predefined,
)

GS = "\x1d"
GTIN = "06901234567892"
SSCC = "369012345678901239"


def build(elements: dict[str, str]) -> str:
    """Return an element string as a printer encodes it, the separator only where it must be."""
    parts = [f"{ai}{value}{'' if is_predefined(ai) else GS}" for ai, value in elements.items()]
    return "".join(parts).removesuffix(GS)


def typed(elements: dict[str, str]) -> str:
    return "".join(f"({ai}){value}" for ai, value in elements.items())


def linked(elements: dict[str, str]) -> str:
    path = "".join(f"/{ai}/{elements[ai]}" for ai in ("01", "22", "10", "21") if ai in elements)
    rest = "&".join(f"{ai}={value}" for ai, value in elements.items() if f"/{ai}/" not in path)
    return f"https://id.example/some/where{path}?{rest}&linkType=gs1:pip"


def checked(body: str) -> str:
    return f"{body}{check_digit(body)}"


plain_text = st.text("ABCXYZabc0123456789", min_size=1, max_size=20)
gtins = st.from_regex(r"[0-9]{13}", fullmatch=True).map(checked)
days = st.dates(date(2000, 1, 1), date(2049, 12, 31)).map(lambda day: f"{day:%y%m%d}")
labels = st.fixed_dictionaries(
    {"01": gtins},
    optional={
        "17": days,
        "10": plain_text,
        "21": plain_text,
        "30": st.from_regex("[0-9]{1,8}", fullmatch=True),
    },
)


@given(labels, st.randoms())
def test_what_was_built_is_read(label: dict[str, str], chance: object) -> None:
    pairs = list(label.items())
    chance.shuffle(pairs)  # type: ignore[attr-defined]
    shuffled = dict(pairs)

    assert read_message(build(shuffled)) == label
    assert read_message(GS + build(shuffled) + GS) == label
    assert read_typed(typed(shuffled)) == label
    assert read_link(linked(label)) == label


@given(labels)
def test_lost_separators_leave_the_truth_among_the_readings(label: dict[str, str]) -> None:
    found = readings(build(label).replace(GS, ""))

    assert found == [] or label in found


@given(st.text(max_size=90), st.sampled_from(["]d2", "]C1", "", "(01)", "https://x/01/", GS]))
def test_a_scan_is_read_whole_or_refused(text: str, front: str) -> None:
    scan = recognise(front + text)

    assert scan.fault is None or scan.elements == {}


@given(st.from_regex(r"[0-9]{1,17}", fullmatch=True), st.data())
def test_one_wrong_digit_fails_the_check(body: str, data: st.DataObject) -> None:
    right = checked(body)
    at = data.draw(st.integers(0, len(right) - 1))
    wrong = right[:at] + str((int(right[at]) + data.draw(st.integers(1, 9))) % 10) + right[at + 1 :]

    assert checked(wrong[:-1]) != wrong


@pytest.mark.parametrize("text", [GTIN, "629104150021" + "3", SSCC, "12345670"])
def test_check_digits_of_the_specifications(text: str) -> None:
    assert checked(text[:-1]) == text


def test_no_identifier_begins_another() -> None:
    for ai in IDENTIFIERS:
        assert identifier_at(ai + "0" * 4) == ai


@pytest.mark.parametrize(
    ("message", "cause", "identifier"),
    [
        (f"01{GTIN[:-1]}3", "check-digit", "01"),
        ("01123", "length", "01"),
        (f"01{GTIN}10", "length", "10"),
        (f"01{GTIN}10{'A' * 21}", "length", "10"),
        (f"01{GTIN}10A~B", "characters", "10"),
        (f"01{GTIN}17271331", "date", "17"),
        (f"01{GTIN}17270230", "date", "17"),
        (f"01{GTIN}1727A131", "characters", "17"),
        (f"01{GTIN}05A", "identifier", "05A"),
        (f"01{GTIN}10A1{GS}10A2", "repeated", "10"),
        ("10A1", "companion", "10"),
        (f"02{GTIN}3710", "companion", "02"),
        (f"01{GTIN}3710", "companion", "01"),
        (f"01{GTIN}{GS}{GS}10A1", "identifier", f"{GS}10A"),
        (f"00{SSCC}02{GTIN}37X", "characters", "37"),
    ],
)
def test_a_malformed_message_names_its_cause(message: str, cause: str, identifier: str) -> None:
    with pytest.raises(MalformedCode) as refused:
        read_message(message)

    assert refused.value.data == {"cause": cause, "identifier": identifier}


@pytest.mark.parametrize(
    ("link", "cause"),
    [
        (f"https://id.example/01/{GTIN}/21/S/10/A1", "link"),
        (f"https://id.example/01/{GTIN}/235/T/21/S", "link"),
        (f"https://id.example/01/{GTIN}/10", "link"),
        (f"https://id.example/01/{GTIN[1:]}", "length"),
        (f"https://id.example/01/{GTIN}?10=A1", "identifier"),
        (f"https://id.example/01/{GTIN}?05=A1", "identifier"),
        (f"https://id.example/01/{GTIN}?17=271231&17=271231", "repeated"),
        (f"Https://id.example/01/{GTIN}", "link"),
        ("https://id.example/", "link"),
        ("https://[", "link"),
        (f"https:///01/{GTIN}", "link"),
    ],
)
def test_a_malformed_link_names_its_cause(link: str, cause: str) -> None:
    with pytest.raises(MalformedCode) as refused:
        read_link(link)

    assert refused.value.data["cause"] == cause


def test_a_link_is_decoded() -> None:
    link = f"HTTPS://id.example/x/01/{GTIN}/10/A%2F1?17=271231&15=280101&s=1"

    assert read_link(link) == {"01": GTIN, "10": "A/1", "17": "271231", "15": "280101"}


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        (f"]C1{GS}01{GTIN}17271200{GS}10A1", {"01": GTIN, "17": "271200", "10": "A1"}),
        (f"]Q301{GTIN}10A1␝17271231", {"01": GTIN, "10": "A1", "17": "271231"}),
        (f"01{GTIN}10A1<GS>17271231", {"01": GTIN, "10": "A1", "17": "271231"}),
        (f"01{GTIN}17271231", {"01": GTIN, "17": "271231"}),
        (f"00{SSCC}02{GTIN}3710{GS}10A1", {"00": SSCC, "02": GTIN, "37": "10", "10": "A1"}),
        (f"（01）{GTIN}（10）A1 （30）5", {"01": GTIN, "10": "A1", "30": "5"}),
    ],
)
def test_gs1_is_recognised_however_it_is_sent(text: str, elements: dict[str, str]) -> None:
    scan = recognise(text)

    assert (scan.kind, scan.elements, scan.fault) == (CodeKind.GS1, elements, None)


def test_a_lost_separator_is_repaired_where_one_reading_is_valid() -> None:
    lot, serial = "A" * 18, "B" * 18

    scan = recognise(f"]d201{GTIN}10{lot}21{serial}")

    assert scan.elements == {"01": GTIN, "10": lot, "21": serial}


def test_a_lost_separator_is_refused_where_two_readings_are_valid() -> None:
    scan = recognise(f"]d201{GTIN}10{'A' * 18}21{'B' * 9}22C")

    assert scan.fault is not None


def test_the_other_readings_of_a_valid_message_are_kept() -> None:
    scan = recognise(f"]d201{GTIN}17271231" + "10A121SER7")

    assert scan.elements["10"] == "A121SER7"
    assert {"01": GTIN, "17": "271231", "10": "A1", "21": "SER7"} in scan.others


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("271231", date(2027, 12, 31)),
        ("270200", date(2027, 2, 28)),
        ("281200", date(2028, 12, 31)),
        ("760101", date(2076, 1, 1)),
        ("770101", date(1977, 1, 1)),
    ],
)
def test_gs1_dates_of_this_half_century(text: str, day: date) -> None:
    assert read_day(text, today=date(2026, 11, 23)) == day


def test_gs1_dates_at_the_end_of_a_century() -> None:
    assert read_day("490101", today=date(2099, 1, 1)) == date(2149, 1, 1)
    assert read_day("500101", today=date(2099, 1, 1)) == date(2050, 1, 1)
