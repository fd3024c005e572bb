"""What others order by: a facility's proposals, and the needs of the whole county."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory import service as inventory
from app.inventory.queries import Level
from app.kernel.ids import FacilityId, ItemId
from app.network import service as network
from app.network.models import Facility
from app.replenishment.models import ItemPlan
from app.replenishment.queries.inputs import MAXIMUM, MINIMUM
from app.replenishment.rules import CentreStock, FacilityNeed, Need
from app.replenishment.service.planning import Pipeline

Subject = tuple[FacilityId, ItemId]


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
class OnTheWay:
    """What the domains above know: ordered for the centre, and granted or asked by facility.

    Without a ``pipeline`` last night's figures count.
    """

    on_order: Mapping[ItemId, int] = field(default_factory=dict)
    pipeline: Mapping[Subject, Pipeline] | None = None


def needs(session: Session, known: OnTheWay, *, today: date) -> list[Need]:
    """Return the county's needs item by item, those with something to buy or not.

    Limits are last night's, stock is today's. What the centre promised is not free any more;
    stock on its way to facilities is theirs already. This is the one arithmetic of needs.
    """
    centre = network.central_pharmacy(session)
    items = _items(session)
    names = _served(session, centre.id)
    levels = inventory.levels_across(session, [centre.id, *names], list(items), today=today)
    plans = _plans(session)
    by_item = _subjects(plans, known.pipeline or {})
    found = []
    for item_id, units_per_pack in items.items():
        facilities = [
            _facility(plans.get(subject), levels.get(subject), known, (subject, names))
            for subject in by_item[item_id]
            if subject[0] in names
        ]
        plan, here = plans.get((centre.id, item_id)), levels.get((centre.id, item_id))
        need = Need(
            item_id=item_id,
            per_month=plan.per_month if plan else 0,
            wape=plan.wape if plan else None,
            keep=plan.maximum if plan else 0,
            minimum=plan.minimum if plan else 0,
            stock=CentreStock(
                available=here.available if here else 0,
                arriving=here.arriving if here else 0,
                on_order=known.on_order.get(item_id, 0),
            ),
            facilities=tuple(
                FacilityNeed(**each, units_per_pack=units_per_pack) for each in facilities
            ),
            units_per_pack=units_per_pack,
        )
        if plan or need.lacking:
            found.append(need)
    return found


def _items(session: Session) -> dict[ItemId, int]:
    rows = session.execute(
        select(Item.id, Item.units_per_pack).where(Item.is_stocked).order_by(Item.pinyin, Item.code)
    )
    return {row.id: row.units_per_pack for row in rows}


def _served(session: Session, centre_id: FacilityId) -> dict[FacilityId, str]:
    rows = session.execute(
        select(Facility.id, Facility.short_name)
        .where(Facility.active, Facility.id != centre_id)
        .order_by(Facility.code)
    )
    return {row.id: row.short_name for row in rows}


def _plans(session: Session) -> dict[Subject, Row[Any]]:
    rows: Iterable[Any] = session.execute(
        select(
            ItemPlan.facility_id,
            ItemPlan.item_id,
            ItemPlan.per_month,
            ItemPlan.wape,
            MINIMUM.label("minimum"),
            MAXIMUM.label("maximum"),
            ItemPlan.coming,
            ItemPlan.asked,
        )
    )
    return {(row.facility_id, row.item_id): row for row in rows}


def _subjects(
    plans: Mapping[Subject, Row[Any]], pipeline: Mapping[Subject, Pipeline]
) -> defaultdict[ItemId, list[Subject]]:
    found: defaultdict[ItemId, list[Subject]] = defaultdict(list)
    for subject in sorted(plans.keys() | pipeline.keys()):
        found[subject[1]].append(subject)
    return found


def _facility(
    plan: Row[Any] | None,
    level: Level | None,
    known: OnTheWay,
    about: tuple[Subject, Mapping[FacilityId, str]],
) -> dict[str, Any]:
    subject, names = about
    if known.pipeline is None:
        way = Pipeline(plan.coming, plan.asked) if plan else Pipeline()
    else:
        way = known.pipeline.get(subject, Pipeline())
    return {
        "facility": names[subject[0]],
        "per_month": plan.per_month if plan else 0,
        "minimum": plan.minimum if plan else 0,
        "maximum": plan.maximum if plan else 0,
        "usable": level.usable if level else 0,
        "coming": way.coming,
        "asked": way.asked,
    }
