"""A depot's day as its board shows it: what waits, the last plan, the runs, what stays behind."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.delivery import queries
from app.delivery.models import Plan
from app.delivery.queries import LeftBehind, RunView
from app.delivery.rules.day import ToteToPlan
from app.delivery.rules.mapping import COLD
from app.delivery.rules.states import PlanState
from app.delivery.service.inputs import waiting_totes
from app.delivery.service.planning import get_plan
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, PlanId
from app.kernel.jobs import Job, JobState
from app.network import service as network

DAYS_SHOWN = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """A plan with the progress of its search."""

    plan: Plan
    job: Job | None

    @property
    def percent(self) -> int:
        """How far the search is; finished plans are complete."""
        if self.plan.state is not PlanState.SOLVING:
            return 100
        return self.job.percent if self.job else 0

    @property
    def is_running(self) -> bool:
        """Whether somebody should look again soon."""
        failed = self.job is not None and self.job.state is JobState.FAILED
        return self.plan.state is PlanState.SOLVING and not failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A facility that waits for released totes."""

    name: str
    totes: int
    grams: int
    cold: bool
    promised_to: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """A depot's day."""

    day: date
    destinations: tuple[Destination, ...]
    plan: PlanView | None
    runs: tuple[RunView, ...]
    left_behind: tuple[LeftBehind, ...]

    @property
    def waiting(self) -> int:
        """How many released totes no begun run carries."""
        return sum(place.totes for place in self.destinations)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTab:
    """A day one can look at, with its released totes and runs."""

    day: date
    totes: int
    runs: int


def depot_of(session: Session, actor: Actor) -> FacilityId:
    """Return the depot whose day the actor looks at: their own, or the county's."""
    centre = network.central_pharmacy(session)
    return centre.id if actor.sees(centre.id) else actor.facility_id


def show_day(session: Session, actor: Actor, day: date) -> DayView:
    """Return the day of the depot that the actor may see."""
    facility_id = depot_of(session, actor)
    plan = queries.latest_plan(session, facility_id, day)
    return DayView(
        day=day,
        destinations=tuple(_destinations(session, waiting_totes(session, facility_id, day))),
        plan=PlanView(plan=plan, job=queries.job_of(session, plan)) if plan else None,
        runs=tuple(queries.runs_of_day(session, facility_id, day)),
        left_behind=tuple(queries.left_behind(session, facility_id, day)),
    )


def _destinations(session: Session, totes: list[ToteToPlan]) -> Iterator[Destination]:
    by_place: dict[FacilityId, list[ToteToPlan]] = {}
    for tote in totes:
        by_place.setdefault(tote.facility_id, []).append(tote)
    for facility_id, name in queries.names_of(session, list(by_place)):
        own = by_place[facility_id]
        promises = [tote.promised_to for tote in own if tote.promised_to]
        yield Destination(
            name=name,
            totes=len(own),
            grams=sum(tote.weight_grams for tote in own),
            cold=any(tote.compartment == COLD for tote in own),
            promised_to=min(promises, default=None),
        )


def show_plan(session: Session, actor: Actor, plan_id: PlanId) -> PlanView:
    """Return one plan with its progress."""
    plan = get_plan(session, actor, plan_id)
    return PlanView(plan=plan, job=queries.job_of(session, plan))


def day_tabs(session: Session, actor: Actor, today: date) -> list[DayTab]:
    """Return a week from today, each day with how many totes wait and how many runs it has."""
    facility_id = depot_of(session, actor)
    totes = queries.days_with_totes(session, facility_id, today)
    runs = queries.days_with_runs(session, facility_id, today)
    days = [today + timedelta(days=offset) for offset in range(DAYS_SHOWN)]
    return [DayTab(day=day, totes=totes.get(day, 0), runs=runs.get(day, 0)) for day in days]


def first_busy_day(tabs: list[DayTab]) -> date:
    """Return the first day on which something waits or drives, else today."""
    return next((tab.day for tab in tabs if tab.totes or tab.runs), tabs[0].day)


def came_back(session: Session, actor: Actor) -> list[LeftBehind]:
    """Return the totes that runs brought back to the depot."""
    return queries.came_back(session, depot_of(session, actor))
