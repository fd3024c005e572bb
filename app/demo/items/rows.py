"""Items and exams of the demo's catalogue as plain rows, ready for the tables."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.demo import facts
from app.demo.items import classes, packs, wording
from app.demo.stocked import Stocked

NEML = "国家基本药物目录（2026年版），国卫药政发〔2026〕17号；OCR未校对"
PIECES = "公开的医疗机构中药饮片目录"
CONSUMABLES = "公开的医用耗材目录"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """An item (品规); maker, pack and price are the demo's own."""

    code: str
    kind: str
    name: str
    dose_form: str
    strength: str
    pinyin: str
    storage_class: str
    special_class: str
    maker: str
    pack: packs.Pack
    is_stocked: bool
    is_coded: bool
    source: str


def item_rows(stocked: dict[str, Stocked], coded: frozenset[str]) -> Iterator[ItemRow]:
    """Yield all medicines, consumables and decoction pieces of the catalogue, by list order."""
    for medicine in facts.medicines():
        yield _medicine(medicine, medicine.code in stocked, medicine.code in coded)
    for consumable in facts.consumables():
        yield _consumable(consumable, consumable.code in stocked)
    for piece in facts.pieces():
        yield _piece(piece, piece.code in stocked)


def _medicine(fact: facts.MedicineFact, stocked: bool, coded: bool) -> ItemRow:
    dose_form = fact.dose_form or ("干混悬剂" if "混悬" in fact.spec else "散剂")
    naming = wording.traditional_name if fact.traditional else wording.western_name
    name = naming(fact.name, dose_form)
    return ItemRow(
        code=fact.code,
        kind="medicine",
        name=name,
        dose_form=dose_form,
        strength=wording.clean_spec(fact.spec),
        pinyin=wording.pinyin_key(name),
        storage_class=classes.storage_class(fact.name, dose_form),
        special_class=classes.special_class(fact.name, dose_form),
        maker=packs.pick(fact.code, "maker", packs.MEDICINE_MAKERS),
        pack=packs.medicine_pack(fact.code, dose_form, fact.spec, fact.unit),
        is_stocked=stocked,
        is_coded=coded,
        source=NEML,
    )


def _consumable(fact: facts.ConsumableFact, stocked: bool) -> ItemRow:
    return ItemRow(
        code=fact.code,
        kind="consumable",
        name=fact.name,
        dose_form=fact.category or "耗材",
        strength=fact.spec or "通用",
        pinyin=wording.pinyin_key(fact.name),
        storage_class="ambient",
        special_class="none",
        maker=packs.pick(fact.code, "maker", packs.DEVICE_MAKERS),
        pack=packs.consumable_pack(fact.code, fact.name, fact.unit),
        is_stocked=stocked,
        is_coded=False,
        source=CONSUMABLES,
    )


def _piece(fact: facts.PieceFact, stocked: bool) -> ItemRow:
    return ItemRow(
        code=fact.code,
        kind="decoction_piece",
        name=fact.name,
        dose_form="饮片",
        strength=fact.processing,
        pinyin=wording.pinyin_key(fact.name),
        storage_class="ambient",
        special_class=classes.special_class_of_piece(fact.name),
        maker=packs.pick(fact.code, "maker", packs.PIECE_MAKERS),
        pack=packs.piece_pack(fact.code, fact.unit),
        is_stocked=stocked,
        is_coded=False,
        source=PIECES,
    )
