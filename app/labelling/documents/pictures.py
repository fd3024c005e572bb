"""Labels as SVG: sharp at any size, no script, no style; what the preview shows."""

from markupsafe import Markup, escape

from app.labelling.documents.drawing import MM_PER_POINT, Drawing, Line, Sheet
from app.labelling.rules import Spot

FONTS = "Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"


def page_svg(sheet: Sheet, number: int, label: str) -> Markup:
    """Return a page, counted from 0, named ``label`` for who cannot see it."""
    width, height = sheet.grid.page
    parts = [
        _label(sheet.drawing(spot.index), spot, sheet.grid.label) for spot in sheet.pages[number]
    ]
    return Markup(  # noqa: S704 - every text is escaped, the rest are numbers
        f'<svg xmlns="http://www.w3.org/2000/svg" class="label-page" role="img"'
        f' aria-label="{escape(label)}" width="{width}mm" height="{height}mm"'
        f' viewBox="0 0 {width} {height}" font-family="{FONTS}">'
        f'<rect width="{width}" height="{height}" fill="#fff"/>{"".join(parts)}</svg>'
    )


def _label(drawing: Drawing, spot: Spot, size: tuple[float, float]) -> str:
    left, top, side = drawing.box
    symbol = drawing.symbol
    module = side / max(symbol.width, symbol.height)
    texts = "".join(map(_line, drawing.lines))
    return (
        f'<g transform="translate({spot.left:.2f} {spot.top:.2f})">'
        f'<rect width="{size[0]}" height="{size[1]}" fill="none" stroke="#ccc"'
        f' stroke-width=".1"/><path transform="translate({left:.2f} {top:.2f})'
        f' scale({module:.5f})" fill="#000" shape-rendering="crispEdges" d="{symbol.path}"/>'
        f"{texts}</g>"
    )


def _line(line: Line) -> str:
    weight = ' font-weight="700"' if line.heavy else ""
    return (
        f'<text x="{line.left:.2f}" y="{line.baseline:.2f}"{weight} fill="#000"'
        f' font-size="{line.points * MM_PER_POINT:.2f}">{escape(line.text)}</text>'
    )
