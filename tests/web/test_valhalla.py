"""Valhalla as a process of this machine, where its programs and an extract of a map are there."""

import os
import socket
from pathlib import Path

import pytest

from app.kernel.ids import FacilityId
from app.network.outbound import ServiceKind, TableService
from app.network.rules.positions import straight_metres
from app.network.rules.roads import RoadPoint
from tools import valhalla

EXTRACT = os.environ.get("ROADS_EXTRACT", "")
"""An ``.osm.pbf`` that covers Andorra."""
TOWNS = ((42.5063, 1.5218), (42.4637, 1.4913), (42.5560, 1.5333))
POINTS = [
    RoadPoint(id=FacilityId(one), latitude=lat, longitude=lon, altitude_metres=None, township="")
    for one, (lat, lon) in enumerate(TOWNS, start=1)
]


def test_a_real_road_engine_answers_with_real_roads(tmp_path: Path) -> None:
    programs = valhalla.home()
    if programs is None or not Path(EXTRACT).is_file():
        pytest.skip("needs VALHALLA_HOME and ROADS_EXTRACT")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    configuration = valhalla.build(programs, Path(EXTRACT), tmp_path, port)

    with valhalla.serving(programs, configuration, port) as url:
        service = TableService(url=url, kind=ServiceKind.VALHALLA, data="andorra")
        table = service.table(POINTS, POINTS)

    for row, here in enumerate(TOWNS):
        for column, there in enumerate(TOWNS):
            straight = straight_metres(here, there)
            assert straight <= table.metres[row, column] <= 4 * straight
            assert (table.seconds[row, column] > 0) == (row != column)
