"""Sentences and words of purchasing."""

from app.web.messages.common import N_

REFUSALS = {
    "approver-is-the-buyer": N_("Whoever wrote %(subject)s cannot approve it."),
    "claim-closed": N_("Claim %(subject)s was closed before."),
    "contract-overlaps": N_(
        "The supplier has another price in force for an item of %(subject)s in this period."
    ),
    "contract-state-changed": N_("Contract %(subject)s has moved on. Look again."),
    "credit-settled": N_("The credit of %(reference)s was deducted, or the goods came back."),
    "credits-exceed-invoices": N_(
        "The credits chosen are not less than the invoices: deduct fewer of them."
    ),
    "invoice-known": N_("Invoice %(subject)s of this supplier was entered before."),
    "invoice-state-changed": N_("Invoice %(subject)s has moved on. Look again."),
    "one-supplier": N_("A return goes to one supplier: choose goods of one only."),
    "order-empty": N_("%(subject)s has no line."),
    "order-state-changed": N_("Order %(subject)s has moved on to another step. Look again."),
    "plan-open": N_("A plan is being adjusted already. Order or drop it first."),
    "plan-state-changed": N_("Plan %(subject)s was ordered or dropped meanwhile."),
    "price-above-contract": N_("%(item)s costs more than its contract says."),
    "readings-unreadable": N_("This is no temperature: %(subject)s"),
    "return-empty": N_("Say how much of which lot goes back."),
    "return-exceeds-receipt": N_(
        "%(item)s: at most %(most)s base units of this receipt may still go back."
    ),
    "return-state-changed": N_("Return %(reference)s has moved on. Look again."),
    "settlement-reversed": N_("Settlement %(subject)s was reversed before."),
    "supplier-missing": N_("Choose a supplier for %(item)s."),
    "supplier-not-qualified": N_(
        "%(supplier)s may not supply these goods: a licence is missing or has expired"
        " (%(expires_on)s)."
    ),
    "transport-record-missing": N_(
        "%(item)s must be kept cold: enter the temperatures on the road first."
    ),
}

LABELS = {
    "ClaimOutcome": {
        "taken_back": N_("Taken back"),
        "replaced": N_("Replaced"),
        "credited": N_("Credited"),
    },
    "ContractKind": {
        "volume_based": N_("Volume-based procurement"),
        "framework": N_("Framework contract"),
    },
    "ContractState": {
        "draft": N_("Draft"),
        "active": N_("In force"),
        "ended": N_("Ended early"),
    },
    "DifferenceKind": {
        "more_than_received": N_("More than was accepted"),
        "less_than_received": N_("Less than was accepted"),
        "price_above_order": N_("Price above the order"),
        "price_below_order": N_("Price below the order"),
        "total_differs": N_("Total differs from the lines"),
    },
    "DifferenceOutcome": {"accepted": N_("Difference accepted"), "cleared": N_("Gone")},
    "InvoiceState": {
        "differing": N_("In difference"),
        "matched": N_("Matched"),
        "settled": N_("Settled"),
        "rejected": N_("Sent back to the supplier"),
    },
    "LicenceKind": {
        "business": N_("Business licence"),
        "drug_wholesale": N_("Drug wholesale licence"),
        "device_wholesale": N_("Medical device wholesale licence"),
        "controlled_drugs": N_("Designation for narcotics and psychotropics"),
    },
    "OrderState": {
        "draft": N_("Draft"),
        "submitted": N_("Waiting for approval"),
        "approved": N_("Approved"),
        "sent": N_("With the supplier"),
        "partially_received": N_("Partly received"),
        "received": N_("Received in full"),
        "closed": N_("Closed"),
        "cancelled": N_("Cancelled"),
    },
    "PurchasePlanState": {
        "draft": N_("Being adjusted"),
        "ordered": N_("Orders drafted"),
        "cancelled": N_("Dropped"),
    },
    "RefusalReason": {
        "damaged": N_("Goods damaged"),
        "temperature": N_("Temperature out of limits"),
        "wrong_goods": N_("Wrong goods"),
        "short_dated": N_("Too short-dated"),
        "no_papers": N_("Papers missing"),
        "other": N_("Other"),
    },
    "SupplierReturnReason": {
        "near_expiry": N_("Near expiry"),
        "damaged": N_("Damaged"),
        "recall": N_("Recall"),
        "wrong_goods": N_("Wrong goods"),
        "quality": N_("Quality complaint"),
    },
    "SupplierReturnState": {
        "requested": N_("To approve"),
        "approved": N_("Approved, to send"),
        "sent": N_("Gone back to the supplier"),
        "refused": N_("Not approved"),
        "withdrawn": N_("Return withdrawn"),
        "reversed": N_("Taken back"),
    },
}

ACTIONS = {
    "return-refused": N_("Not approved"),
    "return-sent": N_("Gone back to the supplier"),
    "return-withdrawn": N_("Return withdrawn"),
    "activated": N_("Put in force"),
    "difference-accepted": N_("Difference accepted"),
    "ended": N_("Ended early"),
    "licence-kept": N_("Licence entered or renewed"),
    "matched-again": N_("Matched again"),
    "ordered": N_("Orders drafted"),
    "quarantine-lifted": N_("Quarantine lifted"),
    "quarantine-released": N_("Released by quality"),
    "quarantine-set": N_("Quarantine set"),
    "refused": N_("Refused"),
    "sent": N_("Sent to the supplier"),
    "settled": N_("Settled"),
    "temperatures-kept": N_("Temperatures written"),
}
