"""What a proof of savings is made from: a cost card, and a run that was driven."""

from datetime import date

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.delivery.models import Plan, Run, Stop, StopTote
from app.delivery.rules.states import RunState, StopToteState
from app.kernel.jobs import Job
from app.kernel.local_time import local_day
from app.savings import service
from app.savings.models import CostCard
from app.savings.service import CardRequest
from optimizer.routing.savings.inputs import Prices
from tests.factories.cast import Cast
from tests.factories.fleet import two_stops
from tests.factories.stock import NOW

PRICES = Prices(
    fen_per_vehicle_day=13_000,
    fen_per_driver_hour=3_500,
    fen_per_km=140,
    fen_per_stop=200,
    cold_fen_per_day=6_000,
    cold_fen_per_km=35,
    hub_fen_per_line=80,
    linehaul_fen_per_day=16_000,
    linehaul_fen_per_km=160,
)


def a_cost_card(session: Session, cast: Cast, since: date | None = None) -> CostCard:
    """Let the director keep a version of the cost card."""
    request = CardRequest(
        valid_from=since or local_day(NOW),
        approved_by="县财政局",
        basis="镇财〔2026〕12号",
        prices=PRICES,
    )
    return service.approve_card(session, cast.actor("director"), request, now=NOW)


def a_driven_run(session: Session, cast: Cast) -> date:
    """Leave a closed run that handed over a tote each at Yudu and Yanchang; return its day."""
    run, _, _ = two_stops(session, cast)
    session.execute(update(StopTote).values(state=StopToteState.DELIVERED))
    session.execute(update(Stop).values(done_at=Stop.planned_arrival))
    session.execute(update(Run).values(state=RunState.CLOSED))
    # The plan was stored without the worker; its job must not be the next one taken.
    session.execute(update(Plan).values(job_id=None))
    session.execute(delete(Job))
    session.expire_all()
    return run.day
