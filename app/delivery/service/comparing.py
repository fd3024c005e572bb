"""Two versions of a day side by side: their figures, and what another vehicle carries."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delivery.errors import PlanNotEditable
from app.delivery.models import Plan, Vehicle
from app.delivery.rules.layout import changed_orders, layout_of, vehicle_of_order
from app.delivery.service.planning import get_plan
from app.fulfilment.models import Tote
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import PlanId, ToteId, VehicleId
from app.network.models import Facility


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Totes of a facility that another vehicle carries; no plate where none does."""

    facility: str
    totes: tuple[str, ...]
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two versions of one day, and what differs between them."""

    one: Plan
    other: Plan
    left: tuple[int, int]
    changes: tuple[Change, ...]


def compare(session: Session, actor: Actor, plan_id: PlanId, other_id: PlanId) -> Pair:
    """Return two versions of one depot's day.

    Raises:
        NotFound: one of them does not exist, is another depot's or another day's.
        PlanNotEditable: one of them has no layout.
    """
    one, other = get_plan(session, actor, plan_id), get_plan(session, actor, other_id)
    if (one.facility_id, one.day) != (other.facility_id, other.day):
        raise NotFound("plan")
    layouts = []
    for plan in (one, other):
        if plan.layout is None or plan.finished_at is None:
            raise PlanNotEditable(str(plan.version))
        layouts.append(layout_of(plan.layout).plan)
    before, after = layouts
    changed = changed_orders(before, after)
    was, now = vehicle_of_order(before), vehicle_of_order(after)
    return Pair(
        one=one,
        other=other,
        left=(len(before.unassigned), len(after.unassigned)),
        changes=_changes(session, {one: (was.get(one), now.get(one)) for one in changed}),
    )


def _changes(
    session: Session, moved: dict[str, tuple[str | None, str | None]]
) -> tuple[Change, ...]:
    vehicles = {int(one) for pair in moved.values() for one in pair if one is not None}
    plates = {
        str(vehicle_id): plate
        for vehicle_id, plate in session.execute(
            select(Vehicle.id, Vehicle.plate).where(Vehicle.id.in_(map(VehicleId, vehicles)))
        )
    }
    rows = session.execute(
        select(Tote.id, Tote.code, Facility.short_name)
        .join(Facility, Facility.id == Tote.destination_id)
        .where(Tote.id.in_([ToteId(int(one)) for one in moved]))
        .order_by(Facility.pinyin, Tote.code)
    )
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for tote_id, code, facility in rows:
        before, after = (plates.get(one or "", "") for one in moved[str(tote_id)])
        grouped.setdefault((facility, before, after), []).append(code)
    return tuple(
        Change(facility=facility, totes=tuple(codes), before=before, after=after)
        for (facility, before, after), codes in grouped.items()
    )
