"""QR codes as one SVG path: no style, no script, sharp at every size."""

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

QUIET_ZONE = 4
"""Modules of white around a code that its standard asks for."""


def qr_matrix(text: str) -> list[list[bool]]:
    """Return the modules of a QR code, level M, with its quiet zone."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE)
    code.add_data(text)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def qr_path(text: str) -> tuple[int, str]:
    """Return the side in modules and the path that draws the dark ones."""
    matrix = qr_matrix(text)
    path = "".join(
        f"M{x} {y}h1v1h-1z" for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark
    )
    return len(matrix), path
