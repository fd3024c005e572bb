"""The only place that reads the wall clock; edges import it and pass ``now`` on."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current moment, aware, in UTC."""
    return datetime.now(UTC)
