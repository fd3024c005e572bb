"""Ask a table service of drives over HTTP; never inside a transaction.

Where it listens comes from the settings alone, so nobody who uses a page can make this
machine ask another. Redirects are not followed.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from math import isfinite
from typing import Any
from urllib.parse import urlsplit

from app.network.rules.roads import UNKNOWN, RoadPoint, RoadTable, nothing_known

OK = 200
TIMEOUT_SECONDS = 5.0
MOST_BYTES = 4 * 2**20
METRES_PER_KM = 1000
LONGEST = 2**31 - 1
UNUSABLE = (OSError, HTTPException, ValueError, TypeError, LookupError, AttributeError)
"""What a broken connection, or an answer of another shape, raises."""
HEADERS = {"Content-Type": "application/json; charset=utf-8", "Accept": "application/json"}


class ServiceSilent(Exception):
    """The service could not be reached, answered late, or nothing that can be understood."""


class ServiceKind(StrEnum):
    """How a table service is asked."""

    OSRM = "osrm"
    VALHALLA = "valhalla"
    VROOM = "vroom"


@dataclass(frozen=True, slots=True)
class _Question:
    """An HTTP request; without a body it is a GET."""

    path: str
    body: Mapping[str, Any] | None = None


Points = Sequence[RoadPoint]
Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableService:
    """A source of drives behind an address of the settings; ``data`` names their version."""

    url: str
    kind: ServiceKind
    data: str
    timeout_seconds: float = TIMEOUT_SECONDS

    @property
    def name(self) -> str:
        """Kind and version of the data."""
        return f"{self.kind.value}@{self.data}"

    def table(self, origins: Points, targets: Points) -> RoadTable:
        """Return the drives from each origin to each target; what it cannot route is unknown.

        Raises:
            ServiceSilent: there is no answer, or none that can be understood.
        """
        ask, read = _WAYS[self.kind]
        try:
            seconds, metres = read(self._ask(ask(origins, targets)))
            return _table(seconds, metres, (len(origins), len(targets)))
        except UNUSABLE as error:
            raise ServiceSilent(type(error).__name__) from error

    def _ask(self, question: _Question) -> Any:
        parts = urlsplit(self.url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=self.timeout_seconds)
        path = parts.path.rstrip("/") + question.path
        body = None if question.body is None else json.dumps(question.body).encode()
        try:
            connection.request("POST" if body else "GET", path or "/", body, HEADERS)
            response = connection.getresponse()
            told = response.read(MOST_BYTES + 1)
        finally:
            connection.close()
        if response.status != OK or len(told) > MOST_BYTES:
            raise ValueError(response.status)
        return json.loads(told)


def _table(seconds: Rows, metres: Rows, shape: tuple[int, int]) -> RoadTable:
    table = nothing_known(*shape)
    for grid, rows in ((table.seconds, seconds), (table.metres, metres)):
        if len(rows) != shape[0] or any(len(row) != shape[1] for row in rows):
            raise ValueError("not the table that was asked for")
        grid[:] = [[_whole(figure) for figure in row] for row in rows]
    unknown = (table.seconds == UNKNOWN) | (table.metres == UNKNOWN)
    table.seconds[unknown], table.metres[unknown] = UNKNOWN, UNKNOWN
    return table


def _whole(figure: Any) -> int:
    if figure is None:
        return UNKNOWN
    if isinstance(figure, bool) or not isinstance(figure, int | float) or not isfinite(figure):
        raise ValueError("no number")
    if not 0 <= figure <= LONGEST:
        raise ValueError("no drive on Earth")
    return round(figure)


def _ask_osrm(origins: Points, targets: Points) -> _Question:
    places = ";".join(f"{one.longitude:.6f},{one.latitude:.6f}" for one in (*origins, *targets))
    sources, destinations = _numbered(origins, targets)
    return _Question(
        f"/table/v1/{_PROFILES[ServiceKind.OSRM]}/{places}"
        f"?sources={';'.join(map(str, sources))}&destinations={';'.join(map(str, destinations))}"
        "&annotations=duration,distance"
    )


def _read_osrm(told: Any) -> tuple[Rows, Rows]:
    return told["durations"], told["distances"]


def _ask_valhalla(origins: Points, targets: Points) -> _Question:
    body = {
        name: [{"lat": one.latitude, "lon": one.longitude} for one in points]
        for name, points in (("sources", origins), ("targets", targets))
    }
    costing = _PROFILES[ServiceKind.VALHALLA]
    return _Question("/sources_to_targets", {**body, "costing": costing, "units": "kilometers"})


def _read_valhalla(told: Any) -> tuple[Rows, Rows]:
    rows = told["sources_to_targets"]
    seconds = [[cell["time"] for cell in row] for row in rows]
    metres = [
        [None if cell["distance"] is None else cell["distance"] * METRES_PER_KM for cell in row]
        for row in rows
    ]
    return seconds, metres


def _ask_vroom(origins: Points, targets: Points) -> _Question:
    sources, destinations = _numbered(origins, targets)
    body = {
        "locations": [[one.longitude, one.latitude] for one in (*origins, *targets)],
        "sources": sources,
        "destinations": destinations,
        "profile": _PROFILES[ServiceKind.VROOM],
        "metrics": ["duration", "distance"],
    }
    return _Question("", body)


def _read_vroom(told: Any) -> tuple[Rows, Rows]:
    """Read durations and distances, plain or under ``matrices`` and the profile."""
    matrices = told.get("matrices", {}).get(_PROFILES[ServiceKind.VROOM], told)
    return matrices["durations"], matrices["distances"]


def _numbered(origins: Points, targets: Points) -> tuple[list[int], list[int]]:
    every = range(len(origins) + len(targets))
    return list(every[: len(origins)]), list(every[len(origins) :])


_PROFILES = {ServiceKind.OSRM: "driving", ServiceKind.VALHALLA: "auto", ServiceKind.VROOM: "car"}
"""What each service calls a van."""
_Way = tuple[Callable[[Points, Points], _Question], Callable[[Any], tuple[Rows, Rows]]]
_WAYS: Mapping[ServiceKind, _Way] = {
    ServiceKind.OSRM: (_ask_osrm, _read_osrm),
    ServiceKind.VALHALLA: (_ask_valhalla, _read_valhalla),
    ServiceKind.VROOM: (_ask_vroom, _read_vroom),
}
