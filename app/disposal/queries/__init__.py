"""Read side of disposal: what may have to go, write-offs, what waits, destructions."""

from app.disposal.queries.destructions import (
    DestroyedRow,
    DestructionRow,
    WaitingRow,
    destructions_of,
    find_destruction,
    list_destroyed,
    list_destructions,
    list_waiting,
)
from app.disposal.queries.goods import GoodsFilter, GoodsRow, Which, goods_at, list_goods
from app.disposal.queries.write_offs import (
    LineRow,
    WriteOffQuery,
    WriteOffRow,
    find_write_off,
    list_lines,
    list_packs,
    list_write_offs,
)

__all__ = [
    "DestroyedRow",
    "DestructionRow",
    "GoodsFilter",
    "GoodsRow",
    "LineRow",
    "WaitingRow",
    "Which",
    "WriteOffQuery",
    "WriteOffRow",
    "destructions_of",
    "find_destruction",
    "find_write_off",
    "goods_at",
    "list_destroyed",
    "list_destructions",
    "list_goods",
    "list_lines",
    "list_packs",
    "list_waiting",
    "list_write_offs",
]
