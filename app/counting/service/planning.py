"""The cycle plan: which items a facility counts today, by value and by last count."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.counting import queries
from app.counting.models import CountPolicy, CountSheet
from app.counting.rules import AbcClass, Policy, SheetKind, SheetState, classify, due_items
from app.counting.service.opening import Wanted, add_spots
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.history import Change
from app.kernel.ids import FacilityId, ItemId
from app.kernel.local_time import local_day
from app.kernel.numbering import issue_number

PREFIX = "PD"


def policy_of(session: Session, facility_id: FacilityId) -> Policy:
    """Return how a facility counts: its own policy, or the usual one."""
    row = session.get(CountPolicy, facility_id)
    if row is None:
        return Policy()
    return Policy(**{name: getattr(row, name) for name in Policy.__dataclass_fields__})


def change_policy(
    session: Session, actor: Actor, facility_id: FacilityId, policy: Policy, *, now: datetime
) -> None:
    """Set how one of the actor's facilities counts from now on.

    Raises:
        NotFound: the facility is not one the actor may act for.
    """
    actor.must_act_for(facility_id, "facility")
    before = policy_of(session, facility_id)
    values = asdict(policy)
    session.execute(
        insert(CountPolicy)
        .values(facility_id=facility_id, **values)
        .on_conflict_do_update(index_elements=["facility_id"], set_=values)
    )
    session.expire_all()
    change = Change(
        subject=("count_policy", facility_id),
        action="policy-changed",
        before=asdict(before),
        after=values,
    )
    history.record(session, actor, change, now=now)


def classes_of(
    session: Session, facility_id: FacilityId, *, now: datetime
) -> dict[ItemId, AbcClass]:
    """Return the ABC class of everything on a facility's shelves."""
    used = queries.used_value(session, facility_id, today=local_day(now))
    shelves = queries.items_on_shelves(session, facility_id)
    values = {item_id: used.get(item_id, 0) for item_id in shelves}
    return classify(values, policy_of(session, facility_id))


def propose_all(session: Session, *, now: datetime) -> int:
    """Propose today's count for every facility with stock; return how many sheets are new."""
    return sum(
        propose(session, facility_id, now=now) is not None
        for facility_id in queries.facilities_with_stock(session)
    )


def propose(session: Session, facility_id: FacilityId, *, now: datetime) -> CountSheet | None:
    """Propose today's count of one facility, once; None when nothing is due or it exists.

    A sheet that still waits from another day is not doubled: its items are left to it.
    """
    today = local_day(now)
    if _planned(session, facility_id, now=now):
        return None
    policy = policy_of(session, facility_id)
    classes = classes_of(session, facility_id, now=now)
    due = due_items(classes, queries.counted_on(session, facility_id), policy, today=today)
    chosen = {one.item_id: one.kind for one in due[: policy.items_a_day]}
    if not chosen:
        return None
    row = session.execute(
        insert(CountSheet)
        .values(
            reference=issue_number(session, PREFIX, now=now),
            facility_id=facility_id,
            kind=SheetKind.CYCLE,
            state=SheetState.PROPOSED,
            planned_on=today,
            created_at=now,
            reason="",
        )
        .on_conflict_do_nothing()
        .returning(CountSheet.id)
    ).first()
    if row is None:
        return None
    sheet = session.get_one(CountSheet, row[0])
    add_spots(session, sheet, Wanted(classes=chosen))
    return sheet


def _planned(session: Session, facility_id: FacilityId, *, now: datetime) -> bool:
    """Say whether a planned count is there for today, or one of before is not finished."""
    waiting = (SheetState.PROPOSED, SheetState.COUNTING, SheetState.REVIEW)
    found = session.scalars(
        select(CountSheet.id).where(
            CountSheet.facility_id == facility_id,
            CountSheet.kind == SheetKind.CYCLE,
            (CountSheet.planned_on == local_day(now)) | CountSheet.state.in_(waiting),
        )
    ).first()
    return found is not None
