"""How a line of a receipt is split over bins."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.purchasing.errors import PartsDiffer


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What goes to one bin, in base units; without a quantity all that the others leave."""

    place_code: str
    quantity: int | None


def split(item: str, accepted: int, parts: Sequence[Part]) -> dict[str, int]:
    """Return how much of a line goes to which bin; every unit goes somewhere, and once.

    Raises:
        PartsDiffer: the parts are not what was accepted, a bin stands twice, or one is empty.
    """
    named = sum(part.quantity or 0 for part in parts)
    rest = accepted - named
    amounts = {part.place_code: rest if part.quantity is None else part.quantity for part in parts}
    doubled = len(amounts) < len(parts)
    if doubled or sum(amounts.values()) != accepted or min(amounts.values()) <= 0:
        raise PartsDiffer(item, item=item, placed=named, accepted=accepted)
    return amounts
