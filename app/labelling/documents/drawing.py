"""Where everything stands on a label, the same on paper and on screens. Millimetres, points."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from flask_babel import gettext

from app.catalogue.models import StorageClass
from app.fulfilment.rules import Compartment
from app.kernel.signing import Signer
from app.labelling.rules import (
    GRIDS,
    Grid,
    Label,
    Layout,
    Spot,
    SymbolKind,
    fitted,
    said_by,
    seal_of,
    spread,
)
from app.web.labels import label as word_for
from app.web.messages.common import N_
from app.web.symbols import Symbol, data_matrix, qr_of_many

MM_PER_POINT = 25.4 / 72
LEADING = 1.22
EDGE = 1.5
EDGE_OF_WHOLE_SHEET = 3.0
"""Grids without margins reach into what office printers leave white."""
GAP = 1.2
SYMBOL_SHARE = 0.46
HIGH = 25.0
TITLE_ROWS = 2
WORDS = {"lot": N_("Lot %(text)s"), "expires": N_("Until %(text)s")}


@dataclass(frozen=True, slots=True)
class Line:
    """A text: its left end, its baseline, its size."""

    left: float
    baseline: float
    points: float
    text: str
    heavy: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """A label: its symbol in a square (left, top, side) and its texts."""

    name: str
    symbol: Symbol
    box: tuple[float, float, float]
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Labels to be drawn: on which paper, with which symbol, under which address and key."""

    labels: Sequence[Label]
    layout: Layout
    symbol: SymbolKind
    root: str
    signer: Signer
    skip: int = 0

    @property
    def grid(self) -> Grid:
        """The paper."""
        return GRIDS[self.layout]

    @cached_property
    def pages(self) -> list[list[Spot]]:
        """Which label stands where on each page."""
        return spread(self.labels, self.grid, skip=self.skip)

    @cached_property
    def _drawn(self) -> dict[str, Drawing]:
        return {}

    def drawing(self, index: int) -> Drawing:
        """Return one label; copies are drawn once."""
        label = self.labels[index]
        if label.code not in self._drawn:
            self._drawn[label.code] = _drawing(label, self._symbol(label), self.grid)
        return self._drawn[label.code]

    def _symbol(self, label: Label) -> Symbol:
        said = said_by(label, self.symbol, self.root, seal_of(self.signer, label))
        if said.written is None:
            return qr_of_many(said.link)
        return data_matrix(said.written.typed, said.written.message)


def page_count(sheet: Sheet) -> int:
    """Return how many pages a sheet has."""
    return len(sheet.pages)


def _drawing(label: Label, symbol: Symbol, grid: Grid) -> Drawing:
    width, height = grid.label
    edge = EDGE_OF_WHOLE_SHEET if grid.places > 1 and grid.first[0] == 0 else EDGE
    large, small = (8.0, 6.5) if height > HIGH else (6.5, 5.2)
    foot = small * MM_PER_POINT * LEADING
    side = min(height - 2 * edge - foot, width * SYMBOL_SHARE)
    left = edge + side + GAP
    room = width - left - edge
    lines, baseline, lowest = [], edge, height - edge - foot
    texts = [(text, large, True) for text in _rows(label.title, room, large)]
    texts += [(text, small, False) for text in _texts(label)]
    for text, points, heavy in texts:
        baseline += points * MM_PER_POINT * LEADING
        if text and baseline <= lowest:
            lines.append(Line(left, baseline, points, fitted(text, room, points), heavy=heavy))
    code = fitted(label.code, width - 2 * edge, small)
    lines.append(Line(edge, height - edge, small, code))
    return Drawing(label.code, symbol, (edge, edge, side), tuple(lines))


def _rows(text: str, room: float, points: float) -> list[str]:
    """Return a title in at most two rows."""
    first = fitted(text, room, points)
    if first == text:
        return [first]
    first = first.removesuffix("…")
    return [first, text[len(first) :]]


def _texts(label: Label) -> list[str]:
    return [_text(name, text) for name, text in label.lines if text]


def _text(name: str, text: str) -> str:
    if name == "storage":
        return word_for(StorageClass(text))
    if name == "compartment":
        return word_for(Compartment(text))
    return gettext(WORDS[name], text=text) if name else text
