"""What a label says to people and to scanners, and how long it holds."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from app.kernel.signing import Printed, Signer
from app.traceability.rules import contents
from app.traceability.rules.contents import Written

MOST_LABELS = 1_000
"""A morning of sticking; a PDF of some megabytes."""
WIDE = 0x2E80
"""From here on characters are as wide as they are high."""
NARROW = 0.56
MM_PER_POINT = 25.4 / 72


class LabelKind(StrEnum):
    """What a label is stuck on."""

    LOT = "lot"
    PACK = "pack"
    TOTE = "tote"
    BIN = "bin"
    DEVICE = "device"


class LabelSource(StrEnum):
    """Where labels are chosen from."""

    RECEIPT = "receipt"
    LOT = "lot"
    CODE = "code"
    BINS = "bins"
    TOTES = "totes"
    DEVICES = "devices"


class SymbolKind(StrEnum):
    """What a scanner reads: a link any phone opens, our own small symbol, or the maker's."""

    QR = "qr"
    DATA_MATRIX = "data_matrix"
    GS1 = "gs1"


PREFIXES = {LabelKind.LOT: "LT", LabelKind.BIN: "BN", LabelKind.DEVICE: "EQ"}


def own_code(kind: LabelKind, key: int) -> str:
    """Return the code of a thing that has no other: ``BN-000123``."""
    return f"{PREFIXES[kind]}-{key:06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label: its title, and lines of a word's key ("" for none) and a text.

    ``content`` is what its seal stands for, ``elements`` what GS1 would say.

    ``packs`` is how many packs lie there without a code, where that is known.
    """

    kind: LabelKind
    key: int
    code: str
    title: str
    lines: tuple[tuple[str, str], ...]
    content: tuple[str, ...]
    until: date
    elements: dict[str, str] = field(default_factory=dict)
    packs: int = 1


@dataclass(frozen=True, slots=True)
class Wording:
    """What stands in the symbol: a text for a QR code, or a message for a DataMatrix."""

    link: str = ""
    written: Written | None = None


def seal_of(signer: Signer, label: Label) -> str:
    """Return the seal of a label."""
    return signer.seal(Printed(label.code, label.content, label.until))


def said_by(label: Label, symbol: SymbolKind, root: str, seal: str) -> Wording:
    """Return what a label's symbol says under ``root``; every word is judged before.

    Where the maker's number is not known, or its lot breaks the rules of GS1, our own symbol
    stands in.

    Raises:
        MalformedCode: our own reader would not read the same thing out of it.
    """
    if symbol is SymbolKind.QR:
        return Wording(link=contents.own_link(root, label.code, seal))
    if symbol is SymbolKind.GS1 and label.elements:
        return Wording(written=contents.element_string(label.elements))
    return Wording(written=contents.own_message(label.code, seal))


def fitted(text: str, width: float, points: float) -> str:
    """Return as much of a text as fits into millimetres at a size, with … where it was cut."""
    room = width / (points * MM_PER_POINT)
    if sum(map(_share, text)) <= room:
        return text
    kept = ""
    for letter in text:
        if sum(map(_share, kept + letter)) + 1 > room:
            break
        kept += letter
    return f"{kept}…"


def _share(letter: str) -> float:
    """Return the width of a letter as a part of its height."""
    return 1.0 if ord(letter) >= WIDE else NARROW
