"""Processes, not threads, at one ledger; `pytest -m storm` runs the full size."""

import logging
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.inventory import service as inventory
from app.inventory.models import PlaceKind
from tests import storm
from tests.factories.cast import Cast
from tests.factories.stock import a_lot, an_item, spot, stocked
from tests.storm import Field, rage

TODAY = date(2026, 11, 23)
Sessions = sessionmaker[Session]
LOG = logging.getLogger(__name__)
FULL = pytest.param(16, 500, marks=pytest.mark.storm, id="sixteen-by-five-hundred")


@pytest.fixture
def ground(rivals: Sessions, racing_cast: Cast, racing_url: str) -> Field:
    keeper = racing_cast.actor("storekeeper")
    kinds = (PlaceKind.STAGING, PlaceKind.SUPPLIER, PlaceKind.PATIENT, PlaceKind.ADJUSTMENT)
    with rivals.begin() as session:
        lots = {}
        for _ in range(3):
            item = an_item(session)
            for number in range(2):
                lot = a_lot(session, item, f"S{number}", expires=TODAY + timedelta(60 + number))
                stocked(session, keeper, lot, 40, now=storm.NOW)
                lots[lot.id] = item.id
        places = {kind: spot(session, keeper.facility_id, kind).place_id for kind in kinds}
        places[PlaceKind.BIN] = spot(session, keeper.facility_id).place_id
        van = inventory.vehicle_place(session, keeper.facility_id, "V1")
        places[PlaceKind.VEHICLE] = van.id
    return Field(url=racing_url, actor=keeper, lots=lots, places=places)


@pytest.mark.parametrize(
    ("processes", "operations"), [pytest.param(8, 40, id="eight-by-forty"), FULL]
)
def test_a_storm_of_processes_loses_nothing(ground: Field, processes: int, operations: int) -> None:
    verdict = rage(ground, processes=processes, operations=operations)

    LOG.info("%s", verdict)
    assert verdict.is_clean, verdict
    assert verdict.accepted > processes * operations // 4
    assert verdict.refused > 0


def test_the_naive_way_loses_goods_in_the_same_storm(ground: Field) -> None:
    """The control: look first, write later, and the same account does not add up."""
    verdict = rage(replace(ground, naive=True), processes=8, operations=20)

    assert verdict.lost_units > 0
    assert not verdict.is_clean
