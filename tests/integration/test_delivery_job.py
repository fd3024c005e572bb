"""The worker's part of a plan: eighty stops from the queue to stored runs, or a named refusal."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delivery import jobs as delivery
from app.delivery import queries
from app.delivery.models import Plan
from app.delivery.rules.states import PlanState
from app.delivery.service import planning
from app.delivery.service.planning import PlanRequest
from app.kernel.jobs import Job, JobState
from app.network.models import Facility
from app.web.worker import run_next
from optimizer.routing.solver import NoPlan
from tests.factories.cast import Cast
from tests.factories.fleet import (
    TOMORROW,
    a_depot,
    a_driver_of,
    a_van,
    another_driver,
    many_sealed_totes,
    roads_among,
)
from tests.factories.network import a_facility, served_on
from tests.factories.stock import NOW


@pytest.fixture
def eighty(session: Session, cast: Cast) -> list[Facility]:
    """Eighty clinics on a ring around the depot, each with a sealed tote; four vans."""
    clinics = []
    for number in range(80):
        clinic = a_facility(session, f"{number}号卫生院", code=f"R{number:03d}")
        served_on(session, clinic, *range(7), opens=8, closes=18)
        clinics.append(clinic)
    for number in range(4):
        van = a_van(session, cast, f"V{number:02d}")
        a_driver_of(session, cast, another_driver(session, cast, f"driver-{number}"), van)
    roads_among(session, [cast.central, *clinics], metres=3_000)
    many_sealed_totes(session, cast, clinics)
    planning.request_plan(
        session, cast.actor("dispatcher"), PlanRequest(day=TOMORROW, solve_seconds=1), now=NOW
    )
    session.commit()
    return clinics


def test_eighty_stops_are_planned_checked_and_stored(
    app: Flask, session: Session, cast: Cast, eighty: list[Facility]
) -> None:
    assert run_next(app, delivery.HANDLERS)

    plan = session.scalars(select(Plan)).one()
    job = session.scalars(select(Job).execution_options(populate_existing=True)).one()
    session.refresh(plan)
    assert (job.state, job.percent) == (JobState.DONE, 100)
    assert (plan.state, plan.stops, plan.totes) == (PlanState.STORED, len(eighty), 80)
    runs = queries.runs_of_day(session, cast.central.id, TOMORROW)
    assert sum(run.metres for run in runs) == plan.metres
    assert all(
        run.planned_leave < run.planned_back <= run.planned_leave + timedelta(hours=11)
        for run in runs
    )


def test_a_search_without_a_plan_is_named(
    app: Flask, session: Session, eighty: list[Facility], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise NoPlan

    monkeypatch.setattr(delivery, "solve_in_children", none)
    assert run_next(app, delivery.HANDLERS)

    plan = session.scalars(select(Plan)).one()
    session.refresh(plan)
    assert (plan.state, plan.refusal) == (PlanState.REFUSED, planning.SOLVER_FAILED)


def test_a_job_that_runs_again_stores_nothing_twice(
    app: Flask, session: Session, cast: Cast
) -> None:
    a_depot(session, cast)
    many_sealed_totes(session, cast, [cast.yudu])
    planning.request_plan(
        session, cast.actor("dispatcher"), PlanRequest(day=TOMORROW, solve_seconds=1), now=NOW
    )
    session.commit()
    assert run_next(app, delivery.HANDLERS)
    job = session.scalars(select(Job).execution_options(populate_existing=True)).one()
    job.state = JobState.QUEUED
    session.commit()

    assert run_next(app, delivery.HANDLERS)

    assert len(queries.runs_of_day(session, cast.central.id, TOMORROW)) == 1
