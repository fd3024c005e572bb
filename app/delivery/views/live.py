"""Runs as they are driven: the plan, what really happened, and what to expect."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from app.delivery.queries import RunView, StopView
from app.delivery.rules.live import Outlook, PlannedCall, Risk, outlook_of
from app.delivery.rules.states import OUT_RUNS, RunState
from app.delivery.rules.timeline import Axis, Block, Doing, axis_of
from app.kernel.local_time import at_local


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStop:
    """A stop with what is to be expected of it; moments are seconds of the run's day."""

    stop: StopView
    arrive: int
    leave: int
    window: tuple[int, int] | None
    arrived: int | None
    outlook: Outlook | None

    @property
    def late_minutes(self) -> int:
        """How many minutes after its window the stop is expected."""
        return -(-int(self.outlook.late.total_seconds()) // 60) if self.outlook else 0

    @property
    def is_risky(self) -> bool:
        """Whether somebody should call the facility."""
        return self.outlook is not None and self.outlook.risk is not Risk.ON_TIME


@dataclass(frozen=True, slots=True, kw_only=True)
class Driving:
    """A run on the live board."""

    run: RunView
    leave: int
    back: int
    blocks: tuple[Block, ...]
    stops: tuple[LiveStop, ...]

    @property
    def late(self) -> list[LiveStop]:
        """The stops that will be reached after their window."""
        return [one for one in self.stops if one.late_minutes]

    @property
    def is_out(self) -> bool:
        """Whether the run can no longer be planned anew."""
        return self.run.state in OUT_RUNS


def driving_of(run: RunView, now: datetime) -> Driving:
    """Return a run beside what is known of it."""
    counts = run.state in (RunState.PLANNED, RunState.LOADING, RunState.ON_ROAD)
    outlooks = outlook_of([_call(stop) for stop in run.stops], run.planned_leave, run.left_at, now)
    stops = tuple(
        _stop(run.day, stop, outlook if counts else None)
        for stop, outlook in zip(run.stops, outlooks, strict=True)
    )
    return Driving(
        run=run,
        leave=seconds_on(run.day, run.planned_leave),
        back=seconds_on(run.day, run.planned_back),
        blocks=tuple(block for block in _blocks(run, stops) if block.start < block.end),
        stops=stops,
    )


def _call(stop: StopView) -> PlannedCall:
    return PlannedCall(
        arrival=stop.planned_arrival,
        departure=stop.planned_departure,
        window_to=stop.window_to,
        arrived_at=stop.arrived_at,
        done_at=stop.done_at,
        is_open=stop.is_open,
    )


def _stop(day: date, stop: StopView, outlook: Outlook | None) -> LiveStop:
    window = None
    if stop.window_from and stop.window_to:
        window = seconds_on(day, stop.window_from), seconds_on(day, stop.window_to)
    return LiveStop(
        stop=stop,
        arrive=seconds_on(day, stop.planned_arrival),
        leave=seconds_on(day, stop.planned_departure),
        window=window,
        arrived=seconds_on(day, stop.arrived_at) if stop.arrived_at else None,
        outlook=outlook,
    )


def _blocks(run: RunView, stops: Sequence[LiveStop]) -> Iterator[Block]:
    clock = seconds_on(run.day, run.planned_leave)
    for one in stops:
        start = max(one.arrive, min(one.window[0], one.leave)) if one.window else one.arrive
        yield Block(doing=Doing.DRIVING, start=clock, end=one.arrive)
        yield Block(doing=Doing.WAITING, start=one.arrive, end=start)
        yield Block(doing=Doing.SERVICE, start=start, end=one.leave)
        clock = one.leave
    yield Block(doing=Doing.DRIVING, start=clock, end=seconds_on(run.day, run.planned_back))


def axis_for(runs: Sequence[Driving]) -> Axis:
    """Return the hours that all these runs fit in."""
    return axis_of([moment for one in runs for moment in (one.leave, one.back)])


def seconds_on(day: date, moment: datetime) -> int:
    """Return a moment in seconds from the day's local midnight."""
    return int((moment - at_local(day, time())).total_seconds())
