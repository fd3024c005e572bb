"""Every page of the product: who opens it, and which row of the demo county it shows."""

from typing import NamedTuple

from app.traceability.models import Disposition


class Visit(NamedTuple):
    """One look at a page.

    ``rows`` selects one row whose columns are the arguments of the address; those the route
    does not name become the query.
    """

    endpoint: str
    username: str | None
    rows: str = ""
    name: str = ""

    def __str__(self) -> str:
        return f"{self.endpoint}{'-' if self.name else ''}{self.name}"


YUDU = "(SELECT id FROM facility WHERE code = '610728101-T')"
DEPOT = "(SELECT id FROM facility WHERE code = '610728-D0')"
STOCKED = f"SELECT item_id FROM stock_balance WHERE facility_id = {YUDU} ORDER BY item_id LIMIT 1"
LOCKED = f"""
SELECT b.item_id FROM stock_balance b JOIN place p ON p.id = b.place_id
WHERE p.locked AND b.facility_id = {YUDU} ORDER BY b.item_id LIMIT 1
"""
LOT_CARD = f"""
SELECT item_id, lot_id, place_id FROM stock_balance
WHERE facility_id = {YUDU} AND NOT outside ORDER BY id LIMIT 1
"""
POSTING = f"""
SELECT id AS posting_id FROM stock_posting
WHERE facility_id = {YUDU} AND kind = 'consume' ORDER BY id DESC LIMIT 1
"""
OPENING = POSTING.replace("consume", "opening")
PLANNED = f"SELECT item_id FROM item_plan WHERE facility_id = {YUDU} ORDER BY item_id LIMIT 1"
GIVEN = f"""
SELECT code FROM unit WHERE disposition = {Disposition.DISPENSED.number} ORDER BY id LIMIT 1
"""
OWN_RUN = """
SELECT run.reference FROM delivery_run run
JOIN driver ON driver.id = run.driver_id JOIN user_account ON user_account.id = driver.user_id
WHERE user_account.username = 'driver' ORDER BY run.id DESC LIMIT 1
"""
VERSION = "SELECT id AS plan FROM delivery_plan WHERE layout IS NOT NULL ORDER BY id DESC LIMIT 1"
VERSIONS = """
SELECT one.id AS plan_id, other.id AS other FROM delivery_plan one
JOIN delivery_plan other ON other.facility_id = one.facility_id AND other.day = one.day
WHERE one.layout IS NOT NULL AND other.layout IS NOT NULL ORDER BY one.id, other.id DESC LIMIT 1
"""
UPLOADED = "SELECT id AS upload_id FROM upload ORDER BY state = 'failed' DESC, id LIMIT 1"
EXAM = "SELECT id AS exam_item_id FROM exam_item WHERE modality = 'CT' ORDER BY code LIMIT 1"
CONTRAST = """
SELECT exam.id AS exam_item_id, device.id AS device_id, patient.id AS patient_id,
  '2026-11-25T10:00+08:00' AS start
FROM exam_item exam, device, patient
WHERE exam.modality = 'MR' AND exam.with_contrast AND device.modality = 'MR'
  AND patient.facility_id = {yudu}
ORDER BY exam.code, device.id, patient.id LIMIT 1
"""


CONTRACT = "SELECT reference FROM supply_contract ORDER BY id DESC LIMIT 1"
ORDERED = "SELECT reference FROM purchase_order WHERE state <> 'draft' ORDER BY id LIMIT 1"
DISPUTED = "SELECT reference FROM supplier_invoice ORDER BY state <> 'differing', id LIMIT 1"
BILLABLE = """
SELECT o.reference AS "order" FROM purchase_order o
WHERE o.state = 'received' AND NOT EXISTS (SELECT FROM supplier_invoice i WHERE i.order_id = o.id)
ORDER BY o.id LIMIT 1
"""
RECALL = "SELECT reference FROM recall WHERE state = '{state}' ORDER BY id LIMIT 1"
RECALL_TASK = f"""
SELECT task.id AS task_id FROM recall_task task JOIN recall ON recall.id = task.recall_id
WHERE recall.state = 'open' AND task.facility_id = {YUDU} LIMIT 1
"""
DRAFTED = "SELECT reference FROM purchase_order WHERE state = 'draft' ORDER BY id LIMIT 1"


def requisition(state: str, more: str = "") -> str:
    """Select a requisition in a state."""
    wanted = f"SELECT reference FROM requisition WHERE state = '{state}' {more}"
    return f"{wanted} ORDER BY id DESC LIMIT 1"


def tote(state: str, more: str = "") -> str:
    """Select a tote in a state."""
    return f"SELECT code FROM tote WHERE state = '{state}' {more} ORDER BY id DESC LIMIT 1"


