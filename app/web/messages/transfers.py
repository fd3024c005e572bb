"""Sentences and words of transfers, loans and returns between facilities."""

from app.web.messages.common import N_

REFUSALS = {
    "due-date-missing": N_("Say when the loan is given back, today or later."),
    "inspection-contradicts": N_("More arrived than was handed over, or a pack in two conditions."),
    "loan-settled": N_("%(item)s: more would be given back than is owed."),
    "missing-settled": N_("Somebody has settled this before."),
    "not-on-transfer": N_("%(subject)s is not among the goods promised here."),
    "nothing-to-transfer": N_("Nothing of this can be handed over."),
    "same-facility": N_("Goods cannot be transferred to where they are."),
    "transfer-empty": N_("Name each item once, and more than nothing of it."),
    "transfer-short": N_("Less goes than was promised: say why."),
    "transfer-state-changed": N_("Somebody else went on with this transfer. Open it again."),
}

LABELS = {
    "ReturnReason": {
        "wrong": N_("Sent wrong"),
        "near_expiry": N_("Near expiry"),
        "damaged": N_("Damaged"),
        "recall": N_("Recall"),
        "surplus": N_("Surplus stock"),
    },
    "TransferKind": {
        "transfer": N_("Transfer"),
        "loan": N_("Emergency loan"),
        "loan_return": N_("Loan given back"),
        "return": N_("Return to the centre"),
    },
    "TransferState": {
        "requested": N_("To decide"),
        "approved": N_("Granted, to hand over"),
        "handed_over": N_("In transit"),
        "received": N_("Received, something missing"),
        "closed": N_("Received in full"),
        "refused": N_("Not granted"),
        "cancelled": N_("Request withdrawn"),
    },
    "Whereabouts": {
        "arrived": N_("It arrived after all"),
        "not_sent": N_("It never left"),
        "lost": N_("Lost on the way"),
    },
}

ACTIONS = {
    "transfer-asked": N_("Asked for"),
    "transfer-handed-over": N_("Handed over to the carrier"),
    "transfer-received": N_("Received and inspected"),
    "transfer-refused": N_("Not granted"),
    "transfer-settled": N_("Missing goods settled"),
}
