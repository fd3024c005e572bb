import json
from random import Random
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from app.traceability.cli import bare_app, is_asked, parse_codes
from app.traceability.rules import recognise, verdict
from app.traceability.rules.gs1_checks import ALPHABET
from app.traceability.rules.gs1_lists import COUNTRIES

GS = "\x1d"
GTIN = "06901234567892"
CN20 = "83003812345678901234"
DEVICE = "MA.156.M0.100204.13351764"


def told(text: str) -> tuple[str, str | None]:
    answer = verdict(text)
    assert answer["valid"] is (answer["error"] is None)
    return answer["kind"], answer["error"]


@pytest.mark.parametrize(
    ("text", "kind", "error"),
    [
        (CN20, "cn20", None),
        ("]C0" + CN20, "cn20", None),
        ("8300381 2345678901234", "cn20", None),
        ("8３00381234567890123４", "cn20", None),
        (f"\ufeff\u200b{CN20}\t\r", "cn20", None),
        ("\x02" + CN20 + "\x03", "cn20", None),
        ("83003812345678900000", "cn20", "spreadsheet"),
        ("]C083003812345678900000", "cn20", None),
        ("8.30038E+19", "unknown", "spreadsheet"),
        ("8e19", "unknown", "spreadsheet"),
        (CN20[:-1], "unknown", "length"),
        (CN20 + "1", "unknown", "length"),
        ("*#))#*!@#$%^&*()!@#$", "unknown", "keyboard"),
        ("6901234567892", "goods", None),
        ("6901234567893", "goods", "check-digit"),
        ("]E04006381333931", "goods", None),
        (f"]d201{GTIN}10A{GS}21S", "gs1", None),
        (f"】d201{GTIN}", "gs1", None),
        (f"]D201{GTIN}", "unknown", "caps-lock"),
        (f"01{GTIN}10A^]21S", "gs1", None),
        (f"01{GTIN[:-1]}3", "gs1", "check-digit"),
        (f"01{GTIN}171", "gs1", "length"),
        (f"]d201{GTIN}10{'A' * 18}21{'B' * 9}22C", "gs1", "separator"),
        (f"]Q3https://id.example/01/{GTIN}", "digital_link", None),
        ("https://id.example/", "digital_link", "link"),
        ("hTTPS://ID.EXAMPLE/", "digital_link", "link"),
        ("https://county.example/c/TT-20261122-0001", "own", None),
        (DEVICE, "ma", None),
        (f"{DEVICE}.SX1.L20220117.M220117.D1.V20240117.E240117.C3", "ma", None),
        (DEVICE[:-1], "ma", "length"),
        (f"{DEVICE}.M221301", "ma", "date"),
        (f"{DEVICE}.M2213", "ma", "date"),
        (f"{DEVICE}.XA", "ma", "identifier"),
        (f"{DEVICE}.LA.LB", "ma", "repeated"),
        (f"{DEVICE}.S", "ma", "length"),
        ("MA。156。M0。100204。13351764", "ma", None),
        (DEVICE.lower(), "unknown", "caps-lock"),
        ("AHM.123456.BN7.SNA1.MD260101.BD20270101.ED270101", "ahm", None),
        ("AHM123456", "ahm", None),
        ("AHM.12", "ahm", "length"),
        ("", "unknown", "empty"),
        ("\r", "unknown", "empty"),
        ("渔渡镇", "unknown", "unknown"),
        ("]d2", "gs1", "length"),
        (GS, "gs1", "length"),
        (f"https://id.example:99999/01/{GTIN}", "digital_link", "link"),
        ("X" * 5000, "unknown", "length"),
    ],
)
def test_what_a_text_is_and_why_it_is_wrong(text: str, kind: str, error: str | None) -> None:
    assert told(text) == (kind, error)


@pytest.mark.parametrize(
    ("front", "kind", "ambiguous"),
    [("", "cn20", "ambiguous"), ("]C0", "cn20", ""), ("]C1", "gs1", "")],
)
def test_a_trace_code_like_an_asset_is_flagged(front: str, kind: str, ambiguous: str) -> None:
    scan = recognise(front + "80036901234567892123")

    assert (scan.kind.value, scan.ambiguous) == (kind, bool(ambiguous))


def test_a_trace_code_stays_text() -> None:
    assert verdict(CN20)["elements"] == {"class": "8300381", "serial": "2345678901234"}


def test_parts_of_a_device_code_are_named() -> None:
    assert verdict(f"{DEVICE}.SX1.L2")["elements"] == {"DI": DEVICE, "S": "X1", "L": "2"}


@given(st.text(max_size=120))
def test_every_text_gets_one_verdict(text: str) -> None:
    answer = verdict(text)

    assert answer["valid"] is (answer["error"] is None)
    assert json.loads(json.dumps(answer)) == answer


@given(st.lists(st.binary(max_size=60).filter(lambda line: b"\n" not in line), max_size=8))
def test_no_line_is_lost(lines: list[bytes]) -> None:
    result = CliRunner().invoke(parse_codes, input=b"".join(line + b"\n" for line in lines))

    assert result.exit_code == 0
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["kind"] for answer in answers] == [
        verdict(line.decode(errors="replace"))["kind"] for line in lines
    ]


PATH = ("01", "10", "21")
values = {
    "10": st.text(ALPHABET, min_size=1, max_size=20),
    "21": st.text(ALPHABET, min_size=1, max_size=20),
    "3103": st.from_regex("[0-9]{6}", fullmatch=True),
    "422": st.sampled_from(sorted(COUNTRIES)),
    "7003": st.datetimes().map(lambda at: f"{at:%y%m%d%H%M}"),
    "99": st.text(ALPHABET, min_size=1, max_size=90),
}


@given(st.fixed_dictionaries({"01": st.just(GTIN)}, optional=values), st.randoms())
def test_what_was_written_is_read(label: dict[str, str], chance: Random) -> None:
    pairs = list(label.items())
    chance.shuffle(pairs)
    written = GS.join(f"{ai}{value}" for ai, value in pairs)
    parts = {ai: quote(value, safe="") for ai, value in label.items()}
    path = "".join(f"/{ai}/{parts[ai]}" for ai in PATH if ai in parts)
    query = "&".join(f"{ai}={part}" for ai, part in parts.items() if ai not in PATH)

    assert verdict(f"]C1{written}")["elements"] == label
    assert verdict(f"https://id.example{path}?{query}")["elements"] == label


def test_the_command_needs_no_settings() -> None:
    assert is_asked(["/srv/.venv/bin/flask", "--app", "wsgi", "parse-codes"])
    assert not is_asked(["/srv/.venv/bin/flask", "--app", "wsgi", "migrate"])
    assert not is_asked(["/srv/.venv/bin/gunicorn", "parse-codes"])
    runner = bare_app().test_cli_runner()

    result = runner.invoke(args=["parse-codes"], input=f"{CN20}\n")

    assert json.loads(result.stdout)["kind"] == "cn20"
