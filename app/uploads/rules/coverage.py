"""Shares that the policy asks for: codes collected (采集率) and messages told (上传率)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole; ``percent`` is None where there is nothing."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """Return the share in percent, rounded down: 100 is only said of everything."""
        return None if self.whole == 0 else int(1000 * self.part / self.whole) / 10

    def __add__(self, other: "Share") -> "Share":
        """Add parts and wholes."""
        return Share(self.part + other.part, self.whole + other.whole)


NONE = Share(0, 0)
