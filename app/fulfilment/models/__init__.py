"""Tables of requisitions, picking, totes and clinics' receipts."""

from app.fulfilment.models.overrides import LotOverride
from app.fulfilment.models.picking import PickLine, PickTask, Tote, ToteContent, ToteCount
from app.fulfilment.models.receipts import ClinicReceipt, Discrepancy, ReceiptLine
from app.fulfilment.models.redirects import ToteRedirect
from app.fulfilment.models.requisitions import Requisition, RequisitionLine, TemplateLine

__all__ = [
    "ClinicReceipt",
    "Discrepancy",
    "LotOverride",
    "PickLine",
    "PickTask",
    "ReceiptLine",
    "Requisition",
    "RequisitionLine",
    "TemplateLine",
    "Tote",
    "ToteContent",
    "ToteCount",
    "ToteRedirect",
]
