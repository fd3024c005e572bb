"""A report of savings in plain lines, for a terminal."""

from collections.abc import Iterator

from optimizer.routing.savings.report import Band, Report, Saving
from optimizer.routing.savings.sides import Side

YUAN = 100
METRES = 1000


def lines_of(report: Report) -> Iterator[str]:
    """Yield the tables of a report."""
    yield "Saved by delivering together, share of each supplier alone: median [10 %, 90 %]"
    yield (
        "suppliers  headline               haul on us only        no store, no haul      "
        "kilometres             hand-overs            days >= 30 %  fen a line at 30 %"
    )
    yield from map(_row, report.savings)
    yield (
        f"30 % reached at {_count(report.goal_reached_at)}; by nine days in ten at"
        f" {_count(report.goal_surely_at)}; strictly at {_count(report.goal_strictly_at)}"
    )
    yield f"Split at {report.headline} suppliers, all days:"
    for step in report.split:
        yield f"  {step.name:<14}{_yuan(step.change_fen):>12} -> {_yuan(step.after_fen):>12} yuan"
    yield f"Sides, all days (store {_yuan(report.hub_fen)}, haul {_yuan(report.haul_fen)} yuan):"
    headline = next(one for one in report.savings if one.suppliers == report.headline)
    for name, side in _sides(report, headline):
        yield _side(name, side)


def _sides(report: Report, headline: Saving) -> Iterator[tuple[str, Side]]:
    yield "suppliers alone", headline.separate
    yield "together", report.unified
    yield "together, nearest", report.unified_nearest
    yield "fetching", report.fetching
    if report.recorded is not None:
        yield "as recorded", report.recorded


def _row(saving: Saving) -> str:
    bands = (saving.full, saving.strict, saving.transport, saving.kilometres, saving.hand_overs)
    shares = "  ".join(f"{_band(one):<21}" for one in bands)
    at_goal = saving.hub_fen_per_line_at_goal.median
    return f"{saving.suppliers:>9}  {shares} {saving.days_at_goal:>11}  {at_goal:>17.0f}"


def _band(band: Band) -> str:
    return f"{band.median:6.1%} [{band.low:.1%}, {band.high:.1%}]"


def _side(name: str, side: Side) -> str:
    return (
        f"  {name:<18}{_yuan(side.transport_fen):>11} yuan {side.metres // METRES:>7} km"
        f" {side.vehicles:>5} vehicle-days {side.stops:>6} hand-overs"
        f" on time {side.on_time / max(1, side.drops):.1%}"
        f" cold breaches {side.cold_breaches} of {side.cold_drops}"
    )


def _count(suppliers: int | None) -> str:
    return "none of these" if suppliers is None else f"{suppliers} suppliers"


def _yuan(fen: int) -> str:
    return f"{fen / YUAN:,.0f}"
