"""Sheets of labels, as PDF and as SVG of one page."""

from app.labelling.documents.drawing import Sheet, page_count
from app.labelling.documents.papers import sheet_pdf
from app.labelling.documents.pictures import page_svg

__all__ = ["Sheet", "page_count", "page_svg", "sheet_pdf"]
