"""What a printed form says."""

from io import BytesIO

from pypdf import PdfReader


def words_of(pdf: bytes) -> str:
    """Return the text of every page.

    The reader takes the two bytes of a glyph of an OpenType font for two characters, the
    first of them empty.
    """
    pages = PdfReader(BytesIO(pdf)).pages
    return "".join(page.extract_text() for page in pages).replace("\0", "")
