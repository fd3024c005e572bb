"""What the router answers: who drives where and when, what it costs, and what stays behind."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why an order is not delivered.

    All but the last two are facts of the order: no vehicle could serve it even with nothing
    else to do. The last two are facts of the plan: everybody who could has too much else to do.
    """

    NO_VEHICLE = "no-vehicle"
    VEHICLE_AWAY = "vehicle-away"
    ALL_GONE = "all-gone"
    NO_COLD_VEHICLE = "no-cold-vehicle"
    NO_BOX = "no-box"
    NO_SKILL = "no-skill"
    TOO_BIG = "too-big"
    UNREACHABLE = "unreachable"
    WINDOW_UNREACHABLE = "window-unreachable"
    OUTSIDE_EVERY_SHIFT = "outside-every-shift"
    FLEET_FULL = "fleet-full"
    NO_TIME_LEFT = "no-time-left"


REASONS_OF_THE_PLAN = frozenset({Reason.FLEET_FULL, Reason.NO_TIME_LEFT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """The parts of a price, in fen.

    Being late and calling as a stranger are charged so that plans avoid them; nobody is paid.
    """

    distance_fen: int = 0
    driver_fen: int = 0
    vehicle_fen: int = 0
    stop_fen: int = 0
    overtime_fen: int = 0
    late_fen: int = 0
    stranger_fen: int = 0

    @property
    def paid_fen(self) -> int:
        """What is paid in money."""
        return (
            self.distance_fen
            + self.driver_fen
            + self.vehicle_fen
            + self.stop_fen
            + self.overtime_fen
        )

    @property
    def total_fen(self) -> int:
        """The price, charges included."""
        return self.paid_fen + self.late_fen + self.stranger_fen

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            distance_fen=self.distance_fen + other.distance_fen,
            driver_fen=self.driver_fen + other.driver_fen,
            vehicle_fen=self.vehicle_fen + other.vehicle_fen,
            stop_fen=self.stop_fen + other.stop_fen,
            overtime_fen=self.overtime_fen + other.overtime_fen,
            late_fen=self.late_fen + other.late_fen,
            stranger_fen=self.stranger_fen + other.stranger_fen,
        )


def total(costs: Iterable[Cost]) -> Cost:
    """Add prices part by part."""
    return sum(costs, start=Cost())


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A call at a site; moments are seconds from local midnight.

    Between ``arrive`` and ``start`` the vehicle waits for the window to open. Whatever time is
    left before ``leave`` when the service is over is a break.

    When it ``loads`` it leaves all it has collected and takes the goods of its next trip; it
    serves no order then.
    """

    site_id: str
    order_ids: tuple[str, ...]
    arrive: int
    start: int
    leave: int
    loads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One vehicle's run, from leaving its start site to being back at its end site."""

    vehicle_id: str
    leave: int
    stops: tuple[Stop, ...]
    back: int
    metres: int
    cost: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    """An order that stays behind, and why."""

    order_id: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The day's runs. Every order is on exactly one stop or among the unassigned."""

    routes: tuple[Route, ...]
    unassigned: tuple[Unassigned, ...] = ()

    @property
    def metres(self) -> int:
        """The way of all vehicles together."""
        return sum(route.metres for route in self.routes)

    @property
    def cost(self) -> Cost:
        """The price of all runs, part by part."""
        return total(route.cost for route in self.routes)
