"""Put the county's day and its trend together for a director."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.delivery import queries as delivery
from app.kernel.actor import Actor, Permission
from app.kernel.errors import Forbidden
from app.kernel.local_time import local_day
from app.kpi import queries
from app.kpi.queries import DeviceFigures, DueLines, StockOut
from app.kpi.rules import NOTHING, Rate, Saving, days_until, total

TREND_DAYS = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """One local day of the county; money in fen, the way in metres."""

    day: date
    requisitions: int
    timely: Rate
    out_of_stock: Rate
    runs: int
    metres: Saving
    fen: Saving


@dataclass(frozen=True, slots=True, kw_only=True)
class TownshipFigures:
    """One township over the trend's days; ``out_of_stock`` is that of the last day."""

    township: str
    timely: Rate
    out_of_stock: Rate
    stops: int
    metres: Saving
    fen: Saving


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyFigures:
    """What the director's home page shows."""

    today: DayFigures
    days: tuple[DayFigures, ...]
    timely: Rate
    metres: Saving
    fen: Saving
    townships: tuple[TownshipFigures, ...]
    devices: tuple[DeviceFigures, ...]


def county(
    session: Session, actor: Actor, *, now: datetime, days: int = TREND_DAYS
) -> CountyFigures:
    """Return the county's figures for the local day of ``now`` and the days before it.

    Raises:
        Forbidden: the actor may not look at the county as a whole.
    """
    if not actor.may(Permission.KPI_READ):
        raise Forbidden("kpi")
    span = days_until(local_day(now), days)
    due = queries.due_lines(session, span[0], span[-1], now=now)
    out = queries.stock_outs(session, span, today=span[-1])
    by_day = _by_day(session, span, due, out)
    return CountyFigures(
        today=by_day[-1],
        days=by_day,
        timely=total(figures.timely for figures in by_day),
        metres=_sum([figures.metres for figures in by_day]),
        fen=_sum([figures.fen for figures in by_day]),
        townships=_townships(session, span, due, out),
        devices=tuple(queries.device_figures(session, span)),
    )


def _sum(savings: Sequence[Saving]) -> Saving:
    return Saving(sum(part.actual for part in savings), sum(part.baseline for part in savings))


def _by_day(
    session: Session, span: list[date], due: list[DueLines], out: list[StockOut]
) -> tuple[DayFigures, ...]:
    asked = queries.requisitions_by_day(session, span[0], span[-1])
    costs = {cost.day: cost for cost in delivery.day_costs(session, span[0], span[-1])}
    timely: defaultdict[date, Rate] = defaultdict(lambda: NOTHING)
    empty: defaultdict[date, Rate] = defaultdict(lambda: NOTHING)
    for lines in due:
        timely[lines.day] += Rate(lines.in_full, lines.due)
    for pairs in out:
        empty[pairs.day] += Rate(pairs.out, pairs.listed)
    return tuple(
        DayFigures(
            day=day,
            requisitions=asked.get(day, 0),
            timely=timely[day],
            out_of_stock=empty[day],
            runs=cost.runs if (cost := costs.get(day)) else 0,
            metres=Saving(cost.metres, cost.baseline_metres) if cost else Saving(0, 0),
            fen=Saving(cost.fen, cost.baseline_fen) if cost else Saving(0, 0),
        )
        for day in span
    )


def _townships(
    session: Session, span: list[date], due: list[DueLines], out: list[StockOut]
) -> tuple[TownshipFigures, ...]:
    costs = {row.township: row for row in delivery.township_costs(session, span[0], span[-1])}
    timely: defaultdict[str, Rate] = defaultdict(lambda: NOTHING)
    for lines in due:
        timely[lines.township] += Rate(lines.in_full, lines.due)
    empty = {row.township: Rate(row.out, row.listed) for row in out if row.day == span[-1]}
    names = sorted({*timely, *costs, *empty})
    return tuple(
        TownshipFigures(
            township=name,
            timely=timely[name],
            out_of_stock=empty.get(name, NOTHING),
            stops=cost.stops if (cost := costs.get(name)) else 0,
            metres=Saving(cost.metres, cost.baseline_metres) if cost else Saving(0, 0),
            fen=Saving(cost.fen, cost.baseline_fen) if cost else Saving(0, 0),
        )
        for name in names
    )
