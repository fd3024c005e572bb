"""Labels as PDF, one page for each sheet or each label of a roll."""

from fpdf import FPDF

from app.labelling.documents.drawing import Drawing, Sheet
from app.labelling.rules import Spot
from app.web.documents import pdf as paper
from app.web.documents.pdf import FAMILY


def sheet_pdf(sheet: Sheet) -> bytes:
    """Return all pages of a sheet."""
    page = paper.new_pdf(sheet.grid.page, margin=0)
    for number, spots in enumerate(sheet.pages):
        if number:
            page.add_page()
        for spot in spots:
            _draw(page, sheet.drawing(spot.index), spot)
    return paper.to_bytes(page)


def _draw(page: FPDF, drawing: Drawing, spot: Spot) -> None:
    left, top, side = drawing.box
    paper.add_symbol(page, drawing.symbol, (spot.left + left, spot.top + top, side))
    for line in drawing.lines:
        page.set_font(FAMILY, size=line.points)
        page.text(spot.left + line.left, spot.top + line.baseline, line.text)
