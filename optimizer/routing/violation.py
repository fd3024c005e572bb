"""How a plan can be wrong, in types a page can translate and in plain words."""

from dataclasses import dataclass
from enum import StrEnum


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
    NOT_REFRIGERATED = "not-refrigerated"
    MISSING_SKILL = "missing-skill"
    TRAVEL_TIME = "travel-time"  # seconds between the stated arrival and the roads'
    SERVED_BEFORE_ARRIVAL = "served-before-arrival"  # seconds
    SERVICE_TIME = "service-time"  # seconds between the stated service and the site's
    OUTSIDE_WINDOW = "outside-window"  # seconds to the nearest window
    BEFORE_SHIFT = "before-shift"  # seconds
    AFTER_SHIFT = "after-shift"  # seconds
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
    Kind.NOT_REFRIGERATED: "vehicle {vehicle_id} cannot cool order {order_id}",
    Kind.MISSING_SKILL: "vehicle {vehicle_id} lacks a skill that order {order_id} needs",
    Kind.TRAVEL_TIME: "vehicle {vehicle_id} arrives at {site_id} {amount} s off the roads' time",
    Kind.SERVED_BEFORE_ARRIVAL: "vehicle {vehicle_id} serves {site_id} {amount} s before arriving",
    Kind.SERVICE_TIME: "vehicle {vehicle_id} leaves {site_id} {amount} s off the service time",
    Kind.OUTSIDE_WINDOW: "vehicle {vehicle_id} serves {site_id} {amount} s outside its windows",
    Kind.BEFORE_SHIFT: "vehicle {vehicle_id} leaves {amount} s before its shift",
    Kind.AFTER_SHIFT: "vehicle {vehicle_id} is back {amount} s after its shift",
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
