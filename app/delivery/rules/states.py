"""The states of plans, runs, stops and totes, and the kinds of events that change them."""

from enum import StrEnum


class PlanState(StrEnum):
    """Life of a plan: computing, then stored as runs, or refused with a reason.

    What a dispatcher changed, or let the search improve around locks, is a draft first.
    """

    SOLVING = "solving"
    DRAFT = "draft"
    STORED = "stored"
    REFUSED = "refused"


class RunState(StrEnum):
    """Life of a run; a plan made anew cancels what was only planned."""

    PLANNED = "planned"
    LOADING = "loading"
    ON_ROAD = "on_road"
    RETURNED = "returned"
    CLOSED = "closed"
    CANCELLED = "cancelled"


LIVE_RUNS = (RunState.PLANNED, RunState.LOADING, RunState.ON_ROAD, RunState.RETURNED)
OUT_RUNS = (RunState.LOADING, RunState.ON_ROAD, RunState.RETURNED)
"""Runs whose vehicle and driver cannot be planned again yet."""


class StopState(StrEnum):
    """Life of a stop; the last four are final."""

    PLANNED = "planned"
    ARRIVED = "arrived"
    DELIVERED = "delivered"
    CLOSED = "closed"
    REFUSED = "refused"
    SKIPPED = "skipped"


OPEN_STOPS = (StopState.PLANNED, StopState.ARRIVED)


class StopToteState(StrEnum):
    """Where a tote of a run is: not loaded yet, aboard, handed over, going back, back.

    ``KEPT`` totes stayed in the vehicle when its run was closed, for a stated reason.
    """

    PLANNED = "planned"
    LOADED = "loaded"
    DELIVERED = "delivered"
    GOING_BACK = "going_back"
    RETURNED = "returned"
    KEPT = "kept"
    LEFT_BEHIND = "left_behind"
    CANCELLED = "cancelled"


ABOARD = (StopToteState.LOADED, StopToteState.GOING_BACK)
"""Totes whose goods are in the vehicle's place."""

LIVE_TOTES = (StopToteState.PLANNED, StopToteState.LOADED, StopToteState.GOING_BACK)
"""Totes that belong to a run now; a tote is in at most one of these rows."""


class ScanKind(StrEnum):
    """What the driver recorded."""

    LOAD = "load"
    LEAVE_BEHIND = "leave_behind"
    DEPART = "depart"
    ARRIVE = "arrive"
    HAND_OVER = "hand_over"
    REFUSE = "refuse"
    CLOSED = "closed"
    RETURN = "return"
    UNDO = "undo"


class ScanOutcome(StrEnum):
    """How an event was answered; each has its own tone."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


class ClockFlag(StrEnum):
    """Whether the phone's clock can be believed; no event is refused for it."""

    PLAUSIBLE = "plausible"
    LATE = "late"
    AHEAD = "ahead"