def booking(state: str, more: str = "") -> str:
    """Select a booking in a state."""
    wanted = f"SELECT reference FROM booking WHERE state = '{state}' {more}"
    return f"{wanted} ORDER BY starts_at DESC LIMIT 1"


def count_sheet(state: str) -> str:
    """Select a stock count in a state."""
    return f"SELECT reference FROM count_sheet WHERE state = '{state}' ORDER BY id LIMIT 1"


def transfer(state: str, kind: str = "transfer") -> str:
    """Select a transfer of a kind in a state."""
    wanted = f"SELECT reference FROM transfer WHERE state = '{state}' AND kind = '{kind}'"
    return f"{wanted} ORDER BY id LIMIT 1"


def supplier_return(state: str) -> str:
    """Select a return to a supplier in a state."""
    return f"SELECT reference FROM supplier_return WHERE state = '{state}' ORDER BY id LIMIT 1"


def write_off(state: str) -> str:
    """Select a write-off in a state."""
    return f"SELECT reference FROM write_off WHERE state = '{state}' ORDER BY id LIMIT 1"


def one(table: str, columns: str, more: str = "") -> str:
    """Select the first row of a table."""
    return f"SELECT {columns} FROM {table} {more} ORDER BY id LIMIT 1"


OF_YUDU = f"AND facility_id = {YUDU}"
VISITS = (
    Visit("accounts.list_users", "admin"),
    Visit("accounts.show_new_user", "admin"),
    Visit("accounts.show_own_password", "clinic"),
    Visit("accounts.show_sign_in", None),
    Visit("accounts.show_user", "admin", one("user_account", "id AS user_id")),
    Visit("alerts.list_alerts", "quality"),
    Visit("approvals.list_waiting", "pharmacist"),
    Visit("approvals.show_approval", "pharmacist", requisition("submitted")),
    Visit("availability.search", "clinic", "SELECT 'amx' AS q"),
    Visit("availability.show_item", "clinic", STOCKED),
    Visit("billing.show_statement", "clinic"),
    Visit("billing.show_statement", "imaging", name="earns"),
    Visit("booking.choose_other_time", "clinic", booking("booked", OF_YUDU)),
    Visit("booking.list_bookings", "clinic"),
    Visit("booking.show_booking", "clinic", booking("booked", OF_YUDU)),
    Visit("booking.show_slip", "clinic", booking("booked", OF_YUDU)),
    Visit("calendar.show_day", "clinic"),
    Visit("call_backs.list_call_backs", "clinic"),
    Visit("calendar.show_day", "clinic", EXAM, "exam"),
    Visit("catalogue.list_exams", "clinic"),
    Visit("catalogue.list_items", "clinic"),
    Visit("catalogue.show_item", "clinic", STOCKED),
    Visit("claims.list_claims", "buyer"),
    Visit("claims.list_quarantine", "quality"),
    Visit("contracts.list_contracts", "buyer"),
    Visit("contracts.list_suppliers", "quality"),
    Visit("contracts.search_items", "buyer", f"SELECT c.reference, 'asp' AS q FROM ({CONTRACT}) c"),
    Visit("contracts.show_contract", "buyer", CONTRACT),
    Visit("contracts.show_new", "buyer"),
    Visit("contracts.show_supplier", "quality", one("supplier", "code")),
    Visit("counting.list_counts", "storekeeper"),
    Visit("counting.show_count", "pharmacist", count_sheet("review")),
    Visit("counting.show_count", "storekeeper", count_sheet("counting"), "counting"),
    Visit("counting.show_phone", "storekeeper", count_sheet("counting")),
    Visit("counting.show_policy", "pharmacist"),
    Visit("controlled.list_registers", "pharmacist"),
    Visit("controlled.show_register", "clinic", LOCKED),
    Visit("delivery.print_sheet", "dispatcher", OWN_RUN),
    Visit("delivery.show_board", "dispatcher"),
    Visit("delivery.show_run", "dispatcher", OWN_RUN),
    Visit("dispatch.compare", "dispatcher", VERSIONS),
    Visit("dispatch.show_desk", "dispatcher", VERSION),
    Visit("desk.show_board", "imaging"),
    Visit("destructions.list_destructions", "quality"),
    Visit("destructions.list_waiting", "pharmacist"),
    Visit("destructions.show_destruction", "quality", one("destruction", "reference")),
    Visit("dispensing.list_documents", "clinic"),
    Visit("dispensing.show_consumption", "clinic"),
    Visit("dispensing.show_dispensing", "clinic"),
    Visit("dispensing.show_document", "clinic", one("dispensing", "reference")),
    Visit(
        "drafts.search_items",
        "clinic",
        f"SELECT r.reference, 'asp' AS q FROM ({requisition('draft')}) r",
    ),
    Visit("drafts.show_new", "clinic"),
    Visit("driver.list_runs", "driver"),
    Visit("driver.show_run", "driver", OWN_RUN),
    Visit("driver.show_stop", "driver", f"SELECT run.*, 1 AS sequence FROM ({OWN_RUN}) run"),
    Visit("equipment.list_devices", "imaging"),
    Visit("home.home", "clinic"),
    Visit("imports.show", "clinic", one("sheet_import", "reference")),
    Visit("imports.show_new", "pharmacist"),
    Visit("inventory.list_items", "clinic"),
    Visit("inventory.list_stock", "storekeeper"),
    Visit("inventory.show_lot", "quality", one("lot", "id AS lot_id")),
    Visit("invoices.list_invoices", "buyer"),
    Visit("invoices.list_settlements", "pharmacist"),
    Visit("invoices.show_invoice", "pharmacist", DISPUTED),
    Visit("invoices.show_new", "buyer", BILLABLE),
    Visit("invoices.show_performance", "director"),
    Visit("invoices.show_settlement", "pharmacist", one("supplier_settlement", "reference")),
    Visit("kpi.county", "director"),
    Visit("ledger.show_card", "clinic", STOCKED),
    Visit("ledger.show_card", "clinic", LOT_CARD, "lot"),
    Visit("ledger.show_past", "clinic", "SELECT '2026-11-01T08:00' AS at"),
    Visit("ledger.show_posting", "clinic", POSTING),
    Visit("ledger.show_posting", "clinic", OPENING, "opening"),
    Visit("months.list_months", "clinic"),
    Visit("months.show_month", "clinic", "SELECT '2026-10' AS name"),
    Visit("network.list_facilities", "clinic"),
    Visit("network.show_facility", "clinic", f"SELECT {YUDU} AS facility_id"),
    Visit("orders.list_orders", "buyer"),
    Visit("orders.search_items", "buyer", f"SELECT o.reference, 'asp' AS q FROM ({ORDERED}) o"),
    Visit("orders.show_new", "buyer"),
    Visit("orders.show_order", "pharmacist", ORDERED),
    Visit("orders.show_order", "buyer", DRAFTED, "draft"),
    Visit("notices.list_notices", "clinic"),
    Visit("picking.list_tasks", "storekeeper"),
    Visit(
        "picking.show_task",
        "storekeeper",
        one("pick_task", "reference", "WHERE done_at IS NULL AND NOT cancelled"),
    ),
    Visit("plans.list_plans", "buyer"),
    Visit("plans.show_plan", "buyer", one("purchase_plan", "reference")),
    Visit("planning.list_levels", "clinic"),
    Visit("planning.list_low_stock", "pharmacist"),
    Visit("planning.list_near_expiry", "clinic"),
    Visit("planning.list_over_stock", "clinic"),
    Visit("planning.list_proposals", "clinic"),
    Visit("planning.show_item", "clinic", PLANNED),
    Visit("purchasing.list_orders", "storekeeper"),
    Visit("purchasing.list_receipts", "storekeeper"),
    Visit("purchasing.show_receipt", "storekeeper", one("receipt", "reference")),
    Visit("recall_tasks.list_tasks", "clinic"),
    Visit("recall_tasks.show_task", "clinic", RECALL_TASK),
    Visit("recalls.list_recalls", "quality"),
    Visit("recalls.show_limits", "quality"),
    Visit("recalls.show_new", "quality", "SELECT '阿莫西林' AS q"),
    Visit("recalls.show_report", "director", RECALL.format(state="closed")),
    Visit("recalls.show_room", "quality", RECALL.format(state="open")),
    Visit("receipts.list_discrepancies", "pharmacist"),
    Visit("receipts.show_discrepancy", "clinic2", one("discrepancy", "reference")),
    Visit("receipts.list_incoming", "clinic2"),
    Visit("receipts.show_receipt", "clinic2", tote("handed_over")),
    Visit("reconciliation.show_county", "pharmacist"),
    Visit("redirects.list_redirects", "clinic2", "SELECT 'true' AS all"),
    Visit("redirects.list_redirects", "pharmacist", "", "to-decide"),
    Visit("requisitions.list_requisitions", "clinic"),
    Visit("requisitions.print_delivery_note", "clinic", requisition("received", OF_YUDU)),
    Visit("requisitions.show_requisition", "clinic", requisition("draft"), "draft"),
    Visit("requisitions.show_requisition", "clinic", requisition("received", OF_YUDU)),
    Visit("reserving.choose", "clinic"),
    Visit("reserving.choose", "clinic", EXAM, "times"),
    Visit("reserving.confirm", "clinic", CONTRAST.format(yudu=YUDU)),
    Visit("roads.show_roads", "dispatcher"),
    Visit("labels.show_labels", "storekeeper", "SELECT 'bins' AS source"),
    Visit("labels.show_print", "storekeeper", one("label_print", "reference")),
    Visit("savings.show", "director"),
    Visit("search.search", "storekeeper", "SELECT '8.30038E+19' AS q", "damaged"),
    Visit("search.search", "clinic", "SELECT '阿莫西林' AS q"),
    Visit("supplier_returns.list_returns", "buyer"),
    Visit("supplier_returns.show_new", "storekeeper"),
    Visit("supplier_returns.show_return", "quality", supplier_return("requested")),
    Visit("supplier_returns.show_return", "storekeeper", supplier_return("approved"), "approved"),
    Visit("supplier_returns.show_return", "storekeeper", supplier_return("sent"), "sent"),
    Visit("totes.list_totes", "storekeeper", "SELECT 'sealed' AS state"),
    Visit("totes.print_label", "storekeeper", tote("sealed")),
    Visit("totes.show_tote", "storekeeper", tote("sealed")),
    Visit("traceability.show_code", "clinic", GIVEN),
    Visit("traceability.show_code", None, GIVEN, "patient"),
    Visit("transfers.list_loans", "clinic"),
    Visit("transfers.list_transfers", "clinic"),
    Visit("transfers.show_new", "clinic", STOCKED),
    Visit("transfers.show_new", "clinic", "SELECT 'a' AS q, 'loan' AS kind", "search"),
    Visit("transfers.show_pull_back", "pharmacist"),
    Visit("transfers.show_return", "clinic"),
    Visit("transfers.show_transfer", "clinic2", transfer("requested"), "to-decide"),
    Visit("transfers.show_transfer", "clinic", transfer("handed_over"), "in-transit"),
    Visit("transfers.show_transfer", "clinic", transfer("closed", "loan"), "loan"),
    Visit("bills.list_bills", "quality"),
    Visit("epcis.list_documents", "pharmacist"),
    Visit("bills.show_bill", "pharmacist", one("trace_bill", "reference")),
    Visit("uploads.list_gaps", "pharmacist"),
    Visit("uploads.list_messages", "pharmacist"),
    Visit("uploads.show_message", "quality", UPLOADED),
    Visit("uploads.show_overview", "director"),
    Visit("write_offs.list_write_offs", "quality"),
    Visit("write_offs.show_new", "clinic"),
    Visit("write_offs.show_write_off", "quality", write_off("submitted")),
    Visit("write_offs.show_write_off", "storekeeper", write_off("draft"), "draft"),
    Visit("write_offs.show_write_off", "pharmacist", write_off("confirmed"), "confirmed"),
)
NO_PAGES = {
    "photos.show_of_claim": "a picture or a paper",
    "photos.show_of_receipt": "the same",
    "photos.show_small_of_claim": "a picture",
    "photos.show_small_of_receipt": "the same",
    "receipts.show_photo": "a picture or a paper",
    "receipts.show_small_photo": "a picture",
    "recalls.download_holders": "a PDF",
    "recalls.download_report": "a PDF",
    "recalls.export_holders": "a workbook",
    "counting.download_blank": "a PDF",
    "counting.download_result": "a PDF",
    "destructions.download_record": "a PDF",
    "write_offs.download_slip": "a PDF",
    "supplier_returns.download_note": "a PDF",
    "delivery.show_progress": "a part of the dispatcher's board",
    "controlled.download_register": "a PDF",
    "ledger.download_card": "a PDF",
    "picking.download_list": "a PDF",
    "requisitions.download_issue_note": "a PDF",
    "requisitions.show_arithmetic": "a part of a requisition's line",
    "bills.download_bill": "a workbook",
    "exports.export_card": "a workbook",
    "exports.export_count": "a workbook",
    "exports.export_items": "a workbook",
    "exports.export_order": "a workbook",
    "exports.export_requisition": "a workbook",
    "exports.export_stock": "a workbook",
    "health.health": "an answer for machines",
    "imports.download_template": "a workbook",
    "labels.download_pdf": "a PDF",
    "labels.download_svg": "a picture",
    "labels.show_preview": "a part of the page of labels",
    "jobs.show_progress": "a part of the dispatcher's board",
    "offline.service_worker": "a script",
    "orders.download_form": "a PDF",
    "purchasing.download_acceptance": "a PDF",
    "purchasing.download_slip": "a PDF",
    "resolver.describe": "an answer for machines",
    "resolver.resolve": "leads on to the page of a code",
    "requisitions.download_delivery_note": "a PDF",
    "savings.show_progress": "a part of the proof of savings",
    "static": "files",
    "totes.download_label": "a PDF",
    "transfers.download_note": "a PDF",
}
"""Addresses one can GET that are no pages, and why not."""
