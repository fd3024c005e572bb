"""What a driver's day is bound by besides the shift: lunch, rest from driving, further trips."""

from dataclasses import dataclass

from optimizer.routing.measures import Span, refuse, require_whole

FOUR_HOURS, TWENTY_MINUTES = 4 * 3600, 20 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Lunch:
    """A break of ``seconds`` that begins inside ``begins``.

    Who leaves late enough to have eaten before, or is back while it may still begin, needs
    none on the road. On the road it is taken at a stop, before or after the service.
    """

    begins: Span
    seconds: int

    def __post_init__(self) -> None:
        require_whole(seconds=self.seconds)

    def end(self, moment: int, until: int | None = None) -> int | None:
        """Return when a lunch begun as early as can be from ``moment`` on is over.

        None: it may no longer begin, or would last beyond ``until``.
        """
        begin = max(moment, self.begins.earliest)
        over = begin + self.seconds
        if begin > self.begins.latest or (until is not None and over > until):
            return None
        return over


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """After so much driving nobody drives on without so long a rest.

    The defaults are 道路交通安全法实施条例 第62条: 20 minutes after at most 4 hours. Only
    standing still without work counts as rest, at one stretch before or after a service.
    """

    driving_seconds: int = FOUR_HOURS
    rest_seconds: int = TWENTY_MINUTES

    def __post_init__(self) -> None:
        require_whole(driving_seconds=self.driving_seconds, rest_seconds=self.rest_seconds)
        refuse("a rest must last some time", when=not self.rest_seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """Where a vehicle may load again during its run, how long that takes, and how often."""

    site_id: str
    seconds: int = 0
    most: int = 1

    def __post_init__(self) -> None:
        require_whole(seconds=self.seconds, most=self.most)
        refuse("a vehicle that may load again must be allowed it once", when=not self.most)
