import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.traceability.errors import MalformedCode
from app.traceability.rules import verdict
from app.traceability.rules.digital_link import read_link
from app.traceability.rules.gs1 import MOST_ELEMENTS, read_message
from app.traceability.rules.gs1_checks import check_digit, check_pair
from app.traceability.rules.gs1_identifiers import IDENTIFIERS, fault_of

GS = "\x1d"
GTIN = "06901234567892"
SSCC = "369012345678901239"


@pytest.mark.parametrize(
    ("ai", "value"),
    [
        ("11", "991200"),
        ("255", "6901234567892" + "123"),
        ("3103", "001500"),
        ("3922", "1999"),
        ("3932", "1561999"),
        ("3941", "0500"),
        ("3955", "001234"),
        ("401", "6901234X"),
        ("421", "156723600"),
        ("423", "156724"),
        ("425", "156724826840392"),
        ("4302", "%E6%B8%94%E6%B8%A1"),
        ("4307", "CN"),
        ("4309", "0279085848" + "0944012345"),
        ("4321", "1"),
        ("4324", "2612000830"),
        ("4326", "261224"),
        ("4330", "002500"),
        ("4331", "002500-"),
        ("7003", "2612242359"),
        ("7007", "261224261225"),
        ("7011", "2612240700"),
        ("7030", "999ABC"),
        ("7040", "1ABC"),
        ("7041", "200"),
        ("7230", "EM123"),
        ("7241", "10"),
        ("7250", "20240229"),
        ("7252", "9"),
        ("7258", "1/2"),
        ("8001", "00010000100110"),
        ("8003", "06901234567892" + "S1"),
        ("8004", "6901234A-1"),
        ("8006", GTIN + "0102"),
        ("8007", "GB82WEST12345698765432"),
        ("8008", "26122423"),
        ("8008", "261224235959"),
        ("8010", "6901234/#-A"),
        ("8011", "0"),
        ("8013", "1987654Ad4X4bL5ttr2310c2K"),
        ("8030", "-_aZ09=="),
        ("8110", "012345612345611110123" + "3261231" + "4260101"),
        ("8112", "001234561234560123456"),
        ("99", "X" * 90),
    ],
)
def test_right_values_are_taken(ai: str, value: str) -> None:
    assert fault_of(ai, value) is None


@pytest.mark.parametrize(
    ("ai", "value", "cause"),
    [
        ("11", "991301", "date"),
        ("255", "6901234567893", "check-digit"),
        ("3103", "01500", "length"),
        ("3932", "0001999", "value"),
        ("401", "69A1234", "value"),
        ("401", "690", "value"),
        ("422", "999", "value"),
        ("423", "1567", "length"),
        ("424", "000", "value"),
        ("4302", "50%", "value"),
        ("4307", "cn", "value"),
        ("4309", "1800000001" + "0944012345", "value"),
        ("4309", "0279085848" + "3600000001", "value"),
        ("4321", "2", "value"),
        ("4324", "2612002400", "date"),
        ("4326", "261200", "date"),
        ("4331", "002500+", "value"),
        ("7003", "2612002359", "date"),
        ("7003", "2612242360", "date"),
        ("7007", "2612242612", "length"),
        ("7011", "26122407", "length"),
        ("7040", "1AB+", "value"),
        ("7041", "QQQ", "value"),
        ("7241", "11", "value"),
        ("7250", "20230229", "date"),
        ("7252", "3", "value"),
        ("7258", "2/1", "value"),
        ("8001", "00000000100010", "value"),
        ("8003", "16901234567892", "value"),
        ("8003", "06901234567893", "check-digit"),
        ("8004", "ABC1", "value"),
        ("8006", GTIN + "0201", "value"),
        ("8006", GTIN + "0001", "value"),
        ("8007", "GB82WEST12345698765433", "value"),
        ("8007", "XX82WEST12345698765432", "value"),
        ("8008", "26122424", "date"),
        ("8010", "6901234a", "characters"),
        ("8011", "01", "value"),
        ("8013", "1987654Ad4X4bL5ttr2310cXK", "check-digit"),
        ("8014", "12345678" + check_pair("12345678"), None),
        ("8030", "a+b", "characters"),
        ("8110", "712345612345611110123", "value"),
        ("8110", "012345612345611110123" + "3260101" + "4261231", "value"),
        ("8112", "201234561234560123456", "value"),
        ("10", "A#1", "characters"),
        ("30", "１", "characters"),
    ],
)
def test_wrong_values_name_their_cause(ai: str, value: str, cause: str | None) -> None:
    assert fault_of(ai, value) == cause


