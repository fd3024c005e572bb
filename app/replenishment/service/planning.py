"""A night's plan of one facility: forecast, limits, position, proposal; one statement writes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.inventory import service as inventory
from app.kernel.ids import FacilityId, ItemId
from app.kernel.local_time import local_day
from app.kernel.rows import insert_rows
from app.network import service as network
from app.replenishment.models import ItemPlan
from app.replenishment.queries import inputs
from app.replenishment.queries.inputs import Site
from app.replenishment.rules import (
    SERVICE_PERCENT,
    SUPPLIER_LEAD_DAYS,
    days_between_deliveries,
    terms_of,
    weeks_before,
    weeks_of_history,
)
from app.replenishment.service.forecasting import Forecast, forecast
from optimizer.replenishment.levels import Limits, Position, Terms, limits, reorder

KEYS = ("facility_id", "item_id")


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Base units on their way to a facility: approved and not received, asked and not decided."""

    coming: int = 0
    asked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    site: Site
    terms: Terms
    by_hand: Mapping[ItemId, Limits]
    positions: Mapping[ItemId, Position]
    packs: Mapping[ItemId, int]
    now: datetime


def plan_facility(
    session: Session, site: Site, pipeline: Mapping[ItemId, Pipeline], *, now: datetime
) -> int:
    """Plan every item a facility uses or holds; return how many. A repeat changes nothing.

    ``pipeline`` is what the domains above know to be on its way. Nothing is proposed for the
    centre, which is not supplied by requisitions.
    """
    today = local_day(now)
    weeks = weeks_before(today, weeks_of_history(inputs.first_use(session, site), today))
    packs = inputs.planned_items(session, site, weeks[0][0])
    scene = _Scene(
        site=site,
        terms=terms_of(_lead_days(session, site)),
        by_hand=inputs.limits_by_hand(session, site.facility_id),
        positions=_positions(session, site, packs, pipeline, today=today),
        packs=packs,
        now=now,
    )
    if site.is_centre:
        history = inventory.county_use(session, packs, weeks)
    else:
        history = inventory.use_by_period(session, site.facility_id, packs, weeks)
    found = forecast(history, scene.terms, today=today)
    _store(session, site.facility_id, [_row(scene, item_id, found[item_id]) for item_id in packs])
    return len(packs)


def _lead_days(session: Session, site: Site) -> int:
    if site.is_centre:
        return SUPPLIER_LEAD_DAYS
    week = network.served_days(session, [site.facility_id]).get(site.facility_id, [])
    return days_between_deliveries([window.weekday for window in week])


def _positions(
    session: Session,
    site: Site,
    packs: Mapping[ItemId, int],
    pipeline: Mapping[ItemId, Pipeline],
    *,
    today: date,
) -> dict[ItemId, Position]:
    levels = inventory.stock_levels(session, site.facility_id, packs, today=today)
    return {
        item_id: Position(
            usable=level.available if site.is_centre else level.usable,
            coming=pipeline.get(item_id, Pipeline()).coming,
            asked=pipeline.get(item_id, Pipeline()).asked,
        )
        for item_id, level in levels.items()
    }


def _row(scene: _Scene, item_id: ItemId, found: Forecast) -> dict[str, Any]:
    computed = limits(found.outlay, scene.terms)
    position = scene.positions[item_id]
    kept = scene.by_hand.get(item_id, computed)
    proposed = 0 if scene.site.is_centre else reorder(position, kept, scene.packs[item_id])
    return {
        "facility_id": scene.site.facility_id,
        "item_id": item_id,
        "method": found.method.value,
        "per_month": found.per_month,
        "in_lead": ceil(found.outlay.in_lead),
        "in_horizon": ceil(found.outlay.in_horizon),
        "spread": ceil(found.outlay.spread),
        "wape": found.wape,
        "peers": found.peers,
        "points": found.points,
        "lead_days": scene.terms.lead_days,
        "cycle_days": scene.terms.cycle_days,
        "service_percent": SERVICE_PERCENT,
        "safety": computed.safety,
        "minimum": computed.minimum,
        "maximum": computed.maximum,
        "usable": position.usable,
        "coming": position.coming,
        "asked": position.asked,
        "proposed": proposed,
        "computed_at": scene.now,
        "set_reason": "",
    }


def _store(session: Session, facility_id: FacilityId, rows: list[dict[str, Any]]) -> None:
    """Write the plans, and forget items that are neither used nor held any more."""
    gone = delete(ItemPlan).where(
        ItemPlan.facility_id == facility_id,
        ItemPlan.item_id.not_in([row["item_id"] for row in rows]),
    )
    session.execute(gone.execution_options(synchronize_session=False))
    if not rows:
        return
    added = insert_rows(ItemPlan, rows)
    computed = [name for name in rows[0] if name not in {*KEYS, "set_reason"}]
    session.execute(
        added.on_conflict_do_update(
            index_elements=list(KEYS), set_={name: added.excluded[name] for name in computed}
        )
    )
