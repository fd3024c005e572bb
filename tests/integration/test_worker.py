from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app import scheduler
from app.kernel import jobs
from app.kernel.db import Json
from app.kernel.errors import Conflict, NotFound
from app.kernel.ids import JobId
from app.kernel.jobs import LEASE, Job, JobState
from app.scheduler import HANDLERS, TIMETABLE
from app.web.worker import Work, run_next
from tests.conftest import ClientAs
from tests.factories.cast import Cast
from tests.racing import at_once

NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)


@pytest.fixture
def queue(session: Session, cast: Cast) -> Callable[[str], int]:
    def add(kind: str) -> int:
        job = jobs.enqueue(session, cast.actor("dispatcher"), kind, {"number": 7}, now=NOW)
        session.commit()
        return job.id

    return add


def double(work: Work) -> Json:
    assert work.report(50, {"step": "half"})
    return {"number": work.job.request["number"] * 2}


def state_of(session: Session, job_id: int) -> Job:
    session.expire_all()
    return session.get_one(Job, job_id)


def test_a_job_is_done_and_its_result_kept(
    app: Flask, session: Session, queue: Callable[[str], int]
) -> None:
    job_id = queue("double")
    assert run_next(app, {"double": double})
    assert not run_next(app, {"double": double})

    job = state_of(session, job_id)
    assert (job.state, job.percent, job.result) == (JobState.DONE, 100, {"number": 14})


def test_a_refused_job_is_tried_three_times_and_then_failed(
    app: Flask, session: Session, queue: Callable[[str], int]
) -> None:
    def refuse(_work: Work) -> Json:
        raise Conflict("taken")

    job_id = queue("refuse")
    runs = [run_next(app, {"refuse": refuse}) for _ in range(4)]

    job = state_of(session, job_id)
    assert runs == [True, True, True, False]
    assert (job.state, job.error) == (JobState.FAILED, "conflict")


def test_a_worker_that_lost_its_lease_changes_nothing(
    session: Session, queue: Callable[[str], int]
) -> None:
    queue("double")
    first = jobs.claim_next(session, now=NOW)
    assert first is not None
    session.flush()
    session.expunge(first)
    second = jobs.claim_next(session, now=NOW + LEASE + timedelta(seconds=1))
    assert second is not None

    assert second.attempt == 2
    assert not jobs.finish(session, first, {"late": True}, now=NOW)
    assert jobs.finish(session, second, {"late": False}, now=NOW)


def test_four_workers_share_the_queue_and_do_nothing_twice(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    with rivals.begin() as session:
        for _ in range(20):
            jobs.enqueue(session, racing_cast.actor("dispatcher"), "x", {}, now=NOW)

    def work() -> list[int]:
        taken: list[int] = []
        while True:
            with rivals.begin() as session:
                job = jobs.claim_next(session, now=NOW)
                if job is None:
                    return taken
                taken.append(job.id)

    taken = list(chain.from_iterable(at_once(work, rivals=4)))
    assert len(taken) == len(set(taken)) == 20


def test_three_leaders_ring_one_bell_once(racing_app: Flask, rivals: sessionmaker[Session]) -> None:
    timer = TIMETABLE[0]

    at_once(lambda: scheduler.ring(racing_app, timer), rivals=3)

    with rivals.begin() as session:
        assert session.scalar(select(func.count(Job.id))) in {1, 2}  # two at the turn of a minute


def test_the_timetable_is_sound_and_runs_on_an_empty_database(app: Flask) -> None:
    assert {timer.kind for timer in TIMETABLE} <= set(HANDLERS)
    assert len(scheduler.build(app).get_jobs()) == len(TIMETABLE)
    for timer in TIMETABLE:
        assert scheduler.ring(app, timer) == 1
    for _ in TIMETABLE:
        assert run_next(app, HANDLERS)


def test_a_job_of_another_facility_does_not_exist(
    client_as: ClientAs, session: Session, queue: Callable[[str], int], cast: Cast
) -> None:
    job_id = queue("double")

    assert client_as("dispatcher").get(f"/api/v1/jobs/{job_id}").status_code == 200
    assert client_as("dispatcher").get(f"/jobs/{job_id}/progress").status_code == 200
    assert client_as("outsider").get(f"/api/v1/jobs/{job_id}").status_code == 404
    assert client_as("outsider").get(f"/jobs/{job_id}/progress").status_code == 404
    with pytest.raises(NotFound):
        jobs.get_job(session, cast.actor("outsider"), JobId(job_id))


def test_a_job_that_is_asked_to_stop_hears_it(
    client_as: ClientAs, session: Session, queue: Callable[[str], int]
) -> None:
    job_id = queue("double")
    job = jobs.claim_next(session, now=NOW)
    assert job is not None
    assert jobs.report(session, job, 10, {}, now=NOW)
    session.commit()

    assert client_as("dispatcher").post(f"/api/v1/jobs/{job_id}/stop").status_code == 202

    assert not jobs.report(session, job, 20, {}, now=NOW)
