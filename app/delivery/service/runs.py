"""Runs as their driver and the dispatcher may see and change them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.delivery.errors import NotADriver, RunStateChanged
from app.delivery.models import Driver, Run
from app.delivery.rules.states import RunState
from app.kernel.actor import Actor, Permission
from app.kernel.errors import NotFound
from app.kernel.history import Change, record


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A change of a run's state: from any of ``origins`` to ``target``, at a moment."""

    origins: Sequence[RunState]
    target: RunState
    at: datetime
    reason: str = ""


STAMPS = {
    RunState.ON_ROAD: "left_at",
    RunState.RETURNED: "returned_at",
    RunState.CLOSED: "closed_at",
}


def get_driver(session: Session, actor: Actor) -> Driver:
    """Return the driver's record of the person.

    Raises:
        NotADriver: the person does not drive.
    """
    driver = session.scalars(
        select(Driver).where(Driver.user_id == actor.user_id, Driver.active)
    ).one_or_none()
    if driver is None:
        raise NotADriver(actor.name)
    return driver


def get_run(session: Session, actor: Actor, reference: str) -> Run:
    """Return a run of the actor's depot, or the driver's own.

    Raises:
        NotFound: there is no such run, or the actor may not know of it.
    """
    run = session.scalars(select(Run).where(Run.reference == reference)).one_or_none()
    if run is None or not _may_see(session, actor, run):
        raise NotFound("run")
    return run


def get_own_run(session: Session, actor: Actor, reference: str) -> Run:
    """Return a run the actor may change: of a depot they act for, or the driver's own.

    Raises:
        NotFound: there is no such run, or it is not theirs to change.
    """
    run = get_run(session, actor, reference)
    if run.facility_id not in actor.facility_ids and not _drives(session, actor, run):
        raise NotFound("run")
    return run


def _may_see(session: Session, actor: Actor, run: Run) -> bool:
    if actor.may(Permission.DELIVERY_READ):
        return actor.sees(run.facility_id)
    return _drives(session, actor, run)


def _drives(session: Session, actor: Actor, run: Run) -> bool:
    own = select(Driver.id).where(Driver.user_id == actor.user_id, Driver.id == run.driver_id)
    return actor.may(Permission.DELIVERY_DRIVE) and session.scalar(own) is not None


def lock_own_runs(session: Session, driver: Driver, references: Sequence[str]) -> dict[str, Run]:
    """Lock those of these runs that the driver drives, so that their events queue up."""
    rows = session.scalars(
        select(Run)
        .where(Run.driver_id == driver.id, Run.reference.in_(references))
        .order_by(Run.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {run.reference: run for run in rows}


def change_state(session: Session, actor: Actor, run: Run, step: Step, *, now: datetime) -> None:
    """Move a run on by compare-and-set, and say so in its history.

    Raises:
        RunStateChanged: the run is in none of the states the step starts from.
    """
    before = run.state
    values: dict[str, object] = {"state": step.target}
    if step.target in STAMPS:
        values[STAMPS[step.target]] = step.at
    changed = session.scalar(
        update(Run)
        .where(Run.id == run.id, Run.state.in_(step.origins))
        .values(values)
        .returning(Run.id)
        .execution_options(synchronize_session=False)
    )
    if changed is None:
        raise RunStateChanged(run.reference, state=before.value)
    session.refresh(run)
    change = Change(
        subject=("delivery_run", run.id),
        action=f"run-{step.target.value}",
        reason=step.reason,
    )
    record(session, actor, change, now=now)
