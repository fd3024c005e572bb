"""Trying a change to a plan: what it would come to, and what the checker says; nothing is kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.delivery.errors import PlanNotEditable, SitesMixed, ToteNotMovable, VehicleNotFree
from app.delivery.models import Plan
from app.delivery.queries.day import names_of_crews
from app.delivery.rules.day import DayInputs, ToteToPlan, seconds_of
from app.delivery.rules.desk import Move, moved
from app.delivery.rules.figures import Figures, figures_of
from app.delivery.rules.layout import Layout, Locks, layout_of, still_open
from app.delivery.rules.mapping import Assignment, assignment_of
from app.delivery.rules.states import PlanState
from app.delivery.service.inputs import gather, waiting_totes
from app.delivery.service.planning import get_plan
from app.kernel.actor import Actor
from app.kernel.ids import PlanId, ToteId
from app.kernel.local_time import local, local_day
from optimizer.routing import plan as answers
from optimizer.routing.check import violations
from optimizer.routing.problem import Problem
from optimizer.routing.violation import Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenMove:
    """Totes go to a vehicle, all by their codes, before the stop at ``position`` (0 is first).

    Without a position they go where they fit best.
    """

    totes: tuple[str, ...]
    vehicle: str
    position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Changes to a version: what moves, in order, and what a search may not touch.

    ``lock`` names vehicles whose runs stay as they are, ``hold`` totes that stay with theirs.
    """

    plan_id: PlanId
    moves: tuple[TakenMove, ...] = ()
    lock: tuple[str, ...] = ()
    hold: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A version as it is and as it would be, judged by the checker; nothing was changed."""

    plan: Plan
    inputs: DayInputs
    assignment: Assignment
    before: answers.Plan
    after: answers.Plan
    broken: tuple[Violation, ...]
    was: Figures
    now: Figures
    locks: Locks
    newcomers: tuple[ToteToPlan, ...]
    """Totes released since, that the version is not about."""
    plates: dict[str, str]
    """What people call each vehicle of the problem."""
    at: datetime

    @property
    def problem(self) -> Problem:
        """The day as the optimizer sees it."""
        return self.assignment.problem

    def name_of(self, tote: ToteToPlan) -> str:
        """Return the name of the facility that waits for a tote of the version."""
        return self.inputs.place(tote.facility_id).name

    @property
    def layout(self) -> Layout:
        """What a new version made of the change starts from."""
        scope = frozenset(tote.tote_id for tote in self.inputs.totes)
        return Layout(plan=self.after, tote_ids=scope, locks=self.locks)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """What names mean on the day of a version."""

    inputs: DayInputs
    problem: Problem

    def order_ids(self, codes: Sequence[str]) -> tuple[str, ...]:
        known = {tote.code: str(tote.tote_id) for tote in self.inputs.totes}
        for code in codes:
            if known.get(code) not in self.problem.order_by_id:
                raise ToteNotMovable(code)
        return tuple(known[code] for code in codes)

    def vehicle_id(self, code: str) -> str:
        for crew in self.inputs.crews:
            if crew.vehicle.code == code:
                return str(crew.vehicle.vehicle_id)
        raise VehicleNotFree(code)

    def move(self, taken: TakenMove) -> Move:
        ids = self.order_ids(taken.totes)
        if len({self.problem.order_by_id[order_id].site_id for order_id in ids}) > 1:
            raise SitesMixed(", ".join(taken.totes))
        return Move(
            order_ids=ids, vehicle_id=self.vehicle_id(taken.vehicle), position=taken.position
        )

    def locks(self, edit: Edit) -> Locks:
        return Locks(
            vehicle_ids=frozenset(map(self.vehicle_id, edit.lock)),
            order_ids=frozenset(self.order_ids(edit.hold)),
        )


def try_out(session: Session, actor: Actor, edit: Edit, *, now: datetime) -> Trial:
    """Say what a change would come to, and what is wrong with it; store nothing.

    Raises:
        NotFound: there is no such version, or it is another depot's.
        PlanNotEditable: it has no layout to start from.
        ToteNotMovable, VehicleNotFree, SitesMixed: a move names what cannot be moved.
    """
    plan = get_plan(session, actor, edit.plan_id)
    actor.must_act_for(plan.facility_id, "plan")
    if plan.layout is None or plan.state not in (PlanState.DRAFT, PlanState.STORED):
        raise PlanNotEditable(str(plan.version))
    layout = layout_of(plan.layout)
    waiting = {tote.code: tote for tote in waiting_totes(session, plan.facility_id, plan.day)}
    scope = layout.tote_ids | set(_moved_totes(edit, waiting))
    inputs = gather(session, plan, only=scope)
    assignment = assignment_of(inputs)
    problem = assignment.problem
    day = _Day(inputs=inputs, problem=problem)
    before = still_open(problem, layout.plan)
    moves = [day.move(taken) for taken in edit.moves]
    after = moved(problem, before, moves, not_before=_not_before(plan, now))
    return Trial(
        plan=plan,
        inputs=inputs,
        assignment=assignment,
        before=before,
        after=after,
        broken=violations(problem, after),
        was=figures_of(inputs, problem, before),
        now=figures_of(inputs, problem, after),
        locks=day.locks(edit),
        newcomers=tuple(tote for tote in waiting.values() if tote.tote_id not in scope),
        plates=_plates(session, inputs),
        at=now,
    )


def _plates(session: Session, inputs: DayInputs) -> dict[str, str]:
    names = names_of_crews(session, inputs.crews)
    return {str(vehicle_id): name.plate for vehicle_id, name in names.items()}


def _moved_totes(edit: Edit, waiting: dict[str, ToteToPlan]) -> Iterator[ToteId]:
    for move in edit.moves:
        for code in move.totes:
            if code not in waiting:
                raise ToteNotMovable(code)
            yield waiting[code].tote_id


def _not_before(plan: Plan, now: datetime) -> int | None:
    return seconds_of(local(now).time()) if plan.day == local_day(now) else None
