"""The essential medicines list becomes stock items by rules, not by hand."""

import pytest

from app.demo import facts
from app.demo.items.classes import special_class, special_class_of_piece, storage_class
from app.demo.items.packs import base_unit, medicine_pack
from app.demo.items.rows import ItemRow, item_rows
from app.demo.items.wording import clean_spec, pinyin_key, traditional_name, western_name
from app.demo.stocked import stocked_items


@pytest.fixture(scope="module")
def rows() -> list[ItemRow]:
    return list(item_rows(stocked_items(), frozenset()))


def test_the_whole_list_becomes_items_with_codes_of_their_own(rows: list[ItemRow]) -> None:
    assert len(rows) == 2064 + 178 + 645
    assert len({row.code for row in rows}) == len(rows)


def test_every_item_can_be_counted_carried_and_found(rows: list[ItemRow]) -> None:
    assert all(row.pack.units > 0 and row.pack.base_unit for row in rows)
    assert all(row.pack.weight_grams > 0 and row.pack.volume_cm3 > 0 for row in rows)
    assert all(row.pack.price_fen > 0 and row.name and row.pinyin.strip() for row in rows)


def test_makers_say_that_they_are_made_up(rows: list[ItemRow]) -> None:
    assert all(row.maker.startswith("示范") for row in rows)


def test_about_three_hundred_items_are_stocked(rows: list[ItemRow]) -> None:
    stocked = [row for row in rows if row.is_stocked]

    assert 300 <= len(stocked) <= 330
    assert len(stocked) == len(stocked_items())
    assert {row.storage_class for row in stocked} == {"ambient", "cool", "cold"}


def test_decoction_pieces_are_counted_in_milligrams(rows: list[ItemRow]) -> None:
    liquorice = next(row for row in rows if row.name == "甘草")

    assert (liquorice.pack.base_unit, liquorice.pack.units) == ("mg", 1_000_000)


@pytest.mark.parametrize(
    ("name", "dose_form", "printed"),
    [
        ("阿莫西林", "胶囊", "阿莫西林胶囊"),
        ("头孢曲松", "注射用无菌粉末", "注射用头孢曲松"),
        ("左氧氟沙星", "氯化钠注射液", "左氧氟沙星氯化钠注射液"),
        ("甲状腺片", "片剂", "甲状腺片"),
    ],
)
def test_a_western_name_carries_its_form(name: str, dose_form: str, printed: str) -> None:
    assert western_name(name, dose_form) == printed


@pytest.mark.parametrize(
    ("listed", "dose_form", "printed"),
    [
        ("感冒清热颗粒（胶囊）", "胶囊", "感冒清热胶囊"),
        ("藿香正气水（口服液、软胶囊）", "软胶囊", "藿香正气软胶囊"),
        ("复方丹参片（颗粒、胶囊、滴丸）", "丸剂", "复方丹参滴丸"),
        ("血栓通胶囊（注射液）、注射用血栓通（冻干）", "注射用无菌粉末", "注射用血栓通（冻干）"),
        ("三金片", "片剂", "三金片"),
    ],
)
def test_one_line_of_a_traditional_medicine_gets_one_name(
    listed: str, dose_form: str, printed: str
) -> None:
    assert traditional_name(listed, dose_form) == printed


def test_a_form_glued_on_by_ocr_is_dropped() -> None:
    assert clean_spec("2ml:0.1mg贴剂") == "2ml:0.1mg"
    assert clean_spec("") == "按说明书"


def test_a_dispersible_tablet_is_counted_as_a_tablet() -> None:
    assert base_unit("分散片", "袋") == "片"


def test_an_infusion_is_a_pack_of_its_own() -> None:
    assert medicine_pack("W413-03", "注射液", "250ml", "支").units == 1


@pytest.mark.parametrize(
    ("name", "dose_form", "expected"),
    [
        ("吗啡", "缓释片", "narcotic"),
        ("氯胺酮", "注射液", "psychotropic_1"),
        ("咪达唑仑", "注射液", "psychotropic_1"),
        ("咪达唑仑", "片剂", "psychotropic_2"),
        ("地西泮", "片剂", "psychotropic_2"),
        ("阿莫西林", "胶囊", "none"),
    ],
)
def test_controlled_medicines_are_classed_by_law(name: str, dose_form: str, expected: str) -> None:
    assert special_class(name, dose_form) == expected


def test_raw_pinellia_is_toxic_and_processed_is_not() -> None:
    assert special_class_of_piece("半夏") == "toxic"
    assert special_class_of_piece("法半夏") == "none"


def test_insulin_is_cold_ointment_cool_and_tablets_ambient() -> None:
    assert storage_class("甘精胰岛素", "注射液") == "cold"
    assert storage_class("红霉素", "软膏剂") == "cool"
    assert storage_class("氨氯地平", "片剂") == "ambient"


def test_a_name_is_found_by_initials_and_by_full_pinyin() -> None:
    assert pinyin_key("阿莫西林胶囊") == "amxljn amoxilinjiaonang"


def test_every_exam_has_a_demo_price_and_minutes() -> None:
    exams = facts.exams()

    assert len(exams) == 108
    assert all(exam.demo_price_fen > 0 and exam.minutes_low > 0 for exam in exams)
