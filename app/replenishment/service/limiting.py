"""People set limits by hand, with a reason, or give them back to the computation."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.db import Json
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import FacilityId, ItemId
from app.replenishment.errors import LimitsReversed
from app.replenishment.models import ItemPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class HandLimits:
    """Limits in base units for an item at a facility, and why the computed ones do not fit."""

    facility_id: FacilityId
    item_id: ItemId
    minimum: int
    maximum: int
    reason: str


def set_limits(session: Session, actor: Actor, asked: HandLimits, *, now: datetime) -> ItemPlan:
    """Let limits set by hand win from the next night on, and on every draft at once.

    Raises:
        NotFound: the facility is not the actor's, or does not plan this item.
        LimitsReversed: the minimum lies above the maximum.
    """
    if asked.minimum > asked.maximum:
        raise LimitsReversed
    plan = _locked(session, actor, asked.facility_id, asked.item_id)
    before = _told(plan)
    plan.set_minimum, plan.set_maximum = asked.minimum, asked.maximum
    plan.set_reason, plan.set_by_id, plan.set_at = asked.reason, actor.user_id, now
    change = Change(
        subject=("item", asked.item_id),
        action="limits-set",
        before=before,
        after=_told(plan),
        reason=asked.reason,
    )
    history.record(session, actor, change, now=now)
    return plan


def clear_limits(
    session: Session, actor: Actor, place: tuple[FacilityId, ItemId], *, now: datetime
) -> ItemPlan:
    """Let the computed limits count again.

    Raises:
        NotFound: the facility is not the actor's, or does not plan this item.
    """
    facility_id, item_id = place
    plan = _locked(session, actor, facility_id, item_id)
    before = _told(plan)
    plan.set_minimum = plan.set_maximum = plan.set_by_id = plan.set_at = None
    plan.set_reason = ""
    change = Change(subject=("item", item_id), action="limits-cleared", before=before)
    history.record(session, actor, change, now=now)
    return plan


def _locked(session: Session, actor: Actor, facility_id: FacilityId, item_id: ItemId) -> ItemPlan:
    actor.must_act_for(facility_id, "facility")
    plan = session.scalars(
        select(ItemPlan)
        .where(ItemPlan.facility_id == facility_id, ItemPlan.item_id == item_id)
        .with_for_update(key_share=True)
    ).first()
    if plan is None:
        raise NotFound("plan")
    return plan


def _told(plan: ItemPlan) -> Json:
    return {
        "minimum": plan.minimum if plan.set_minimum is None else plan.set_minimum,
        "maximum": plan.maximum if plan.set_maximum is None else plan.set_maximum,
    }
