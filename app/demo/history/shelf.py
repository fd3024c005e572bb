"""A shelf of lots, taken from first-expiring-first (近效期先出)."""

from collections.abc import Iterator
from datetime import date

from app.demo.history.records import LotPlan, Portion


class Shelf:
    """Base units by lot at one place; taking never goes below zero."""

    __slots__ = ("_lots", "_quantities", "total")

    def __init__(self) -> None:
        """Start empty."""
        self._lots: list[LotPlan] = []
        self._quantities: dict[str, int] = {}
        self.total = 0

    def put(self, lot: LotPlan, quantity: int) -> None:
        """Add base units of a lot."""
        if lot.number not in self._quantities:
            self._lots.append(lot)
            self._lots.sort(key=lambda known: (known.expires_on, known.number))
        self._quantities[lot.number] = self._quantities.get(lot.number, 0) + quantity
        self.total += quantity

    def usable(self, day: date) -> int:
        """Return base units that are neither expired nor held on ``day``."""
        return sum(self._quantities[lot.number] for lot in self._lots if _usable(lot, day))

    def take(self, quantity: int, day: date) -> list[tuple[LotPlan, int]]:
        """Take up to ``quantity`` of usable lots, first-expiring-first."""
        taken = []
        for lot in self._lots:
            here = min(quantity, self._quantities[lot.number])
            if here > 0 and _usable(lot, day):
                taken.append((lot, here))
                self._quantities[lot.number] -= here
                self.total -= here
                quantity -= here
            if quantity == 0:
                break
        self._lots = [lot for lot in self._lots if self._quantities[lot.number] > 0]
        self._quantities = {lot.number: self._quantities[lot.number] for lot in self._lots}
        return taken

    def left(self) -> Iterator[Portion]:
        """Yield what lies here."""
        for lot in self._lots:
            yield Portion(lot=lot.number, quantity=self._quantities[lot.number])


def _usable(lot: LotPlan, day: date) -> bool:
    held = lot.held_since is not None and lot.held_since.date() <= day
    return lot.expires_on >= day and not held
