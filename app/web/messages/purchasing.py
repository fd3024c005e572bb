"""Sentences and words of purchasing."""

from app.web.messages.common import N_

REFUSALS = {
    "approver-is-the-buyer": N_("Whoever wrote %(subject)s cannot approve it."),
    "contract-overlaps": N_(
        "The supplier has another price in force for an item of %(subject)s in this period."
    ),
    "contract-state-changed": N_("Contract %(subject)s has moved on. Look again."),
    "order-empty": N_("%(subject)s has no line."),
    "order-state-changed": N_("Order %(subject)s has moved on to another step. Look again."),
    "plan-open": N_("A plan is being adjusted already. Order or drop it first."),
    "plan-state-changed": N_("Plan %(subject)s was ordered or dropped meanwhile."),
    "price-above-contract": N_("%(item)s costs more than its contract says."),
    "supplier-missing": N_("Choose a supplier for %(item)s."),
    "supplier-not-qualified": N_(
        "%(supplier)s may not supply these goods: a licence is missing or has expired"
        " (%(expires_on)s)."
    ),
}

LABELS = {
    "ContractKind": {
        "volume_based": N_("Volume-based procurement"),
        "framework": N_("Framework contract"),
    },
    "ContractState": {
        "draft": N_("Draft"),
        "active": N_("In force"),
        "ended": N_("Ended early"),
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
}

ACTIONS = {
    "activated": N_("Put in force"),
    "ended": N_("Ended early"),
    "licence-kept": N_("Licence entered or renewed"),
    "ordered": N_("Orders drafted"),
    "sent": N_("Sent to the supplier"),
}
