"""The table of a province: one line a county, and what all came to."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from optimizer.province.data import County
from optimizer.province.planning import Row
from optimizer.spreading import Failure

HEAD = "code    stops  orders  left  runs        km       yuan  below nearest       s  county"


def lines_of(counties: Sequence[County], answers: Sequence[Row | Failure]) -> Iterator[str]:
    """Yield the table as plain lines."""
    yield HEAD
    for county, answer in zip(counties, answers, strict=True):
        if isinstance(answer, Failure):
            yield f"{county.code}  FAILED  {answer.error}  {county.city}{county.name}"
        else:
            yield _line(answer)
    rows = [answer for answer in answers if isinstance(answer, Row)]
    yield (
        f"{len(rows)} counties planned and checked, {len(answers) - len(rows)} failed:"
        f" {sum(row.orders for row in rows)} orders,"
        f" {sum(sum(row.left.values()) for row in rows)} left behind,"
        f" {sum(row.metres for row in rows) / 1000:,.0f} km,"
        f" {sum(row.cost_fen for row in rows) / 100:,.0f} yuan"
    )


def _line(row: Row) -> str:
    left = sum(row.left.values())
    return (
        f"{row.code}{row.stops:>7}{row.orders:>8}{left:>6}{row.runs:>6}{row.metres / 1000:>10,.0f}"
        f"{row.cost_fen / 100:>11,.0f}{row.below_nearest:>15.1%}{row.seconds:>8.1f}"
        f"  {row.city}{row.name}"
    )


def document(counties: Sequence[County], answers: Sequence[Row | Failure]) -> list[dict[str, Any]]:
    """Return the table for machines: a row a county, or its error."""
    return [
        {"code": county.code, "name": county.name, "city": county.city, "error": answer.error}
        if isinstance(answer, Failure)
        else asdict(answer)
        for county, answer in zip(counties, answers, strict=True)
    ]
