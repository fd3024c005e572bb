"""Read side of the catalogue: items, packs, exams and prices."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, Subquery, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.catalogue.models import (
    ExamItem,
    Item,
    ItemKind,
    Modality,
    PackClass,
    PackScheme,
    SpecialClass,
    StorageClass,
    TariffPrice,
)
from app.kernel.ids import ExamItemId, ItemId


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """An item as lists and pages show it."""

    id: ItemId
    code: str
    kind: ItemKind
    name: str
    dose_form: str
    strength: str
    pinyin: str
    base_unit: str
    pack_unit: str
    units_per_pack: int
    storage_class: StorageClass
    special_class: SpecialClass
    maker: str
    price_fen: int
    weight_grams: int
    volume_cm3: int
    is_coded: bool
    is_stocked: bool
    is_demo: bool
    source: str
    insurance_code: str

    @property
    def is_controlled(self) -> bool:
        """Whether two people must sign for it (双人复核)."""
        return self.special_class is not SpecialClass.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRow:
    """A pack level of an item and the code class printed on it."""

    scheme: str
    class_key: str
    level: int
    packs: int
    is_demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamRow:
    """An exam with its price on the day asked for; None where no price holds yet."""

    id: ExamItemId
    code: str
    modality: Modality
    body_part: str
    exam_type: str
    name: str
    pinyin: str
    unit: str
    minutes_low: int
    minutes_high: int
    minutes_source: str
    with_contrast: bool
    preparation_zh: str
    preparation_en: str
    price_fen: int | None
    price_is_demo: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFilter:
    """Which items: part of a name, pinyin initials or a code; a kind; only stocked ones."""

    text: str = ""
    kind: ItemKind | None = None
    stocked_only: bool = False


ITEM_COLUMNS = [getattr(Item, name) for name in ItemRow.__dataclass_fields__]
EXAM_COLUMNS = [
    getattr(ExamItem, name)
    for name in ExamRow.__dataclass_fields__
    if name not in {"price_fen", "price_is_demo"}
]


def list_items(
    session: Session, wanted: ItemFilter, *, after: tuple[str | int, ...] | None, size: int
) -> Sequence[ItemRow]:
    """Return items by pinyin, one more than ``size`` so that a page knows of the next."""
    query = select(*ITEM_COLUMNS).order_by(Item.pinyin, Item.id).limit(size + 1)
    if wanted.text:
        query = query.where(_matches(wanted.text))
    if wanted.kind:
        query = query.where(Item.kind == wanted.kind)
    if wanted.stocked_only:
        query = query.where(Item.is_stocked)
    if after:
        query = query.where(tuple_(Item.pinyin, Item.id) > after)
    return [ItemRow(**row) for row in session.execute(query).mappings()]


def _matches(text: str) -> ColumnElement[bool]:
    part = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return (
        Item.pinyin.like(f"{part.lower()}%")
        | Item.name.like(f"%{part}%")
        | (Item.code == text.upper())
    )


def find_items(session: Session, ids: Iterable[ItemId]) -> dict[ItemId, ItemRow]:
    """Return items by key; unknown keys are missing."""
    query = select(*ITEM_COLUMNS).where(Item.id.in_(set(ids)))
    return {row["id"]: ItemRow(**row) for row in session.execute(query).mappings()}


def list_packs(session: Session, item_id: ItemId) -> Sequence[PackRow]:
    """Return the pack levels of an item, smallest first."""
    rows = session.scalars(
        select(PackClass)
        .where(PackClass.item_id == item_id)
        .order_by(PackClass.level, PackClass.class_key)
    )
    return [
        PackRow(
            scheme=row.scheme,
            class_key=row.class_key,
            level=row.level,
            packs=row.packs,
            is_demo=row.is_demo,
        )
        for row in rows
    ]


def list_exams(
    session: Session, *, on: date, text: str = "", modality: Modality | None = None
) -> Sequence[ExamRow]:
    """Return all exams, by modality and pinyin, with their price on a day."""
    query = _exams(on).order_by(ExamItem.modality, ExamItem.pinyin, ExamItem.id)
    if text:
        part = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        query = query.where(
            ExamItem.pinyin.like(f"{part.lower()}%")
            | ExamItem.name.like(f"%{part}%")
            | (ExamItem.code == text.upper())
        )
    if modality:
        query = query.where(ExamItem.modality == modality)
    return [ExamRow(**row) for row in session.execute(query).mappings()]


def find_exam(session: Session, exam_item_id: ExamItemId, *, on: date) -> ExamRow | None:
    """Return one exam with its price on a day."""
    row = session.execute(_exams(on).where(ExamItem.id == exam_item_id)).mappings().first()
    return ExamRow(**row) if row else None


def prices_on(
    session: Session, exam_item_ids: Iterable[ExamItemId], day: date
) -> dict[ExamItemId, int]:
    """Return the price in fen that holds on a day; exams without one are missing."""
    holding = _holding(day)
    rows = session.execute(
        select(holding.c.exam_item_id, holding.c.amount_fen).where(
            holding.c.exam_item_id.in_(set(exam_item_ids))
        )
    )
    return {row.exam_item_id: row.amount_fen for row in rows}


def _exams(on: date) -> Select[*tuple[object, ...]]:
    holding = _holding(on)
    return select(
        *EXAM_COLUMNS,
        holding.c.amount_fen.label("price_fen"),
        holding.c.is_demo.label("price_is_demo"),
    ).outerjoin(holding, holding.c.exam_item_id == ExamItem.id)


def _holding(day: date) -> Subquery:
    """Select the newest price of each exam that holds on a day."""
    return (
        select(TariffPrice.exam_item_id, TariffPrice.amount_fen, TariffPrice.is_demo)
        .ext(distinct_on(TariffPrice.exam_item_id))
        .where(TariffPrice.valid_from <= day)
        .order_by(TariffPrice.exam_item_id, TariffPrice.valid_from.desc())
        .subquery()
    )


def list_prices(session: Session, exam_item_id: ExamItemId) -> Sequence[TariffPrice]:
    """Return every price an exam ever had, the newest first."""
    return session.scalars(
        select(TariffPrice)
        .where(TariffPrice.exam_item_id == exam_item_id)
        .order_by(TariffPrice.valid_from.desc())
    ).all()


def price_on(session: Session, exam_item_id: ExamItemId, day: date) -> TariffPrice | None:
    """Return the tariff's row that holds for an exam on a day, None where there is none."""
    prices = list_prices(session, exam_item_id)
    return next((price for price in prices if price.valid_from <= day), None)


def goods_codes_of(session: Session) -> dict[ItemId, str]:
    """Return the goods code (69 码) of every item that has one; of several, the oldest."""
    rows = session.execute(
        select(PackClass.item_id, PackClass.class_key)
        .where(PackClass.scheme == PackScheme.GOODS)
        .order_by(PackClass.id.desc())
    )
    return {row.item_id: row.class_key for row in rows}
