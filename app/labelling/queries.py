"""Read side of labelling: makers' product numbers, and what was printed here."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue.models import Item, PackClass, PackScheme
from app.kernel.actor import Actor
from app.kernel.ids import ItemId, UnitId
from app.labelling.models import LabelPrint
from app.labelling.rules import LabelSource, Layout, SymbolKind
from app.traceability.models import Lot, Unit

RECENT = 20


@dataclass(frozen=True, slots=True)
class PrintRow:
    """One print, without its labels."""

    reference: str
    printed_at: datetime
    actor_name: str
    source: LabelSource
    named: str
    layout: Layout
    symbol: SymbolKind
    printed: int


def list_prints(session: Session, actor: Actor) -> list[PrintRow]:
    """Return what was printed last at the actor's facilities."""
    columns = [getattr(LabelPrint, name) for name in PrintRow.__dataclass_fields__]
    rows = session.execute(
        select(*columns)
        .where(LabelPrint.facility_id.in_(actor.facility_ids))
        .order_by(LabelPrint.id.desc())
        .limit(RECENT)
    )
    return [PrintRow(*row) for row in rows]


def goods_codes(session: Session, item_ids: Collection[ItemId]) -> dict[ItemId, str]:
    """Return the goods code (69 码) of the sales pack of each item that has one."""
    rows = session.execute(
        select(PackClass.item_id, PackClass.class_key)
        .where(
            PackClass.item_id.in_(item_ids),
            PackClass.scheme == PackScheme.GOODS,
            PackClass.level == 1,
        )
        .order_by(PackClass.id.desc())
    )
    return {row.item_id: row.class_key for row in rows}


def unit_facts(session: Session, unit_id: UnitId) -> tuple[Unit, Lot | None, Item | None]:
    """Return a coded thing with its lot and item."""
    row = session.execute(
        select(Unit, Lot, Item)
        .outerjoin(Lot, Lot.id == Unit.lot_id)
        .outerjoin(Item, Item.id == Unit.item_id)
        .where(Unit.id == unit_id)
    ).one()
    unit, lot, item = row
    return unit, lot, item
