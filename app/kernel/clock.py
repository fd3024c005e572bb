"""The only place that reads the wall clock; edges import it and pass ``now`` on."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class _Clock:
    ahead: timedelta = timedelta()


_clock = _Clock()


def now() -> datetime:
    """Return the current moment, aware, in UTC."""
    return datetime.now(UTC) + _clock.ahead


def shift(by: timedelta) -> None:
    """Let the demo live at another time; called once, at the start."""
    _clock.ahead = by
