"""The columns of each sheet: headings people know, and how their cells are read."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.exchange.rules import cells
from app.exchange.rules.cells import Parser


class ImportKind(StrEnum):
    """What a sheet brings in."""

    ITEMS = "items"
    OPENING = "opening"
    REQUISITION = "requisition"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: our key, its heading, how its cells are read, and whether each row needs it."""

    key: str
    heading: str
    parse: Parser
    required: bool = False
    width: int = 14
    example: str = ""


KIND_WORDS = {"药品": "medicine", "耗材": "consumable", "中药饮片": "decoction_piece"}
STORAGE_WORDS = {"常温": "ambient", "阴凉": "cool", "冷藏": "cold"}
SPECIAL_WORDS = {
    "无": "none",
    "麻醉药品": "narcotic",
    "第一类精神药品": "psychotropic_1",
    "第二类精神药品": "psychotropic_2",
    "医疗用毒性药品": "toxic",
}

TOLD_BESIDE: Mapping[ImportKind, frozenset[str]] = {
    ImportKind.REQUISITION: frozenset(
        {
            "规格",
            "包装单位",
            "每包装数量",
            "本机构可用",
            "月均消耗",
            "建议请领（包装）",
            "批准数量（包装）",
        }
    ),
    ImportKind.COUNT: frozenset(
        ["库位", "规格", "有效期至", "包装单位", "每包装数量", "最小单位", "状态", "按追溯码管理"]
    ),
}
"""Headings our own sheets show for reading only; a sheet that comes back with them is in order."""

COLUMNS: Mapping[ImportKind, tuple[Column, ...]] = {
    ImportKind.ITEMS: (
        Column("code", "药品编码", cells.code, required=True, example="W00001"),
        Column("name", "药品名称", cells.text, width=24, example="阿莫西林胶囊"),
        Column("kind", "类别", cells.one_of(KIND_WORDS), example="药品"),
        Column("dose_form", "剂型", cells.text, example="胶囊"),
        Column("strength", "规格", cells.text, width=18, example="0.25g"),
        Column("maker", "生产企业", cells.text, width=24, example="示例制药有限公司"),
        Column("base_unit", "最小单位", cells.text, example="粒"),
        Column("pack_unit", "包装单位", cells.text, example="盒"),
        Column("units_per_pack", "每包装数量", cells.whole, example="24"),
        Column("price_fen", "单价（元/包装）", cells.fen, width=16, example="9.60"),
        Column("storage_class", "储存条件", cells.one_of(STORAGE_WORDS), example="常温"),
        Column("special_class", "特殊管理", cells.one_of(SPECIAL_WORDS), example="无"),
        Column("is_coded", "按追溯码管理", cells.yes_or_no, example="是"),
        Column("is_stocked", "中心药房常备", cells.yes_or_no, example="是"),
        Column("weight_grams", "重量（克/包装）", cells.measure, example="30"),
        Column("volume_cm3", "体积（立方厘米/包装）", cells.measure, width=20, example="90"),
        Column("goods_code", "商品码（69 码）", cells.code, width=18, example="6901234567892"),
        Column("pinyin", "拼音码", cells.code, example="AMXLJN"),
        Column("insurance_code", "医保编码", cells.code, width=26, example="XJ01CAA040E001"),
    ),
    ImportKind.OPENING: (
        Column("code", "药品编码", cells.code, required=True, example="W00001"),
        Column("name", "药品名称", cells.text, width=24, example="阿莫西林胶囊"),
        Column("lot_number", "批号", cells.code, required=True, example="20260301"),
        Column("expires_on", "有效期至", cells.day, required=True, example="2028-02-29"),
        Column("quantity", "数量（最小单位）", cells.whole, required=True, width=18, example="480"),
        Column("made_on", "生产日期", cells.day, example="2026-03-01"),
        Column("maker", "生产企业", cells.text, width=24, example=""),
        Column("cost_fen", "进价（元/包装）", cells.fen, width=16, example="9.60"),
        Column("place", "库位", cells.code, example=""),
    ),
    ImportKind.REQUISITION: (
        Column("code", "药品编码", cells.code, required=True, example="W00001"),
        Column("name", "药品名称", cells.text, width=24, example="阿莫西林胶囊"),
        Column("packs", "请领数量（包装）", cells.whole, required=True, width=18, example="10"),
    ),
    ImportKind.COUNT: (
        Column("line", "行号", cells.whole, required=True, width=10, example="1"),
        Column("code", "药品编码", cells.code, required=True, example="W00001"),
        Column("name", "药品名称", cells.text, width=24, example="阿莫西林胶囊"),
        Column("lot_number", "批号", cells.code, required=True, width=16, example="20260301"),
        Column("packs", "实盘数量（包装）", cells.measure, width=18, example="10"),
        Column("loose", "实盘散数（最小单位）", cells.measure, width=20, example="0"),
        Column("counted_at", "盘点时间", cells.moment, width=18, example="2026-11-23 09:30"),
    ),
}
