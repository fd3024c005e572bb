"""Lines of a requisition, written and read in bulk: one round trip per document."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, cast, column, insert, select, update, values
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.fulfilment.errors import ItemNotOffered, NotWholePacks
from app.fulfilment.models import RequisitionLine
from app.fulfilment.service.advising import Advice
from app.kernel.ids import RequisitionId, RequisitionLineId

Row = dict[str, Any]


def of(session: Session, requisition_id: RequisitionId) -> list[RequisitionLine]:
    """Return the lines of a requisition in their order."""
    return list(
        session.scalars(
            select(RequisitionLine)
            .where(RequisitionLine.requisition_id == requisition_id)
            .order_by(RequisitionLine.position)
            .execution_options(populate_existing=True)
        )
    )


def to_base_units(session: Session, packs: Mapping[str, int | None]) -> dict[str, int]:
    """Return packs typed on a page as base units, by item code; nothing typed is zero.

    Raises:
        ItemNotOffered: there is no such item.
    """
    rows = session.execute(select(Item.code, Item.units_per_pack).where(Item.code.in_(packs)))
    units = {row.code: row.units_per_pack for row in rows}
    for code in packs:
        if code not in units:
            raise ItemNotOffered(code, item=code)
    return {code: (count or 0) * units[code] for code, count in packs.items()}


def ensure_whole_packs(name: str, units_per_pack: int, quantity: int) -> None:
    """Refuse a started pack.

    Raises:
        NotWholePacks: the quantity is not a multiple of the sales pack.
    """
    if quantity % units_per_pack:
        raise NotWholePacks(name, item=name, units_per_pack=units_per_pack)


def whole_packs(item: Item, quantity: int) -> int:
    """Return the quantity if it is whole packs of the item."""
    ensure_whole_packs(item.name, item.units_per_pack, quantity)
    return quantity


def row_of(
    requisition_id: RequisitionId, placed: tuple[int, Item], advice: Advice, asked: int
) -> Row:
    """Return a new line: the item as it is today, the figures, and what is asked."""
    position, item = placed
    return {
        "requisition_id": requisition_id,
        "position": position,
        "item_id": item.id,
        "item_code": item.code,
        "item_name": item.name,
        "item_strength": item.strength,
        "base_unit": item.base_unit,
        "pack_unit": item.pack_unit,
        "units_per_pack": item.units_per_pack,
        "price_fen": item.price_fen,
        "storage_class": item.storage_class,
        "controlled": item.is_controlled,
        "asked": asked,
        **figures_of(advice),
    }


def figures_of(advice: Advice) -> Row:
    """Return the columns that keep what the arithmetic said."""
    return {
        "suggested": advice.suggestion.quantity,
        "own_usable": advice.need.usable,
        "coming": advice.need.coming,
        "amc": advice.need.amc,
        "centre_available": advice.centre_available,
        "arithmetic": advice.arithmetic,
    }


def store(session: Session, rows: Sequence[Row]) -> None:
    """Write new lines in one statement."""
    if rows:
        session.execute(insert(RequisitionLine), list(rows))


def set_asked(session: Session, quantities: Sequence[tuple[RequisitionLineId, int]]) -> None:
    """Write what is asked on many lines in one statement."""
    if not quantities:
        return
    new = values(column("id", BigInteger), column("asked", BigInteger), name="new").data(
        sorted(quantities)
    )
    session.execute(
        update(RequisitionLine)
        .where(RequisitionLine.id == new.c.id)
        .values(asked=new.c.asked)
        .execution_options(synchronize_session=False)
    )


def freeze_figures(session: Session, advice: Sequence[tuple[RequisitionLineId, Advice]]) -> None:
    """Write what each line showed when it was submitted, in one statement (L14)."""
    names = ("suggested", "own_usable", "coming", "amc", "centre_available")
    new = values(
        column("id", BigInteger),
        *(column(name, BigInteger) for name in names),
        column("arithmetic", JSONB),
        name="new",
    ).data(
        [
            (line_id, *(figures_of(given)[name] for name in names), given.arithmetic)
            for line_id, given in advice
        ]
    )
    session.execute(
        update(RequisitionLine)
        .where(RequisitionLine.id == new.c.id)
        .values(
            {name: cast(new.c[name], BigInteger) for name in names}
            | {"arithmetic": new.c.arithmetic}
        )
        .execution_options(synchronize_session=False)
    )
