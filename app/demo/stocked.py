"""Which items the county really stocks, and how much of them it uses: a list to be reviewed."""

from dataclasses import dataclass

from app.demo.facts import rows_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Stocked:
    """A stocked item. ``demo_rate`` is packs a month per 1,000 people: an assumption.

    ``held_by`` is the lowest level that keeps it: village, township or county. Items with
    a ``coded_rank`` carry unit codes, the lowest ranks first.
    """

    code: str
    held_by: str
    demo_rate: int
    season: str
    coded_rank: int | None


def stocked_items() -> dict[str, Stocked]:
    """Return the stocked items by code, in list order."""
    return {row["code"]: _stocked(row) for row in rows_of("stocked.csv")}


def _stocked(row: dict[str, str]) -> Stocked:
    return Stocked(
        code=row["code"],
        held_by=row["held_by"],
        demo_rate=int(row["demo_rate"]),
        season=row["season"],
        coded_rank=int(row["coded_rank"]) if row["coded_rank"] else None,
    )
