"""The only place that reads the wall clock; edges import it and pass ``now`` on."""

from datetime import UTC, datetime, timedelta

_shifted_by = timedelta()


def now() -> datetime:
    """Return the current moment, aware, in UTC."""
    return datetime.now(UTC) + _shifted_by


def shift(days: int) -> None:
    """Let the demo live on another day at the real time of day; called once, at the start."""
    global _shifted_by  # noqa: PLW0603 - the process has one clock
    _shifted_by = timedelta(days=days)
