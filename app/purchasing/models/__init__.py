"""Tables of suppliers, contracts, orders, the supplier's notice, receipts and their counts."""

from app.purchasing.models.claims import (
    ClaimOutcome,
    RefusalReason,
    SupplierClaim,
    TransportRecord,
)
from app.purchasing.models.contracts import Contract, ContractLine, ContractState
from app.purchasing.models.invoices import (
    DifferenceOutcome,
    Invoice,
    InvoiceDifference,
    InvoiceLine,
    InvoiceState,
    Settlement,
    SettlementLine,
)
from app.purchasing.models.orders import OrderState, PurchaseOrder, PurchaseOrderLine
from app.purchasing.models.plans import PlanLine, PurchasePlan, PurchasePlanState
from app.purchasing.models.receipts import (
    AnnouncedLot,
    Receipt,
    ReceiptLine,
    ReceiptPlacement,
    ReceiptScan,
    ReceiptState,
    ScanOutcome,
)
from app.purchasing.models.returns import (
    SettlementCredit,
    SupplierReturn,
    SupplierReturnLine,
    SupplierReturnPack,
)
from app.purchasing.models.suppliers import Supplier, SupplierLicence

__all__ = [
    "AnnouncedLot",
    "ClaimOutcome",
    "Contract",
    "ContractLine",
    "ContractState",
    "DifferenceOutcome",
    "Invoice",
    "InvoiceDifference",
    "InvoiceLine",
    "InvoiceState",
    "OrderState",
    "PlanLine",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "PurchasePlan",
    "PurchasePlanState",
    "Receipt",
    "ReceiptLine",
    "ReceiptPlacement",
    "ReceiptScan",
    "ReceiptState",
    "RefusalReason",
    "ScanOutcome",
    "Settlement",
    "SettlementCredit",
    "SettlementLine",
    "Supplier",
    "SupplierClaim",
    "SupplierLicence",
    "SupplierReturn",
    "SupplierReturnLine",
    "SupplierReturnPack",
    "TransportRecord",
]
