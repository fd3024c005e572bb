"""Field maps, filled messages and answers of platforms, over plain values."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.uploads.errors import ProfileBroken
from app.uploads.rules import (
    Facts,
    Outcome,
    UploadFault,
    UploadKind,
    batch_number,
    delay_after,
    fill,
    fill_message,
    fill_query,
    is_found,
    message_id,
)
from app.uploads.rules.answers import read_answer
from app.uploads.rules.bills import DropReason, mixed, parts_of, sort_out
from app.uploads.rules.facts import FactValue
from app.uploads.service.profiles import load_profile

SOLD: dict[str, FactValue] = {
    "batch": "TC000000000001",
    "document": "DP-20261130-0001",
    "happened": datetime(2026, 11, 30, 1, 2, 3, tzinfo=UTC),
    "item.code": "W001",
    "item.insurance_code": "XJ01CA",
    "item.name": "阿莫西林胶囊",
    "lot.expires_on": date(2028, 2, 29),
    "lot.made_on": date(2026, 3, 1),
    "lot.number": "A1",
    "operator": "王药师",
    "price": Decimal("9.600000"),
    "quantity.counted": Decimal("1.0000"),
    "split": False,
}
CODE = "89990010000000000001"
BASE = load_profile("base")
SALE = BASE.messages[UploadKind.SALE]


def a_map(tmp_path: Path, text: str) -> str:
    path = tmp_path / "province.toml"
    path.write_text(text, "utf-8")
    return str(path)


def test_a_sale_says_what_the_insurance_asks_for() -> None:
    filled = fill_message(SALE, Facts(values=SOLD, codes=[CODE]))

    assert filled.gaps == []
    row = filled.body["selinfo"]
    assert row["med_list_codg"] == "XJ01CA"
    assert (row["manu_date"], row["expy_end"]) == ("2026-03-01", "2028-02-29")
    assert row["sel_retn_time"] == "2026-11-30 09:02:03"
    assert (row["trdn_flag"], row["sel_retn_cnt"]) == ("0", 1)
    assert row["drugtracinfo"] == [{"drug_trac_codg": CODE}]
    assert "rxno" not in row


def test_part_of_a_pack_is_told_as_split() -> None:
    values = {**SOLD, "split": True, "quantity.counted": 6, "price": Decimal("0.4")}

    row = fill_message(SALE, Facts(values=values, codes=[CODE])).body["selinfo"]

    assert (row["trdn_flag"], row["sel_retn_cnt"], row["finl_trns_pric"]) == ("1", 6, 0.4)


def test_a_missing_field_is_named_and_never_made_up() -> None:
    values = {**SOLD, "item.insurance_code": "", "lot.made_on": None}

    filled = fill_message(SALE, Facts(values=values))

    assert [(gap.field, gap.fact, gap.fault) for gap in filled.gaps] == [
        ("med_list_codg", "item.insurance_code", UploadFault.MISSING),
        ("manu_date", "lot.made_on", UploadFault.MISSING),
    ]


@pytest.mark.parametrize(("length", "fits"), [(100, True), (101, False)])
def test_a_code_has_at_most_a_hundred_characters(length: int, *, fits: bool) -> None:
    filled = fill_message(SALE, Facts(values=SOLD, codes=["A" * length]))

    assert (not filled.gaps) is fits


def test_a_text_that_is_too_long_is_not_cut() -> None:
    filled = fill_message(SALE, Facts(values={**SOLD, "lot.number": "L" * 31}))

    assert [(gap.field, gap.fault) for gap in filled.gaps] == [
        ("manu_lotnum", UploadFault.TOO_LONG)
    ]


def test_a_province_says_only_what_differs() -> None:
    sale = load_profile("example").messages[UploadKind.SALE]

    with_codes = fill_message(sale, Facts(values=SOLD, codes=[CODE]))
    without = fill_message(sale, Facts(values=SOLD))

    assert sale.number == "3505A"
    assert [row["phar_name"] for row in with_codes.body["selinfoDetail"]] == ["王药师"]
    assert [gap.field for gap in without.gaps] == ["drug_trac_codg"]
    assert load_profile("example").envelope[-1].constant == "TONGCANG"


def test_everything_that_is_wrong_in_a_map_is_named_at_once(tmp_path: Path) -> None:
    name = a_map(
        tmp_path,
        """
        title = "错"
        extends = "base"
        since = "soon"
        [patience]
        lease_seconds = 10
        [messages.sales]
        number = "1"
        [messages.sale]
        query = "nowhere"
        [messages.sale.fields]
        rx_flag = { from = "item.prescription" }
        memo = { from = "reason", constant = "x" }
        rxno = { as = "roman", from = "prescription", must = true }
        stoout_no = 7
        """,
    )

    with pytest.raises(ProfileBroken) as refusal:
        load_profile(name)

    for fault in (
        "since must be date",
        "patience.lease_seconds must be twice",
        "messages.sales is unknown",
        "messages.sale.query: no query is called nowhere",
        "messages.sale.fields.rx_flag.from: nothing is called item.prescription",
        "messages.sale.fields.memo needs either from or constant",
        "messages.sale.fields.rxno.as: roman is no form",
        "messages.sale.fields.rxno.must is unknown",
        "messages.sale.fields.stoout_no must be a table",
    ):
        assert fault in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [("title = ", "province.toml"), ('extends = "nowhere"', "there is no such field map")],
)
def test_a_map_that_cannot_be_read_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ProfileBroken, match=told):
        load_profile(a_map(tmp_path, text))


def test_maps_may_not_extend_one_another_in_a_circle(tmp_path: Path) -> None:
    name = str(tmp_path / "province.toml")

    with pytest.raises(ProfileBroken, match="circle"):
        load_profile(a_map(tmp_path, f'extends = "{name}"'))


def test_the_settlement_part_names_each_pack_of_a_line() -> None:
    filled = fill(BASE.settlement, Facts(values={"split": True}))

    assert filled.body == {"trdn_flag": "1", "min_prcunt_type": "2"}


def test_a_query_finds_a_message_by_its_batch_number() -> None:
    query = BASE.queries[SALE.query]

    asked = fill_query(query, Facts(values=SOLD))

    assert asked.body["data"]["fixmedins_bchno"] == "TC000000000001"
    answer = {"data": [{"fixmedins_bchno": "TC000000000001"}]}
    assert is_found(query, answer, "TC000000000001")
    assert is_found(query, {"data": answer["data"][0]}, "TC000000000001")
    assert not is_found(query, answer, "TC000000000002")
    assert not is_found(query, {}, "TC000000000001")


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, '{"infcode": 0, "inf_refmsgid": "R1"}', Outcome.TAKEN),
        (200, '{"infcode": "-1", "err_msg": "错"}', Outcome.REFUSED),
        (200, '{"infcode": "0", "output": {"result": {"retRslt": "0"}}}', Outcome.REFUSED),
        (200, "<html>", Outcome.UNANSWERED),
        (200, "[]", Outcome.UNANSWERED),
        (500, "", Outcome.UNANSWERED),
        (504, "", Outcome.UNANSWERED),
        (503, "", Outcome.NOT_SENT),
        (429, "", Outcome.NOT_SENT),
        (404, "no", Outcome.REFUSED),
    ],
)
def test_what_an_answer_means(status: int, body: str, outcome: Outcome) -> None:
    assert read_answer(status, body).outcome is outcome


def test_numbers_of_messages_and_attempts() -> None:
    at = datetime(2026, 11, 30, 9, 2, 3, tzinfo=UTC)

    assert batch_number(7) == "TC000000000007"
    assert message_id("H61072800001", 123_456, at=at) == "H61072800001202611300902033456"


def test_each_failure_waits_twice_as_long_up_to_a_limit() -> None:
    first, longest = timedelta(seconds=30), timedelta(minutes=5)

    waits = [delay_after(attempts, first, longest).seconds for attempts in (0, 1, 2, 3, 9, 99)]

    assert waits == [30, 30, 60, 120, 300, 300]


def test_a_bill_keeps_what_the_platform_takes_and_names_the_rest() -> None:
    ours, foreign = f"8{7:019d}", f"7{7:019d}"

    found = sort_out([ours, ours, foreign, "8１" + "1" * 18, "12"])

    assert found.kept == [ours]
    assert found.dropped == {
        foreign: DropReason.FIRST_DIGIT,
        "8１" + "1" * 18: DropReason.LENGTH,
        "12": DropReason.LENGTH,
    }


def test_a_bill_takes_three_thousand_five_hundred_codes() -> None:
    codes = [f"8{number:019d}" for number in range(7001)]

    assert [len(part) for part in parts_of(codes)] == [3500, 3500, 1]


def test_a_container_and_its_content_are_found_in_one_bill() -> None:
    parents = {"pack": ["carton", "tote"]}

    assert mixed(["pack", "carton"], parents) == ("carton", "pack")
    assert mixed(["pack", "other"], parents) is None
