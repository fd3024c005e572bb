"""Use cases of sheets: upload and judge, confirm and apply."""

from app.exchange.service.importing import (
    MAY,
    ONTO_DOCUMENTS,
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
    "ONTO_DOCUMENTS",
    "ImportView",
    "Upload",
    "confirm",
    "get_import",
    "sheet_from_json",
    "upload",
    "view_of",
]
