"""The measures a routing problem is made of, and the guards at its door."""

from dataclasses import dataclass

LIMIT = 2**40


def refuse(complaint: str, *, when: bool) -> None:
    """Raise ``ValueError`` with the complaint when it holds."""
    if when:
        raise ValueError(complaint)


def is_whole(value: object) -> bool:
    """Tell whether a value is a whole number the solver can count with."""
    return isinstance(value, int) and 0 <= value < LIMIT


def require_whole(**values: int) -> None:
    """Refuse any named value that is not a whole number from 0 to 2⁴⁰."""
    for name, value in values.items():
        refuse(
            f"{name} must be a whole number from 0 to 2^40, not {value!r}",
            when=not is_whole(value),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Weight and volume, of goods or of the room for them."""

    grams: int = 0
    cm3: int = 0

    def __post_init__(self) -> None:
        require_whole(grams=self.grams, cm3=self.cm3)

    def __add__(self, other: "Load") -> "Load":
        return Load(grams=self.grams + other.grams, cm3=self.cm3 + other.cm3)

    def __bool__(self) -> bool:
        return bool(self.grams or self.cm3)

    def fits(self, room: "Load") -> bool:
        """Tell whether these goods fit into ``room``."""
        return self.grams <= room.grams and self.cm3 <= room.cm3


NOTHING = Load()


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of the day in seconds from local midnight; both ends belong to it."""

    earliest: int
    latest: int

    def __post_init__(self) -> None:
        require_whole(earliest=self.earliest, latest=self.latest)
        refuse("a span must not end before it begins", when=self.latest < self.earliest)
