"""PDF pages with Chinese type, and tables that break between rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import as_file

from fpdf import FPDF
from fpdf.enums import TableCellFillMode
from fpdf.fonts import FontFace
from noto_cjk_sans_otc import FONT_PATH

from app.web.symbols import Symbol

FONT_FACE_OF_SIMPLIFIED_CHINESE = 2
"""The collection holds Japanese, Korean, Simplified and Traditional Chinese, in this order."""
FAMILY = "chinese"
A4_LANDSCAPE = (297.0, 210.0)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, its share of the width, and how it is aligned."""

    heading: str
    width: int
    align: str = "LEFT"


def new_pdf(size: tuple[float, float] | str = "A4", *, margin: float = 12) -> FPDF:
    """Return an empty document of this size in millimetres, set in Chinese type."""
    pdf = FPDF(unit="mm", format=size)
    with as_file(FONT_PATH) as font:
        pdf.add_font(FAMILY, fname=font, collection_font_number=FONT_FACE_OF_SIMPLIFIED_CHINESE)
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


def add_symbol(pdf: FPDF, symbol: Symbol, box: tuple[float, float, float]) -> None:
    """Draw a symbol's dark modules: left, top and the longer side in millimetres."""
    left, top, side = box
    module = side / max(symbol.width, symbol.height)
    pdf.set_fill_color(0)
    for x, y, length in symbol.runs:
        pdf.rect(left + x * module, top + y * module, length * module, module, style="F")


def to_bytes(pdf: FPDF) -> bytes:
    """Return the finished document."""
    return bytes(pdf.output())
