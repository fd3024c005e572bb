"""Units, and the made-up sales packs of the demo: size, weight, volume, price and maker.

Nothing here is a fact about a product: every number follows from the dose form and a stable
hash of the code, so the same item always gets the same pack, and rows carry ``is_demo``.
"""

import re
from dataclasses import dataclass
from zlib import crc32

from app.demo.items.classes import names_of

MEDICINE_MAKERS = tuple(f"示范制药{number}厂" for number in "一二三四五六七八")
DEVICE_MAKERS = tuple(f"示范器械{number}厂" for number in "一二三四")
PIECE_MAKERS = tuple(f"示范饮片{number}厂" for number in "一二三")
MILLIGRAMS_PER_BAG = 1_000_000

_TABLETS = (24, 30, 36, 48, 60, 100)
_GRANULES = (6, 9, 10, 12)
_AMPOULES = (5, 6, 10)
_LARGE_PILL = re.compile(r"每丸重(\d+(?:\.\d+)?)g")
_MILLILITRES = re.compile(r"(\d+(?:\.\d+)?)ml")
_INFUSION_ML = 50
_MANY_PILLS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A sales pack: what it holds in base units, what it weighs, fills and costs."""

    base_unit: str
    pack_unit: str
    units: int
    weight_grams: int
    volume_cm3: int
    price_fen: int


def stable(code: str, purpose: str, choices: int) -> int:
    """Return a number below ``choices`` that depends on nothing but its arguments."""
    return crc32(f"{purpose}:{code}".encode()) % choices


def pick(code: str, purpose: str, choices: tuple[str, ...]) -> str:
    """Return one of ``choices``, always the same for a code."""
    return choices[stable(code, purpose, len(choices))]


def base_unit(dose_form: str, listed: str) -> str:
    """Return the smallest unit; a dispersible tablet (分散片) is a tablet, not a bag of powder."""
    if dose_form.endswith(("片", "片剂")):
        return "片"
    if dose_form in {"", "散剂", "干混悬剂", "颗粒剂"}:
        return listed or "袋"
    return "瓶" if listed == "盒" else listed


def medicine_pack(code: str, dose_form: str, spec: str, listed_unit: str) -> Pack:
    """Return the demo pack of a medicine."""
    unit = base_unit(dose_form, listed_unit)
    millilitres = _volume_of(spec) if unit in {"支", "瓶"} else 0.0
    units = _units_per_pack(code, dose_form, unit, spec, millilitres)
    each_grams, each_cm3 = _measure(unit, millilitres)
    return Pack(
        base_unit=unit,
        pack_unit=unit if units == 1 else "瓶" if unit == "丸" and units > _MANY_PILLS else "盒",
        units=units,
        weight_grams=round(units * each_grams) + 12,
        volume_cm3=round(units * each_cm3) + 25,
        price_fen=_price(code, unit, units, millilitres),
    )


def consumable_pack(code: str, name: str, listed_unit: str) -> Pack:
    """Return the demo pack of a consumable."""
    unit = listed_unit or _device_unit(name)
    small = unit in {"支", "个", "片", "根"}
    units = (50, 100, 100)[stable(code, "pack", 3)] if small else (10, 20)[stable(code, "pack", 2)]
    if unit in {"瓶", "盒", "台", "件"}:
        units = 1
    each_grams, each_cm3 = (6.0, 16.0) if small else (45.0, 160.0)
    if units == 1:
        each_grams, each_cm3 = 520.0, 600.0
    each_fen = 30 + stable(code, "price", 120) if small else 150 + stable(code, "price", 1200)
    return Pack(
        base_unit=unit,
        pack_unit=unit if units == 1 else "盒" if small else "箱",
        units=units,
        weight_grams=round(units * each_grams) + 20,
        volume_cm3=round(units * each_cm3) + 100,
        price_fen=units * each_fen + (600 if units == 1 else 0),
    )


def piece_pack(code: str, listed_unit: str) -> Pack:
    """Return the demo bag of a decoction piece: one kilogram, counted in milligrams."""
    if listed_unit != "g":
        return Pack(
            base_unit=listed_unit,
            pack_unit="袋",
            units=50,
            weight_grams=400,
            volume_cm3=2_500,
            price_fen=8_000 + stable(code, "price", 9_000),
        )
    return Pack(
        base_unit="mg",
        pack_unit="袋",
        units=MILLIGRAMS_PER_BAG,
        weight_grams=1_030,
        volume_cm3=2_800 + 200 * stable(code, "volume", 12),
        price_fen=2_200 + 100 * stable(code, "price", 180),
    )


def _volume_of(spec: str) -> float:
    found = _MILLILITRES.search(spec)
    return min(float(found.group(1)), 1_000.0) if found else 0.0


def _units_per_pack(code: str, dose_form: str, unit: str, spec: str, millilitres: float) -> int:
    if dose_form in names_of()["single_unit_form"] or millilitres >= _INFUSION_ML:
        return 1
    if unit == "丸":
        large = _LARGE_PILL.search(spec)
        return 10 if large and float(large.group(1)) >= 1 else 200
    sizes = {"袋": _GRANULES, "支": _AMPOULES, "贴": (4, 6, 8), "瓶": (1,)}.get(unit, _TABLETS)
    return sizes[stable(code, "pack", len(sizes))]


def _measure(unit: str, millilitres: float) -> tuple[float, float]:
    """Return grams and cm³ of one base unit, with its share of the inner packing."""
    if millilitres:
        return millilitres * 1.05 + 4 + millilitres * 0.1, millilitres * 1.4 + 6
    table = {"片": (0.7, 1.4), "粒": (0.8, 1.8), "丸": (0.4, 0.6), "袋": (11.0, 24.0)}
    return table.get(unit, (14.0, 26.0))


def _price(code: str, unit: str, units: int, millilitres: float) -> int:
    each = {"片": 28, "粒": 42, "丸": 9, "袋": 110, "支": 420, "贴": 190, "瓶": 780}.get(unit, 300)
    spread = 40 + stable(code, "price", 320)
    return max(120, round(units * each * spread / 160) + round(millilitres * 1.2))


def _device_unit(name: str) -> str:
    plain = name.split("（", maxsplit=1)[0]
    endings = {
        "包": ("包",),
        "瓶": ("液", "酒精", "凝胶", "耦合剂", "粘合剂", "钠石灰", "消毒片"),
        "卷": ("绷带", "胶带", "胶片", "绷带卷"),
        "双": ("手套",),
        "袋": ("棉球", "袋"),
        "件": ("用品", "恒温器"),
        "片": ("块", "贴", "敷料", "垫", "膜", "试纸", "试纸条", "纱布", "纱布条", "棉片", "中单"),
        "支": ("器", "针", "针头", "管", "管路", "笔", "刀", "签", "刀片", "刀头", "鼻镜"),
    }
    for unit, words in endings.items():
        if plain.endswith(words):
            return unit
    return "个"
