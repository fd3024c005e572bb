"""Use cases of sheets: upload and judge, confirm and apply."""

from app.exchange.service.importing import (
    MAY,
    ImportView,
    Upload,
    confirm,
    get_import,
    upload,
    view_of,
)
from app.exchange.service.storing import sheet_from_json

__all__ = [
    "MAY",
    "ImportView",
    "Upload",
    "confirm",
    "get_import",
    "sheet_from_json",
    "upload",
    "view_of",
]
