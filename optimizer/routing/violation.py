"""How a plan can be wrong, in types a page can translate and in plain words."""

from dataclasses import dataclass
from enum import StrEnum

from optimizer.routing.plan import Route, Stop


class Kind(StrEnum):
    """What is broken; the comment says what ``Violation.amount`` counts."""

    UNKNOWN_VEHICLE = "unknown-vehicle"
    UNKNOWN_SITE = "unknown-site"
    UNKNOWN_ORDER = "unknown-order"
    VEHICLE_TWICE = "vehicle-twice"  # runs
    ORDER_TWICE = "order-twice"  # places
    ORDER_MISSING = "order-missing"
    WRONG_SITE = "wrong-site"
    EMPTY_RUN = "empty-run"
    EMPTY_STOP = "empty-stop"
    WRONG_REASON = "wrong-reason"
    AMBIENT_WEIGHT = "ambient-weight"  # grams too many
    AMBIENT_VOLUME = "ambient-volume"  # cm³ too many
    COLD_WEIGHT = "cold-weight"  # grams too many
    COLD_VOLUME = "cold-volume"  # cm³ too many
    BOXED_WEIGHT = "boxed-weight"  # grams too many
    BOXED_VOLUME = "boxed-volume"  # cm³ too many
    SOILED_WEIGHT = "soiled-weight"  # grams too many
    SOILED_VOLUME = "soiled-volume"  # cm³ too many
    NOT_REFRIGERATED = "not-refrigerated"
    NO_BOX = "no-box"
    MISSING_SKILL = "missing-skill"
    MIXED = "mixed"  # stops it lasts for
    WRONG_VEHICLE = "wrong-vehicle"
    NOT_ABOARD = "not-aboard"
    FIRST_CHANGED = "first-changed"  # orders out of turn
    WRONG_RELOAD = "wrong-reload"
    TOO_MANY_RELOADS = "too-many-reloads"  # times too many
    TRAVEL_TIME = "travel-time"  # seconds between the stated arrival and the roads'
    SERVED_BEFORE_ARRIVAL = "served-before-arrival"  # seconds
    SERVICE_TIME = "service-time"  # seconds that the service is cut short by
    NO_ROAD = "no-road"
    OUTSIDE_WINDOW = "outside-window"  # seconds to the nearest window
    BEFORE_SHIFT = "before-shift"  # seconds
    AFTER_SHIFT = "after-shift"  # seconds
    NO_LUNCH = "no-lunch"
    NO_REST = "no-rest"  # seconds driven too long
    WRONG_DISTANCE = "wrong-distance"  # metres between the stated way and the roads'
    WRONG_COST = "wrong-cost"  # fen between the stated cost and the cost card's


_TEXTS = {
    Kind.UNKNOWN_VEHICLE: "there is no vehicle {vehicle_id}",
    Kind.UNKNOWN_SITE: "vehicle {vehicle_id} calls at the unknown site {site_id}",
    Kind.UNKNOWN_ORDER: "there is no order {order_id}",
    Kind.VEHICLE_TWICE: "vehicle {vehicle_id} has {amount} runs",
    Kind.ORDER_TWICE: "order {order_id} is in {amount} places",
    Kind.ORDER_MISSING: "order {order_id} is neither delivered nor explained",
    Kind.WRONG_SITE: "vehicle {vehicle_id} leaves order {order_id} at {site_id}, not its site",
    Kind.EMPTY_RUN: "vehicle {vehicle_id} runs without a stop",
    Kind.EMPTY_STOP: "vehicle {vehicle_id} stops at {site_id} for nothing",
    Kind.WRONG_REASON: "order {order_id} stays behind for a reason that is not true",
    Kind.AMBIENT_WEIGHT: "vehicle {vehicle_id} is overloaded by {amount} g",
    Kind.AMBIENT_VOLUME: "vehicle {vehicle_id} is overfull by {amount} cm³",
    Kind.COLD_WEIGHT: "the cold compartment of {vehicle_id} is overloaded by {amount} g",
    Kind.COLD_VOLUME: "the cold compartment of {vehicle_id} is overfull by {amount} cm³",
    Kind.BOXED_WEIGHT: "the locked box of {vehicle_id} is overloaded by {amount} g",
    Kind.BOXED_VOLUME: "the locked box of {vehicle_id} is overfull by {amount} cm³",
    Kind.SOILED_WEIGHT: "the room of {vehicle_id} for used goods is overloaded by {amount} g",
    Kind.SOILED_VOLUME: "the room of {vehicle_id} for used goods is overfull by {amount} cm³",
    Kind.NOT_REFRIGERATED: "vehicle {vehicle_id} cannot cool order {order_id}",
    Kind.NO_BOX: "vehicle {vehicle_id} has no locked box for order {order_id}",
    Kind.MISSING_SKILL: "vehicle {vehicle_id} lacks a skill that order {order_id} needs",
    Kind.MIXED: "vehicle {vehicle_id} has clean and used goods in one compartment",
    Kind.WRONG_VEHICLE: "order {order_id} may not ride on vehicle {vehicle_id}",
    Kind.NOT_ABOARD: "vehicle {vehicle_id} is under way without order {order_id}",
    Kind.FIRST_CHANGED: "vehicle {vehicle_id} does not begin as it has begun",
    Kind.WRONG_RELOAD: "vehicle {vehicle_id} may not load at {site_id}",
    Kind.TOO_MANY_RELOADS: "vehicle {vehicle_id} loads {amount} times too often",
    Kind.TRAVEL_TIME: "vehicle {vehicle_id} arrives at {site_id} {amount} s off the roads' time",
    Kind.SERVED_BEFORE_ARRIVAL: "vehicle {vehicle_id} serves {site_id} {amount} s before arriving",
    Kind.SERVICE_TIME: "vehicle {vehicle_id} leaves {site_id} {amount} s before it has served it",
    Kind.OUTSIDE_WINDOW: "vehicle {vehicle_id} serves {site_id} {amount} s outside its windows",
    Kind.BEFORE_SHIFT: "vehicle {vehicle_id} leaves {amount} s before its shift",
    Kind.AFTER_SHIFT: "vehicle {vehicle_id} is back {amount} s after its shift",
    Kind.NO_ROAD: "no road leads vehicle {vehicle_id} to {site_id}",
    Kind.NO_LUNCH: "the driver of {vehicle_id} cannot eat",
    Kind.NO_REST: "the driver of {vehicle_id} reaches {site_id} {amount} s too long without rest",
    Kind.WRONG_DISTANCE: "the run of {vehicle_id} is stated {amount} m off the roads' distance",
    Kind.WRONG_COST: "the run of {vehicle_id} is stated {amount} fen off its cost card",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One broken constraint; what does not apply is None."""

    kind: Kind
    vehicle_id: str | None = None
    site_id: str | None = None
    order_id: str | None = None
    amount: int = 1

    def __str__(self) -> str:
        return _TEXTS[self.kind].format(
            vehicle_id=self.vehicle_id,
            site_id=self.site_id,
            order_id=self.order_id,
            amount=self.amount,
        )


def at(
    kind: Kind, route: Route, stop: Stop, *, order_id: str | None = None, amount: int = 1
) -> Violation:
    """Return what is broken at one stop of a run."""
    return Violation(
        kind=kind,
        vehicle_id=route.vehicle_id,
        site_id=stop.site_id,
        order_id=order_id,
        amount=amount,
    )
