"""The proof of savings: from records to a stored report, one at a time, at kept prices."""

from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from app.kernel.jobs import Job, JobState
from app.kernel.local_time import local_day
from app.network.service import central_pharmacy
from app.savings import jobs, queries, service
from app.savings.errors import NoCostCard, NothingRecorded
from app.savings.models import CostCard, SavingsStudy
from app.savings.rules import digest
from app.savings.service import StudyRequest
from app.web.worker import run_next
from optimizer.routing.savings.report import report
from optimizer.routing.savings.study import figures
from optimizer.spreading import Inline
from tests.factories.cast import Cast
from tests.factories.demo import DEMO_TODAY
from tests.factories.fleet import TOMORROW
from tests.factories.savings import a_cost_card, a_driven_run
from tests.factories.stock import NOW
from tests.racing import at_once, look_then_act

ASKED = StudyRequest(until=TOMORROW, days=5, steps=1)


def test_recorded_deliveries_become_each_suppliers_goods(demo_county: Session) -> None:
    hub = central_pharmacy(demo_county).id
    card = demo_county.scalars(select(CostCard)).one()
    wanted = SavingsStudy(
        facility_id=hub, days=3, until=DEMO_TODAY, steps=1, seed=1, card_id=card.id
    )
    study = service.gather(demo_county, wanted)
    assert len(study.days) == 3
    assert study.headline == len({drop.supplier for day in study.days for drop in day.drops}) > 2
    days = queries.planning_days(demo_county, hub, until=DEMO_TODAY, count=3)
    lines = sum(row.lines for row in queries.delivered(demo_county, hub, days))
    assert sum(drop.lines for day in study.days for drop in day.drops) == lines
    assert all(day.recorded and day.recorded.vehicles for day in study.days)
    assert digest(study) == digest(service.gather(demo_county, wanted))
    found = report(study, figures(study, Inline()))
    alone = next(one for one in found.savings if one.suppliers == study.headline)
    assert alone.separate.transport_fen > found.unified.transport_fen
    assert found.unified.on_time == found.unified.drops
    assert found.recorded is not None


def test_a_study_is_computed_by_the_worker_and_stored_with_what_it_was_made_from(
    app: Flask, session: Session, cast: Cast
) -> None:
    a_driven_run(session, cast)
    card = a_cost_card(session, cast)
    study = service.request_study(session, cast.actor("director"), ASKED, now=NOW)
    session.commit()

    assert run_next(app, jobs.HANDLERS)

    session.refresh(study)
    assert study.result is not None
    assert (study.card_id, study.refusal) == (card.id, "")
    assert study.result["headline"] == 1
    assert study.result["unified"]["stops"] == 2
    assert len(study.inputs_digest) == 64
    job = session.get_one(Job, study.job_id)
    session.refresh(job)
    assert (job.state, job.percent) == (JobState.DONE, 100)
    assert service.take_study(session, study.id) is None


def test_a_study_that_was_stopped_says_so(app: Flask, session: Session, cast: Cast) -> None:
    a_driven_run(session, cast)
    a_cost_card(session, cast)
    study = service.request_study(session, cast.actor("director"), ASKED, now=NOW)
    session.execute(update(Job).values(stop_requested=True))
    session.commit()

    assert run_next(app, jobs.HANDLERS)

    session.refresh(study)
    assert (study.refusal, study.result) == ("stopped", None)
    assert service.request_study(session, cast.actor("director"), ASKED, now=NOW).id != study.id


def test_without_prices_or_deliveries_there_is_no_study(session: Session, cast: Cast) -> None:
    director = cast.actor("director")
    with pytest.raises(NoCostCard):
        service.request_study(session, director, ASKED, now=NOW)
    a_cost_card(session, cast)
    with pytest.raises(NothingRecorded):
        service.request_study(session, director, ASKED, now=NOW)


def test_the_latest_version_that_has_begun_counts(session: Session, cast: Cast) -> None:
    today = local_day(NOW)
    first = a_cost_card(session, cast, today - timedelta(days=30))
    mended = a_cost_card(session, cast, today - timedelta(days=30))
    later = a_cost_card(session, cast, today + timedelta(days=1))

    assert queries.card_in_force(session, today - timedelta(days=31)) is None
    assert queries.card_in_force(session, today) is mended
    assert queries.card_in_force(session, later.valid_from) is later
    assert [row.card.id for row in queries.list_cards(session)] == [later.id, mended.id, first.id]


def test_versions_of_the_cost_card_only_grow(session: Session, cast: Cast) -> None:
    a_cost_card(session, cast)
    for change in (update(CostCard).values(fen_per_km=1), delete(CostCard)):
        with pytest.raises(DBAPIError, match="only grows"), session.begin_nested():
            session.execute(change.execution_options(synchronize_session=False))


def test_two_who_press_at_once_get_one_study(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    with rivals.begin() as session:
        a_driven_run(session, racing_cast)
        card = a_cost_card(session, racing_cast).id

    def press() -> int:
        with rivals.begin() as session:
            return service.request_study(session, racing_cast.actor("director"), ASKED, now=NOW).id

    assert len(set(at_once(press, rivals=4))) == 1
    with rivals.begin() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 1
        session.execute(update(SavingsStudy).values(finished_at=NOW))
    naive = look_then_act(
        rivals,
        lambda session: session.scalar(
            select(func.count() == 0).where(SavingsStudy.finished_at.is_(None))
        ),
        partial(_insert_naively, card, racing_cast),
    )
    assert naive["uq_savings_study_open"] == 3


def _insert_naively(card: int, cast: Cast, session: Session, _open: object) -> None:
    director = cast.actor("director")
    session.execute(
        insert(SavingsStudy).values(
            facility_id=cast.central.id,
            days=1,
            until=TOMORROW,
            steps=1,
            seed=1,
            card_id=card,
            user_id=director.user_id,
            requested_at=NOW,
        )
    )
