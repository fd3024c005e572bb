"""Workbooks of the product: templates to fill in, and lists to take away."""

from collections.abc import Sequence

from flask import Response

from app.catalogue.queries import ItemRow
from app.counting.queries import LineRow
from app.exchange.rules import COLUMNS, ImportKind
from app.exchange.rules.columns import KIND_WORDS, SPECIAL_WORDS, STORAGE_WORDS
from app.fulfilment.service import LineView
from app.inventory.queries import Card, StockRow
from app.kernel.ids import ItemId, LotId
from app.kernel.local_time import local
from app.kernel.quantities import yuan
from app.purchasing.queries import OrderLineRow
from app.web.documents.workbook import MEDIA_TYPE, As, SheetColumn, Value, write_workbook
from app.web.labels import label

SHOWN = {
    "expires_on": As.DATE,
    "made_on": As.DATE,
    "quantity": As.NUMBER,
    "packs": As.NUMBER,
    "units_per_pack": As.NUMBER,
    "price_fen": As.NUMBER,
    "cost_fen": As.NUMBER,
    "line": As.NUMBER,
    "loose": As.NUMBER,
    "weight_grams": As.NUMBER,
    "volume_cm3": As.NUMBER,
}
TITLES = {
    ImportKind.ITEMS: "药品目录",
    ImportKind.OPENING: "期初库存",
    ImportKind.REQUISITION: "请领明细",
    ImportKind.COUNT: "盘点表",
}


def columns_of(kind: ImportKind) -> list[SheetColumn]:
    """Return the columns of a kind; a star marks what each row needs."""
    return [
        SheetColumn(
            f"{column.heading}*" if column.required else column.heading,
            column.width,
            SHOWN.get(column.key, As.TEXT),
        )
        for column in COLUMNS[kind]
    ]


def template(kind: ImportKind) -> bytes:
    """Return an empty sheet of a kind, codes formatted as text, with one example row."""
    example: list[Value] = [column.example or None for column in COLUMNS[kind]]
    return write_workbook(TITLES[kind], columns_of(kind), [example])


def items_sheet(items: Sequence[ItemRow], goods: dict[ItemId, str]) -> bytes:
    """Return the catalogue in the shape its import reads."""
    kinds, storage, special = map(_reversed, (KIND_WORDS, STORAGE_WORDS, SPECIAL_WORDS))
    rows: list[list[Value]] = [
        [
            item.code,
            item.name,
            kinds[item.kind.value],
            item.dose_form,
            item.strength,
            item.maker,
            item.base_unit,
            item.pack_unit,
            item.units_per_pack,
            float(yuan(item.price_fen)),
            storage[item.storage_class.value],
            special[item.special_class.value],
            YES_OR_NO[item.is_coded],
            YES_OR_NO[item.is_stocked],
            item.weight_grams,
            item.volume_cm3,
            goods.get(item.id, ""),
            item.pinyin.upper(),
            item.insurance_code,
        ]
        for item in items
    ]
    return write_workbook(TITLES[ImportKind.ITEMS], columns_of(ImportKind.ITEMS), rows)


def _reversed(words: dict[str, str]) -> dict[str, str]:
    return {value: word for word, value in words.items()}


YES_OR_NO = {True: "是", False: "否"}


STOCK_COLUMNS = (
    SheetColumn("药品编码"),
    SheetColumn("药品名称", 24),
    SheetColumn("规格", 18),
    SheetColumn("批号", 16),
    SheetColumn("有效期至", 12, As.DATE),
    SheetColumn("数量（最小单位）", 18, As.NUMBER),
    SheetColumn("占用量", 12, As.NUMBER),
    SheetColumn("可用量", 12, As.NUMBER),
    SheetColumn("最小单位", 10),
    SheetColumn("生产企业", 24),
    SheetColumn("机构", 16),
    SheetColumn("库位", 14),
    SheetColumn("状态", 10),
    SheetColumn("批次状态", 12),
)


def stock_sheet(rows: Sequence[StockRow], makers: dict[LotId, str]) -> bytes:
    """Return stock by lot and place; its first columns are those of opening stock."""
    return write_workbook(
        "库存明细",
        STOCK_COLUMNS,
        (
            [
                row.item_code,
                row.item_name,
                row.strength,
                row.lot_number,
                row.expires_on,
                row.on_hand,
                row.reserved,
                row.available,
                row.base_unit,
                makers.get(row.lot_id, ""),
                row.facility,
                row.place_code,
                label(row.condition),
                label(row.hold),
            ]
            for row in rows
        ),
    )


