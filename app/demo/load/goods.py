"""Items, their pack classes, the exams and their prices."""

from collections.abc import Sequence
from datetime import date

from app.catalogue.models import ExamItem, Item, PackClass, TariffPrice
from app.demo.codes import CodedItem
from app.demo.facts import exams
from app.demo.items.rows import ItemRow
from app.demo.items.wording import pinyin_key
from app.demo.load.bulk import Bulk
from app.demo.preparation import preparation_of

PRICES_FROM = date(2024, 1, 1)
DEMO_INSURANCE = "DEMO-"
"""Made-up insurance codes (医保编码) say that they are."""
UNCODED = "7"
MINUTES_SOURCES = {"published": "公开文献范围上限", "assumed": "假定"}


def load_items(bulk: Bulk, items: Sequence[ItemRow]) -> dict[str, int]:
    """Store the catalogue; return the keys by code."""
    keys = bulk.keys(Item)
    ids = {row.code: next(keys) for row in items}
    bulk.copy(
        Item,
        "id code kind name dose_form strength pinyin base_unit pack_unit units_per_pack"
        " storage_class special_class maker price_fen weight_grams volume_cm3"
        " is_coded is_stocked is_demo source insurance_code",
        (_item(ids[row.code], row) for row in items),
    )
    return ids


def _item(key: int, row: ItemRow) -> tuple[object, ...]:
    return (
        key,
        row.code,
        row.kind,
        row.name,
        row.dose_form,
        row.strength,
        row.pinyin,
        row.pack.base_unit,
        row.pack.pack_unit,
        row.pack.units,
        row.storage_class,
        row.special_class,
        row.maker,
        row.pack.price_fen,
        row.pack.weight_grams,
        row.pack.volume_cm3,
        row.is_coded,
        row.is_stocked,
        True,
        row.source,
        _insurance_code(row),
    )


def _insurance_code(row: ItemRow) -> str:
    """Return a made-up code; a few medicines have none yet, and what that leads to is shown."""
    known = row.kind == "medicine" and not row.code.endswith(UNCODED)
    return f"{DEMO_INSURANCE}{row.code}" if known else ""


def load_pack_classes(bulk: Bulk, coded: Sequence[CodedItem], items: dict[str, int]) -> None:
    """Store the demo codes: for packs and cartons of each coded item, a 69 code for every item."""
    keys = bulk.keys(PackClass)
    rows: list[tuple[object, ...]] = []
    for item in coded:
        key = items[item.item]
        rows.append((next(keys), "cn20", item.pack_class, key, 1, 1, True))
        carton = (item.carton_class, key, 2, item.packs_per_carton, True)
        rows.append((next(keys), "cn20", *carton))
    rows += [(next(keys), "goods", _goods_code(key), key, 1, 1, True) for key in items.values()]
    bulk.copy(PackClass, "id scheme class_key item_id level packs is_demo", rows)


def _goods_code(number: int) -> str:
    """Return a made-up EAN-13 of the range 699, with its check digit."""
    body = f"699{number:09d}"
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body}{-weighted % 10}"


def load_exams(bulk: Bulk) -> dict[str, int]:
    """Store the exams with their preparation and demo price; return the keys by code."""
    listed = exams()
    keys = bulk.keys(ExamItem)
    ids = {exam.code: next(keys) for exam in listed}
    bulk.copy(
        ExamItem,
        "id code modality body_part exam_type name pinyin unit minutes_low minutes_high"
        " minutes_source with_contrast preparation_zh preparation_en",
        [
            (
                ids[exam.code],
                exam.code,
                exam.modality,
                exam.body_part,
                exam.exam_type,
                exam.name,
                pinyin_key(exam.name),
                exam.unit,
                exam.minutes_low,
                exam.minutes_high,
                MINUTES_SOURCES[exam.minutes_source],
                exam.with_contrast,
                *preparation_of(exam),
            )
            for exam in listed
        ],
    )
    prices = bulk.keys(TariffPrice)
    bulk.copy(
        TariffPrice,
        "id exam_item_id valid_from amount_fen is_demo",
        [(next(prices), ids[exam.code], PRICES_FROM, exam.demo_price_fen, True) for exam in listed],
    )
    return ids
