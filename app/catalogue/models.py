"""Tables of items, their packs and codes, exam items and the tariff."""

from datetime import date
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Code, NumberedEnum, key
from app.kernel.ids import ExamItemId, ItemId


class ItemKind(StrEnum):
    """What an item is."""

    MEDICINE = "medicine"
    CONSUMABLE = "consumable"
    DECOCTION_PIECE = "decoction_piece"


class StorageClass(StrEnum):
    """How warm an item may be kept: 常温, 阴凉 (≤ 20 °C), 冷藏 (2–8 °C)."""

    AMBIENT = "ambient"
    COOL = "cool"
    COLD = "cold"


class SpecialClass(StrEnum):
    """Controlled medicines (麻精毒) by the law's own classes."""

    NONE = "none"
    NARCOTIC = "narcotic"
    PSYCHOTROPIC_1 = "psychotropic_1"
    PSYCHOTROPIC_2 = "psychotropic_2"
    TOXIC = "toxic"


class Item(Base):
    """A trade item (品规). Quantities everywhere are base units; a sales pack holds several.

    ``weight_grams`` and ``volume_cm3`` are of one sales pack. ``is_coded`` items are moved
    by unit code. Packs of ``split_allowed`` items may be broken (拆零). ``is_demo`` marks makers,
    pack sizes and prices made up for the demo.
    ``insurance_code`` is the insurance's own (医保编码), empty where nobody has entered it.
    """

    __tablename__ = "item"
    __table_args__ = (
        CheckConstraint("units_per_pack > 0", name="pack_holds_something"),
        CheckConstraint("price_fen >= 0 AND weight_grams >= 0 AND volume_cm3 >= 0", name="bounds"),
        Index("ix_item_pinyin", "pinyin", postgresql_ops={"pinyin": "text_pattern_ops"}),
    )

    id: Mapped[ItemId] = key()
    code: Mapped[Code] = mapped_column(unique=True)
    kind: Mapped[ItemKind]
    name: Mapped[str]
    dose_form: Mapped[str]
    strength: Mapped[str]
    pinyin: Mapped[Code]
    base_unit: Mapped[str]
    pack_unit: Mapped[str]
    units_per_pack: Mapped[int] = mapped_column(BigInteger)
    storage_class: Mapped[StorageClass]
    special_class: Mapped[SpecialClass] = mapped_column(default=SpecialClass.NONE)
    maker: Mapped[str]
    price_fen: Mapped[int] = mapped_column(BigInteger)
    weight_grams: Mapped[int]
    volume_cm3: Mapped[int]
    is_coded: Mapped[bool]
    split_allowed: Mapped[bool] = mapped_column(default=True, server_default=true())
    is_stocked: Mapped[bool] = mapped_column(index=True)
    is_demo: Mapped[bool]
    source: Mapped[str]
    insurance_code: Mapped[Code] = mapped_column(default="")

    @property
    def is_controlled(self) -> bool:
        """Whether two people must sign for it (双人复核)."""
        return self.special_class is not SpecialClass.NONE


class PackScheme(NumberedEnum):
    """Who numbers the packs."""

    CN20 = "cn20", 1
    GOODS = "goods", 2
    OWN = "own", 3


class PackClass(Base):
    """Identification code of an item at one pack level (药品标识码): 1 pack, 2 carton."""

    __tablename__ = "pack_class"
    __table_args__ = (
        UniqueConstraint("scheme", "class_key"),
        CheckConstraint("level BETWEEN 1 AND 3", name="level"),
        CheckConstraint("packs > 0", name="holds_packs"),
    )

    id: Mapped[int] = key()
    scheme: Mapped[PackScheme]
    class_key: Mapped[Code]
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"), index=True)
    level: Mapped[int]
    packs: Mapped[int]
    is_demo: Mapped[bool]


class Modality(StrEnum):
    """Kind of imaging, as DICOM names it."""

    CT = "CT"
    MR = "MR"


class ExamItem(Base):
    """An imaging examination that can be booked (检查项目); minutes bound the scan."""

    __tablename__ = "exam_item"
    __table_args__ = (
        CheckConstraint("0 < minutes_low AND minutes_low <= minutes_high", name="minutes"),
        Index("ix_exam_item_pinyin", "pinyin", postgresql_ops={"pinyin": "text_pattern_ops"}),
    )

    id: Mapped[ExamItemId] = key()
    code: Mapped[Code] = mapped_column(unique=True)
    modality: Mapped[Modality]
    body_part: Mapped[str]
    exam_type: Mapped[str]
    name: Mapped[str]
    pinyin: Mapped[Code]
    unit: Mapped[str]
    minutes_low: Mapped[int]
    minutes_high: Mapped[int]
    minutes_source: Mapped[str]
    with_contrast: Mapped[bool]
    preparation_zh: Mapped[str]
    preparation_en: Mapped[str]


class TariffPrice(Base):
    """Price of an exam from a day on (价目); one price for every facility (同质同价)."""

    __tablename__ = "tariff_price"
    __table_args__ = (
        UniqueConstraint("exam_item_id", "valid_from"),
        CheckConstraint("amount_fen >= 0", name="not_negative"),
    )

    id: Mapped[int] = key()
    exam_item_id: Mapped[ExamItemId] = mapped_column(ForeignKey("exam_item.id"))
    valid_from: Mapped[date]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    is_demo: Mapped[bool]
