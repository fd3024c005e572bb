"""What others order by: a facility's proposals, and the needs of the whole county."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, select, update
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory import service as inventory
from app.kernel.ids import FacilityId, ItemId
from app.network import service as network
from app.replenishment.models import ItemPlan
from app.replenishment.queries.inputs import MAXIMUM, MINIMUM
from optimizer.replenishment.levels import Limits, Position, reorder


def take_proposals(session: Session, facility_id: FacilityId) -> dict[ItemId, int]:
    """Return what is proposed for a facility, whole packs in base units, and note it as taken.

    Two people who take at once get it once: the second finds nothing left. The next night
    proposes again what the draft did not become.
    """
    open_rows = (
        select(ItemPlan.item_id, ItemPlan.proposed)
        .where(ItemPlan.facility_id == facility_id, ItemPlan.proposed > 0)
        .order_by(ItemPlan.item_id)
        .with_for_update(key_share=True)
    )
    taken = {row.item_id: row.proposed for row in session.execute(open_rows)}
    session.execute(
        update(ItemPlan)
        .where(ItemPlan.facility_id == facility_id, ItemPlan.item_id.in_(taken))
        .values(proposed=0, asked=ItemPlan.asked + ItemPlan.proposed)
        .execution_options(synchronize_session=False)
    )
    return taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What the centre must buy of an item, and why; base units, ``quantity`` in whole packs.

    ``keep`` covers the county's forecast use until the order after this one has come, and
    ``lacking`` is what facilities need on top to fill their shelves. ``urgent``: with all
    that is ordered the centre falls to its minimum.
    """

    item_id: ItemId
    per_month: int
    wape: float | None
    lacking: int
    keep: int
    minimum: int
    available: int
    on_order: int
    quantity: int
    urgent: bool


def needs(session: Session, on_order: Mapping[ItemId, int], *, today: date) -> list[Need]:
    """Return the county's needs item by item, those with something to buy or not.

    ``available`` is the centre's usable stock without what it promised; stock on its way to
    facilities is theirs already. Quantity = lacking + keep − available − on order.
    """
    centre = network.central_pharmacy(session)
    rows = session.execute(_centre_plans(centre.id)).all()
    levels = inventory.stock_levels(session, centre.id, [row.item_id for row in rows], today=today)
    return [
        _need(
            row,
            Position(usable=levels[row.item_id].available, coming=on_order.get(row.item_id, 0)),
        )
        for row in rows
    ]


def _centre_plans(centre_id: FacilityId) -> Select[Any]:
    lacking = (
        select(
            ItemPlan.item_id,
            func.sum(ItemPlan.proposed + ItemPlan.asked).label("quantity"),
        )
        .where(ItemPlan.facility_id != centre_id)
        .group_by(ItemPlan.item_id)
        .subquery()
    )
    columns: list[Any] = [
        ItemPlan.item_id,
        ItemPlan.per_month,
        ItemPlan.wape,
        MINIMUM.label("minimum"),
        MAXIMUM.label("maximum"),
        Item.units_per_pack,
        func.coalesce(lacking.c.quantity, 0).label("lacking"),
    ]
    return (
        select(*columns)
        .join(Item, Item.id == ItemPlan.item_id)
        .outerjoin(lacking, lacking.c.item_id == ItemPlan.item_id)
        .where(ItemPlan.facility_id == centre_id, Item.is_stocked)
        .order_by(Item.pinyin, Item.code)
    )


def _need(row: Row[Any], position: Position) -> Need:
    lacking = int(row.lacking)
    target = row.maximum + lacking
    fill_up = Limits(safety=0, minimum=target, maximum=target)
    return Need(
        item_id=row.item_id,
        per_month=row.per_month,
        wape=row.wape,
        lacking=lacking,
        keep=row.maximum,
        minimum=row.minimum,
        available=position.usable,
        on_order=position.coming,
        quantity=reorder(position, fill_up, row.units_per_pack),
        urgent=position.total - lacking <= row.minimum and row.maximum > 0,
    )
