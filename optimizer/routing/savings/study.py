"""Plan every side of every day, each problem with the same budget, and keep the figures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from optimizer.routing.budget import Budget
from optimizer.routing.measures import refuse
from optimizer.routing.pricing import price
from optimizer.routing.savings.inputs import Day, Drop, Ground, Recorded, regrouped
from optimizer.routing.savings.sides import Assignment, How, Side, deliver
from optimizer.spreading import Executor, Failure, spread

Key = tuple[int, frozenset[str], How]
"""A day, the suppliers whose drops are delivered together, and how."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What is compared: the days, and how many suppliers there might be.

    ``headline`` is the number of suppliers the split and the annexes are for; it is one of
    ``counts``.
    """

    ground: Ground
    days: tuple[Day, ...]
    counts: tuple[int, ...]
    headline: int
    budget: Budget

    def __post_init__(self) -> None:
        refuse("a study needs a day", when=not self.days)
        refuse("every day needs something to deliver", when=not all(d.drops for d in self.days))
        refuse("the headline is none of the counts", when=self.headline not in self.counts)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """All sides of one day. ``separate`` and ``haul_fen`` are by the number of suppliers."""

    name: str
    lines: int
    institutions: int
    hub_fen: int
    haul_fen: Mapping[int, int]
    unified: Side
    separate: Mapping[int, Side]
    separate_nearest: Side
    unified_nearest: Side
    fetching: Side
    recorded: Side | None


class Incomplete(Exception):
    """A side could not be planned, so there is nothing to compare."""


def figures(
    study: Study, executor: Executor, heard: Callable[[int, int], bool] = lambda *_: True
) -> list[DayFigures]:
    """Return the figures of every day; ``heard`` gets how many of how many sides are done.

    The same drops delivered together in the same way are planned once.

    Raises:
        Incomplete: one side failed.
        Stopped: ``heard`` said no.
    """
    groups = {count: regrouped(study.days, count) for count in study.counts}
    keys = list(dict.fromkeys(_keys(study, groups)))
    tasks = [_assignment(study, key) for key in keys]
    done = 0

    def count_one(_number: int, _answer: Side | Failure) -> bool:
        nonlocal done
        done += 1
        return heard(done, len(keys))

    sides: dict[Key, Side] = {}
    for key, answer in zip(keys, spread(deliver, tasks, executor, count_one), strict=True):
        if isinstance(answer, Failure):
            raise Incomplete(f"{study.days[key[0]].name}: {answer.error}")
        sides[key] = answer
    return [_day(study, number, groups, sides) for number in range(len(study.days))]


def _keys(study: Study, groups: Mapping[int, Mapping[str, str]]) -> Iterator[Key]:
    for number, day in enumerate(study.days):
        everybody = frozenset(drop.supplier for drop in day.drops)
        for how in How:
            yield number, everybody, how
        for count, group in groups.items():
            for members in _together(day, group).values():
                yield number, members, How.OPTIMISED
                if count == study.headline:
                    yield number, members, How.NEAREST


def _together(day: Day, group: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Return who delivers that day, and whose goods."""
    present = sorted({drop.supplier for drop in day.drops})
    heads = sorted({group[supplier] for supplier in present})
    return {head: frozenset(one for one in present if group[one] == head) for head in heads}


def _assignment(study: Study, key: Key) -> Assignment:
    number, suppliers, how = key
    drops = tuple(drop for drop in study.days[number].drops if drop.supplier in suppliers)
    return Assignment(
        ground=study.ground.among(drop.site_id for drop in drops),
        drops=drops,
        how=how,
        budget=study.budget,
    )


def _day(
    study: Study,
    number: int,
    groups: Mapping[int, Mapping[str, str]],
    sides: Mapping[Key, Side],
) -> DayFigures:
    day, prices = study.days[number], study.ground.prices
    everybody = frozenset(drop.supplier for drop in day.drops)
    together = {count: _together(day, group) for count, group in groups.items()}

    def alone(count: int, how: How) -> Side:
        parts = [sides[number, members, how] for members in together[count].values()]
        return sum(parts, start=Side())

    return DayFigures(
        name=day.name,
        lines=_lines(day.drops),
        institutions=len({drop.site_id for drop in day.drops}),
        hub_fen=_lines(day.drops) * prices.hub_fen_per_line,
        haul_fen={
            count: sum(prices.linehaul(study.ground.haul[head]).total_fen for head in heads)
            for count, heads in together.items()
        },
        unified=sides[number, everybody, How.OPTIMISED],
        separate={count: alone(count, How.OPTIMISED) for count in study.counts},
        separate_nearest=alone(study.headline, How.NEAREST),
        unified_nearest=sides[number, everybody, How.NEAREST],
        fetching=sides[number, everybody, How.FETCHING],
        recorded=_as_side(day.recorded, study.ground) if day.recorded else None,
    )


def _lines(drops: Sequence[Drop]) -> int:
    return sum(drop.lines for drop in drops)


def _as_side(recorded: Recorded, ground: Ground) -> Side:
    """Price what was driven by the same card."""
    plain = price(
        ground.prices.plain,
        metres=recorded.metres - recorded.cold_metres,
        seconds=recorded.seconds,
        stops=recorded.stops,
    )
    cold = price(ground.prices.cold, metres=recorded.cold_metres, seconds=0, stops=0)
    return Side(
        distance_fen=plain.distance_fen + cold.distance_fen,
        driver_fen=plain.driver_fen,
        vehicle_fen=(recorded.vehicles - recorded.cold_vehicles) * plain.vehicle_fen
        + recorded.cold_vehicles * cold.vehicle_fen,
        stop_fen=plain.stop_fen,
        metres=recorded.metres,
        vehicles=recorded.vehicles,
        stops=recorded.stops,
        drops=recorded.promised,
        on_time=recorded.on_time,
        problems=1,
    )