REQUISITION_COLUMNS = (
    *columns_of(ImportKind.REQUISITION),
    SheetColumn("规格", 18),
    SheetColumn("包装单位", 10),
    SheetColumn("每包装数量", 12, As.NUMBER),
    SheetColumn("本机构可用", 12, As.NUMBER),
    SheetColumn("月均消耗", 12, As.NUMBER),
    SheetColumn("建议请领（包装）", 16, As.NUMBER),
    SheetColumn("批准数量（包装）", 16, As.NUMBER),
)


def requisition_sheet(lines: Sequence[LineView]) -> bytes:
    """Return a requisition; its first columns are those of its import."""
    return write_workbook(
        TITLES[ImportKind.REQUISITION],
        REQUISITION_COLUMNS,
        (
            [
                view.line.item_code,
                view.line.item_name,
                view.line.asked // view.line.units_per_pack,
                view.line.item_strength,
                view.line.pack_unit,
                view.line.units_per_pack,
                view.own_usable,
                view.amc,
                view.suggested // view.line.units_per_pack,
                _packs(view.line.approved_quantity, view.line.units_per_pack),
            ]
            for view in lines
        ),
    )


def _packs(quantity: int | None, units_per_pack: int) -> int | None:
    return None if quantity is None else quantity // units_per_pack


COUNT_COLUMNS = (
    *columns_of(ImportKind.COUNT),
    SheetColumn("库位", 14),
    SheetColumn("规格", 18),
    SheetColumn("有效期至", 12, As.DATE),
    SheetColumn("包装单位", 10),
    SheetColumn("每包装数量", 12, As.NUMBER),
    SheetColumn("最小单位", 10),
    SheetColumn("状态", 10),
    SheetColumn("按追溯码管理", 14),
)


def count_sheet(lines: Sequence[LineRow]) -> bytes:
    """Return a count to fill in, blind: no quantity of the book, nor what others counted."""
    return write_workbook(
        TITLES[ImportKind.COUNT],
        COUNT_COLUMNS,
        (
            [
                line.id,
                line.item_code,
                line.item_name,
                line.lot_number,
                None,
                None,
                None,
                line.place_code,
                line.strength,
                line.expires_on,
                line.pack_unit,
                line.units_per_pack,
                line.base_unit,
                label(line.condition),
                YES_OR_NO[line.is_coded],
            ]
            for line in lines
        ),
    )


CARD_COLUMNS = (
    SheetColumn("时间", 18),
    SheetColumn("单据号", 20),
    SheetColumn("摘要", 16),
    SheetColumn("批号", 16),
    SheetColumn("收入", 12, As.NUMBER),
    SheetColumn("发出", 12, As.NUMBER),
    SheetColumn("结存", 12, As.NUMBER),
    SheetColumn("经手人", 14),
)


def card_sheet(card: Card) -> bytes:
    """Return a bin card with its opening and closing: it foots in Excel too."""
    first: list[Value] = ["期初", "", "", "", None, None, card.opening, ""]
    last: list[Value] = ["合计", "", "", "", card.received, card.issued, card.closing, ""]
    body: list[list[Value]] = [
        [
            f"{local(line.occurred_at):%Y-%m-%d %H:%M}",
            line.document,
            label(line.kind),
            line.lot_number,
            line.quantity if line.quantity > 0 else None,
            -line.quantity if line.quantity < 0 else None,
            line.balance,
            line.by,
        ]
        for line in card.lines
    ]
    return write_workbook("库存账页", CARD_COLUMNS, [first, *body, last])


ORDER_COLUMNS = (
    SheetColumn("药品编码"),
    SheetColumn("药品名称", 24),
    SheetColumn("规格", 18),
    SheetColumn("生产企业", 24),
    SheetColumn("包装单位", 10),
    SheetColumn("订购数量（包装）", 16, As.NUMBER),
    SheetColumn("单价（元/包装）", 16, As.NUMBER),
    SheetColumn("金额（元）", 14, As.NUMBER),
    SheetColumn("已到货（包装）", 16, As.NUMBER),
    SheetColumn("合同", 20),
)


def order_sheet(lines: Sequence[OrderLineRow]) -> bytes:
    """Return the lines of a purchase order."""
    return write_workbook(
        "采购订单",
        ORDER_COLUMNS,
        (
            [
                line.item_code,
                line.item_name,
                line.item_strength,
                line.maker,
                line.pack_unit,
                line.packs,
                float(yuan(line.price_fen)),
                float(yuan(line.amount_fen)),
                line.received // line.units_per_pack,
                line.contract,
            ]
            for line in lines
        ),
    )


def download(data: bytes, name: str) -> Response:
    """Return a workbook as a download under an ASCII name."""
    response = Response(data, mimetype=MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response
