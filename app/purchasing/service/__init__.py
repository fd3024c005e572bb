"""Use cases of purchasing, from the order to the shelf."""

from app.purchasing.service.accepting import accept
from app.purchasing.service.contracting import (
    Agreed,
    ContractRequest,
    activate_contract,
    draft_contract,
    end_contract,
    get_contract,
    set_agreed,
)
from app.purchasing.service.counting import (
    Count,
    Judgement,
    TypedLot,
    add_lot,
    count_again,
    count_line,
    count_second,
    finish_count,
    judge,
)
from app.purchasing.service.invoicing import (
    BilledItem,
    InvoiceRequest,
    accept_difference,
    enter_invoice,
    get_invoice,
    match_again,
    reject_invoice,
)
from app.purchasing.service.notices import NoticeLine, PackCode, take_notice
from app.purchasing.service.opening import get_order, get_receipt, open_receipt
from app.purchasing.service.order_lines import OrderedItem
from app.purchasing.service.ordering import (
    OrderRequest,
    approve_order,
    cancel_order,
    close_order,
    draft_order,
    send_back_order,
    send_order,
    set_lines,
    submit_order,
)
from app.purchasing.service.planning import (
    PlanChoice,
    adjust_plan,
    choices_of,
    drop_plan,
    get_plan,
    make_plan,
    order_plan,
)
from app.purchasing.service.qualifying import Licence, get_supplier, keep_licence
from app.purchasing.service.rejecting import Making, Refusal, close_claim, refuse_goods
from app.purchasing.service.releasing import release_line, set_quarantine
from app.purchasing.service.returning import (
    ReturnRequest,
    approve_return,
    own_return,
    refuse_return,
    request_return,
    withdraw_return,
)
from app.purchasing.service.scanning import scan, undo_scan
from app.purchasing.service.scans import Scanned, ScanRequest
from app.purchasing.service.sending import Sending, Unsending, send_return, take_back_return
from app.purchasing.service.settling import (
    Settling,
    get_settlement,
    reverse_settlement,
    settle_invoices,
)
from app.purchasing.service.shelving import Placement, put_away
from app.purchasing.service.signing import cosigner
from app.purchasing.service.transporting import keep_temperatures, temperatures_of

__all__ = [
    "Agreed",
    "BilledItem",
    "ContractRequest",
    "Count",
    "InvoiceRequest",
    "Judgement",
    "Licence",
    "Making",
    "NoticeLine",
    "OrderRequest",
    "OrderedItem",
    "PackCode",
    "Placement",
    "PlanChoice",
    "Refusal",
    "ReturnRequest",
    "ScanRequest",
    "Scanned",
    "Sending",
    "Settling",
    "TypedLot",
    "Unsending",
    "accept",
    "accept_difference",
    "activate_contract",
    "add_lot",
    "adjust_plan",
    "approve_order",
    "approve_return",
    "cancel_order",
    "choices_of",
    "close_claim",
    "close_order",
    "cosigner",
    "count_again",
    "count_line",
    "count_second",
    "draft_contract",
    "draft_order",
    "drop_plan",
    "end_contract",
    "enter_invoice",
    "finish_count",
    "get_contract",
    "get_invoice",
    "get_order",
    "get_plan",
    "get_receipt",
    "get_settlement",
    "get_supplier",
    "judge",
    "keep_licence",
    "keep_temperatures",
    "make_plan",
    "match_again",
    "open_receipt",
    "order_plan",
    "own_return",
    "put_away",
    "refuse_goods",
    "refuse_return",
    "reject_invoice",
    "release_line",
    "request_return",
    "reverse_settlement",
    "scan",
    "send_back_order",
    "send_order",
    "send_return",
    "set_agreed",
    "set_lines",
    "set_quarantine",
    "settle_invoices",
    "submit_order",
    "take_back_return",
    "take_notice",
    "temperatures_of",
    "undo_scan",
    "withdraw_return",
]
