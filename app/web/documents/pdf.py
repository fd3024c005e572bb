"""PDF pages with Chinese type, and tables that break between rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import TableCellFillMode
from fpdf.fonts import FontFace

from app.kernel.errors import Conflict

FONTS: tuple[tuple[str, int], ...] = (
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("/usr/share/fonts/wqy-microhei/wqy-microhei.ttc", 0),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/System/Library/Fonts/PingFang.ttc", 0),
    ("C:/Windows/Fonts/msyh.ttc", 0),
)
"""Where systems keep a Chinese font, and which face of the collection is Simplified Chinese."""
FAMILY = "chinese"
A4_LANDSCAPE = (297.0, 210.0)


class FontMissing(Conflict):
    """The server has no Chinese font: install ``fonts-wqy-microhei`` or ``fonts-noto-cjk``."""

    code = "font-missing"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, its share of the width, and how it is aligned."""

    heading: str
    width: int
    align: str = "LEFT"


@cache
def chinese_font() -> tuple[Path, int]:
    """Return the first Chinese font of this system and its face.

    Raises:
        FontMissing: there is none.
    """
    for name, face in FONTS:
        if Path(name).is_file():
            return Path(name), face
    raise FontMissing


def new_pdf(size: tuple[float, float] | str = "A4", *, margin: float = 12) -> FPDF:
    """Return an empty document of this size in millimetres, set in Chinese type."""
    pdf = FPDF(unit="mm", format=size)
    path, face = chinese_font()
    pdf.add_font(FAMILY, fname=path, collection_font_number=face)
    pdf.set_font(FAMILY, size=10)
    pdf.set_margin(margin)
    pdf.set_auto_page_break(auto=margin > 0, margin=margin)
    pdf.add_page()
    return pdf


def add_table(pdf: FPDF, columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> None:
    """Draw a ruled table; its heading is repeated on every page."""
    pdf.set_font(FAMILY, size=8.5)
    heading = FontFace(emphasis="", fill_color=(235, 240, 238))
    with pdf.table(
        col_widths=tuple(column.width for column in columns),
        text_align=tuple(column.align for column in columns),
        headings_style=heading,
        cell_fill_mode=TableCellFillMode.NONE,
        line_height=5,
    ) as table:
        table.row([column.heading for column in columns])
        for row in rows:
            table.row(row)


def add_qr(pdf: FPDF, matrix: Sequence[Sequence[bool]], at: tuple[float, float, float]) -> None:
    """Draw a QR code's dark modules in a square: left, top and side in millimetres."""
    left, top, side = at
    module = side / len(matrix)
    pdf.set_fill_color(0)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                pdf.rect(left + x * module, top + y * module, module, module, style="F")


def to_bytes(pdf: FPDF) -> bytes:
    """Return the finished document."""
    return bytes(pdf.output())
