"""Runs on the map: real positions, straight lines between them."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from app.delivery.queries import RunView, StopView
from app.delivery.service.timelines import Row
from app.delivery.service.trial import Trial
from app.kernel.local_time import local
from app.network.queries import FacilityRow

SERIES = 4


def series_of(index: int) -> int:
    """Return the colour and dash of the run at this place of the list."""
    return index % SERIES + 1


def map_of(runs: tuple[RunView, ...], towns: Sequence[FacilityRow]) -> dict[str, Any]:
    """Return what the map draws of a day's runs, with the towns people find their way by."""
    if not runs:
        return {}
    first = runs[0]
    depot = {"lat": first.depot_latitude, "lon": first.depot_longitude, "name": first.depot_name}
    routes = [_route(run, series_of(index)) for index, run in enumerate(runs)]
    places = [
        {"lat": town.latitude, "lon": town.longitude, "name": town.short_name} for town in towns
    ]
    return {"depot": depot, "routes": routes, "places": places}


def map_of_rows(trial: Trial, rows: Sequence[Row], towns: Sequence[FacilityRow]) -> dict[str, Any]:
    """Return what the map draws of a version on the desk, in the colours of its rows."""
    depot = trial.inputs.depot
    start = [depot.latitude, depot.longitude]
    routes = [
        {
            "id": row.code,
            "label": row.name.plate,
            "series": series_of(index),
            "line": [
                start,
                *([halt.place.latitude, halt.place.longitude] for halt in row.halts),
                start,
            ],
            "stops": [
                {
                    "lat": halt.place.latitude,
                    "lon": halt.place.longitude,
                    "number": halt.sequence,
                    "name": halt.place.name,
                    "detail": clock_text(halt.start),
                }
                for halt in row.halts
            ],
        }
        for index, row in enumerate(rows)
    ]
    places = [
        {"lat": town.latitude, "lon": town.longitude, "name": town.short_name} for town in towns
    ]
    return {
        "depot": {"lat": depot.latitude, "lon": depot.longitude, "name": depot.name},
        "routes": routes,
        "places": places,
    }


def clock_text(seconds: int) -> str:
    """Return seconds of the local day as a clock shows them."""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"


def position_sources(runs: tuple[RunView, ...]) -> str:
    """Return where the positions of the stops come from, each source once."""
    return "；".join(sorted({stop.position_source for run in runs for stop in run.stops}))


def _route(run: RunView, series: int) -> dict[str, Any]:
    depot = [run.depot_latitude, run.depot_longitude]
    stops = [[stop.latitude, stop.longitude] for stop in run.stops]
    return {
        "id": run.reference,
        "label": run.plate,
        "series": series,
        "line": [depot, *stops, depot],
        "stops": [_stop(stop) for stop in run.stops],
    }


def _stop(stop: StopView) -> dict[str, Any]:
    return {
        "lat": stop.latitude,
        "lon": stop.longitude,
        "number": stop.sequence,
        "name": stop.facility_name,
        "detail": f"{local(stop.planned_arrival):%H:%M}",
    }


def navigation_to(stop: StopView) -> str:
    """Return the address that opens the driver's map app on the way to a stop."""
    place = quote(f"{stop.longitude:.6f},{stop.latitude:.6f},{stop.facility_name}")
    return f"https://uri.amap.com/navigation?to={place}&mode=car&coordinate=wgs84&callnative=1"
