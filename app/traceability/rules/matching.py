"""Assign scanned packs to the lines of a document that want them; each line gets its quantity."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.kernel.ids import LotId, PlaceId, UnitId


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedPack:
    """A pack as the record has it: where it lies, of which lot, what is left in it.

    ``apart`` says that it, or what it lies in, is in quarantine.
    """

    unit_id: UnitId
    code: str
    place_id: PlaceId
    lot_id: LotId
    remaining: int
    apart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PacksWanted:
    """A line that wants base units of a lot at a place, in packs that were scanned.

    Its goods are usable unless ``apart``: then packs in quarantine may be among them.
    """

    line: int
    item_name: str
    place_id: PlaceId
    lot_id: LotId
    quantity: int
    apart: bool = False


@dataclass(slots=True)
class Assignment:
    """Which packs go to which line, which fit nowhere, and what lines still lack."""

    packs: dict[int, list[ScannedPack]] = field(default_factory=dict)
    strays: list[ScannedPack] = field(default_factory=list)
    lacking: dict[int, int] = field(default_factory=dict)


def assign_packs(packs: Iterable[ScannedPack], wanted: Iterable[PacksWanted]) -> Assignment:
    """Give each pack to the first line of its place and lot that has room for all of it.

    The fullest packs go first, so that an opened one fills what whole ones leave.
    """
    lines = list(wanted)
    found = Assignment(
        packs={line.line: [] for line in lines},
        lacking={line.line: line.quantity for line in lines},
    )
    for pack in sorted(packs, key=lambda one: (-one.remaining, one.code)):
        fitting = next(
            (
                line.line
                for line in lines
                if (line.place_id, line.lot_id) == (pack.place_id, pack.lot_id)
                and found.lacking[line.line] >= pack.remaining > 0
                and (line.apart or not pack.apart)
            ),
            None,
        )
        if fitting is None:
            found.strays.append(pack)
            continue
        found.packs[fitting].append(pack)
        found.lacking[fitting] -= pack.remaining
    return found
