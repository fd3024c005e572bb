"""Printed symbols: QR and GS1 DataMatrix as modules, from which SVG, PNG and PDF are drawn.

What a symbol says is made and judged by ``traceability.rules.contents``; the writer accepts
wrong check digits and impossible dates, so here is only tested that it wrote what was asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from typing import Any

import qrcode
import zxingcpp
from markupsafe import Markup, escape
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError

Rows = tuple[tuple[bool, ...], ...]
BLACK = 128
QR_QUIET = 4
DATA_MATRIX_QUIET = 2
"""Modules of white around a DataMatrix: the standard asks for one, printers blur it."""


class SymbolNotDrawn(ValueError):
    """The writer cannot draw this content, or drew something else."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """The modules of a symbol, dark ones true, its quiet zone included.

    ``identifier`` is what a scanner puts before its content (AIM symbology identifier).
    """

    rows: Rows
    identifier: str

    @property
    def width(self) -> int:
        """Modules from left to right."""
        return len(self.rows[0])

    @property
    def height(self) -> int:
        """Modules from top to bottom."""
        return len(self.rows)

    @property
    def runs(self) -> Iterator[tuple[int, int, int]]:
        """The dark runs: left end, row and length, in modules."""
        for y, row in enumerate(self.rows):
            x = 0
            for dark, run in groupby(row):
                length = len(tuple(run))
                if dark:
                    yield x, y, length
                x += length

    @property
    def path(self) -> str:
        """The SVG path that draws the dark modules."""
        return "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in self.runs)

    def svg(self, label: str) -> Markup:
        """Return inline SVG named ``label`` for who cannot see it: no script, no style."""
        size = f"{self.width} {self.height}"
        return Markup(  # noqa: S704 - the label is escaped, the path is numbers
            f'<svg class="qr" role="img" aria-label="{escape(label)}" viewBox="0 0 {size}"'
            f' shape-rendering="crispEdges"><rect width="{self.width}" height="{self.height}"'
            f' fill="#fff"/><path fill="#000" d="{self.path}"/></svg>'
        )

    def png(self, dots: int) -> bytes:
        """Return a picture in black and white, ``dots`` for each module."""
        picture = Image.new("1", (self.width, self.height), 1)
        picture.putdata([0 if dark else 1 for row in self.rows for dark in row])
        whole = picture.resize((self.width * dots, self.height * dots), Image.Resampling.NEAREST)
        file = BytesIO()
        whole.save(file, "PNG", optimize=True)
        return file.getvalue()


def qr(text: str) -> Symbol:
    """Return the QR code of a text, correction level M, four modules of white around it.

    Raises:
        SymbolNotDrawn: the text is empty or too long.
    """
    if not text:
        raise SymbolNotDrawn(text)
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QR_QUIET)
    code.add_data(text)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError) as error:
        raise SymbolNotDrawn(str(error)) from error
    return Symbol(tuple(tuple(map(bool, row)) for row in code.get_matrix()), "]Q1")


def qr_of_many(text: str) -> Symbol:
    """Return a QR code like ``qr`` from a writer sixteen times as fast: for sheets of labels.

    Raises:
        SymbolNotDrawn: the text is empty or too long.
    """
    return _draw(text, zxingcpp.BarcodeFormat.QRCode, text.encode(), {"ec_level": "M"})


def data_matrix(typed: str, message: str) -> Symbol:
    """Return the GS1 DataMatrix of a label, square where it fits.

    ``typed`` is the label as people read it, ``(01)…(10)…``; ``message`` what a scanner is to
    send for it, separators as U+001D.

    Raises:
        SymbolNotDrawn: the writer read another message into it, or cannot hold it.
    """
    kind, wanted = zxingcpp.BarcodeFormat.DataMatrix, message.encode()
    try:
        return _draw(typed, kind, wanted, {"gs1": True, "force_square": True})
    except SymbolNotDrawn:
        return _draw(typed, kind, wanted, {"gs1": True})


def _draw(
    text: str, kind: zxingcpp.BarcodeFormat, wanted: bytes, options: dict[str, object]
) -> Symbol:
    try:
        barcode = zxingcpp.create_barcode(text, kind, **options)
    except ValueError as error:
        raise SymbolNotDrawn(str(error)) from error
    if barcode.bytes != wanted:
        raise SymbolNotDrawn(f"wrote {barcode.bytes!r}, not {wanted!r}")
    picture: Any = barcode.to_image(scale=1)
    values: Any = memoryview(picture).tolist()
    rows: Rows = tuple(tuple(value < BLACK for value in row) for row in values)
    is_matrix = kind == zxingcpp.BarcodeFormat.DataMatrix
    return Symbol(
        _with_quiet(rows) if is_matrix else rows, _identifier(rows) if is_matrix else "]Q1"
    )


def _identifier(rows: Rows) -> str:
    """Return what scanners send before a GS1 DataMatrix; rectangles have another."""
    return "]d2" if len(rows) == len(rows[0]) else "]d8"


def _with_quiet(rows: Rows) -> Rows:
    """Widen the white around a symbol by what its writer left out of it."""
    more = DATA_MATRIX_QUIET - 1
    side = (False,) * more
    blank = ((False,) * (len(rows[0]) + 2 * more),) * more
    return (*blank, *(side + row + side for row in rows), *blank)