@pytest.mark.parametrize(
    ("message", "alone"),
    [
        (f"01{GTIN}3922{100}{GS}", "3922"),
        (f"01{GTIN}3103001500" + "3922100", None),
        (f"01{GTIN}3103001500" + "3102015000", "3103"),
        (f"00{SSCC}4330002500{GS}4331002500", "4330"),
        (f"01{GTIN}427ZJ", "427"),
        (f"01{GTIN}422156{GS}427ZJ", None),
        (f"01{GTIN}422156{GS}426156", "422"),
        (f"01{GTIN}250X", "250"),
        (f"8018{SSCC}{GS}72581/2", "7258"),
        (f"8018{SSCC}{GS}72581/2{GS}7259A", None),
        (f"01{GTIN}8030abc", "8030"),
        (f"01{GTIN}21S{GS}8030abc", None),
        (f"8017{SSCC}{GS}8018{SSCC}", "8017"),
        ("4156901234567892", "415"),
        (f"4156901234567892{GS}8020X", None),
        (f"8006{GTIN}0102{GS}01{GTIN}", "8006"),
        (f"00{SSCC}02{GTIN}", "02"),
    ],
)
def test_what_belongs_together_stands_together(message: str, alone: str | None) -> None:
    if alone is None:
        assert read_message(message)
        return
    with pytest.raises(MalformedCode) as refused:
        read_message(message)

    assert refused.value.data == {"cause": "companion", "identifier": alone}


def test_the_table_is_whole() -> None:
    two = {ai for ai in IDENTIFIERS if len(ai) == 2}

    assert len(IDENTIFIERS) == 536
    assert len(two) == 26


def test_a_message_has_at_most_64_elements() -> None:
    many = GS.join(["99A"] * (MOST_ELEMENTS + 1))

    assert read_message(many.removesuffix(f"{GS}99A")) == {"99": "A"}
    with pytest.raises(MalformedCode):
        read_message(many)


@pytest.mark.parametrize(
    ("link", "elements"),
    [
        (f"https://id.example/00/{SSCC}?02={GTIN}&37=4&10=A", 4),
        ("https://id.example/414/6901234567892/254/A", 2),
        ("https://id.example/8004/6901234A/7040/1ABC", 2),
        (f"https://id.example/8017/{SSCC}/8019/1", 2),
        ("https://id.example/415/6901234567892/8020/X", 2),
        (f"https://id.example/01/{GTIN}/21/%2B?3103=000100#top", 3),
        (f"https://id.example/8010/6901234%2FA/8011/7?99={GTIN}", 3),
    ],
)
def test_links_of_every_key(link: str, elements: int) -> None:
    assert len(read_link(link)) == elements


@pytest.mark.parametrize(
    ("link", "cause"),
    [
        (f"https://id.example/01/{GTIN}?22=A", "identifier"),
        (f"https://id.example/00/{SSCC}?21=A", "identifier"),
        (f"https://id.example/01/{GTIN}?9999=A", "identifier"),
        (f"https://id.example/01/{GTIN}?01={GTIN}", "repeated"),
        (f"https://id.example/01/{GTIN}/10/A%2", "link"),
        (f"https://id.example/01/{GTIN}/10/A B", "link"),
        (f"https://id.example/01/{GTIN}/10/A%20B", "characters"),
        (f"https://id.example/01/{GTIN}//10/A", "link"),
        (f"https://id.example/gtin/{GTIN}", "link"),
        (f"hTTps://id.example/01/{GTIN}", "link"),
        ("https://id.example/415/6901234567892", "companion"),
        (f"https://id.example/01/{GTIN[:-1]}3", "check-digit"),
        (f"https://id.example/01/{GTIN}?17=", "length"),
    ],
)
def test_wrong_links_name_their_cause(link: str, cause: str) -> None:
    with pytest.raises(MalformedCode) as refused:
        read_link(link)

    assert refused.value.data["cause"] == cause


keys = st.sampled_from([("01", 13), ("00", 17)])


@given(keys, st.data())
def test_a_damaged_key_is_never_another_valid_one(
    key: tuple[str, int], data: st.DataObject
) -> None:
    ai, length = key
    body = data.draw(st.from_regex(rf"[0-9]{{{length}}}", fullmatch=True))
    right = f"{ai}{body}{check_digit(body)}"
    at = data.draw(st.integers(2, len(right) - 1))
    sign = data.draw(st.characters(min_codepoint=0x20, max_codepoint=0x7E))
    told = verdict("]C1" + right[:at] + sign + right[at + 1 :])

    assert not told["valid"] or told["elements"] == {ai: right[2:]}
