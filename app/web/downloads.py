"""Files people download or print."""

from flask import Response, make_response


def pdf_response(content: bytes, name: str) -> Response:
    """Return a PDF that the browser shows and can save under a name."""
    response = make_response(content)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response
