"""Levels of alerts, who may close which, and which suspicions are counted before they alarm."""

from collections.abc import Mapping
from enum import StrEnum

HINT, NOTICE, WARNING, ALARM = 1, 2, 3, 4
LEVELS = (ALARM, WARNING, NOTICE, HINT)
FOR_QUALITY = WARNING
"""From this level on quality is told, and quality alone closes it."""
MOST_SHOWN = 40
"""Characters of a value in an alert's details."""


class AlertState(StrEnum):
    """How far an alert has come."""

    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


def may_close(level: int, *, is_quality: bool) -> bool:
    """Say whether somebody may close an alert: a suspicion is not cleared by the suspected."""
    return level < FOR_QUALITY or is_quality


def is_quality_matter(level: int) -> bool:
    """Say whether quality is told at once."""
    return level >= FOR_QUALITY


def plain_details(details: Mapping[str, object]) -> dict[str, str | int]:
    """Return what is kept beside an alert: short texts and numbers."""
    return {
        name: value if isinstance(value, int) else str(value)[:MOST_SHOWN]
        for name, value in details.items()
        if value not in {None, ""}
    }
