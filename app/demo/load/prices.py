"""The first version of the cost card: demo prices that nobody has approved, and say so."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.demo.load.people import somebody
from app.savings import service
from app.savings.service import CardRequest
from optimizer.routing.savings.inputs import Prices

A_YEAR = timedelta(days=365)
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


def load_cost_card(session: Session, today: date, *, now: datetime) -> None:
    """Store a version that has counted for a year."""
    request = CardRequest(
        valid_from=today - A_YEAR,
        approved_by="演示数据，未经核准",
        basis="演示价格，并非真实标准",
        prices=PRICES,
        is_demo=True,
    )
    service.approve_card(session, somebody(session, "director"), request, now=now)
