"""Sentences and words of receiving and dispensing."""

from app.web.messages.common import N_

REFUSALS = {
    "already-put-away": N_("A line of %(subject)s lies in its bin already."),
    "counts-differ": N_(
        "Two people counted differently: %(first)s and %(second)s. Count again from the start."
    ),
    "label-incomplete": N_(
        "%(item)s: the code carries no lot or no expiry. Type what is missing from the label."
    ),
    "label-implausible": N_("Lot number or dates of %(subject)s cannot be right. Check the label."),
    "line-not-counted": N_("Some lines have no count yet."),
    "lot-not-announced": N_(
        "%(item)s, lot %(lot)s is not on this receipt. Compare with the delivery note and add it."
    ),
    "not-on-line": N_(
        "%(subject)s was not counted on this line, or lies in a carton that is put away whole."
    ),
    "not-ordered": N_("An item is not on the order %(subject)s."),
    "order-closed": N_("Everything on the order %(subject)s has arrived."),
    "over-receipt": N_("More came than was ordered or sent. %(item)s"),
    "parts-differ": N_(
        "%(item)s: %(placed)s of %(accepted)s are given a bin. Name each bin once, the rest too."
    ),
    "receipt-open": N_("The order %(subject)s is being received already."),
    "receipt-state-changed": N_("%(subject)s has moved on to another step. Look again."),
    "scan-a-pack": N_("%(subject)s is a carton or tote. Scan a single pack."),
    "second-count-missing": N_(
        "The count differs from the delivery note: another person must count too."
    ),
    "undo-too-late": N_(
        "The goods of this scan were counted by hand, set apart or refused. Count again."
    ),
    "wrong-bin": N_("The bin %(place)s does not keep %(subject)s as it must be kept."),
}

LABELS = {
    "DispensingKind": {
        "dispense": N_("Dispensed"),
        "consume": N_("Use recorded"),
        "undo": N_("Undone"),
    },
    "ReceiptState": {
        "draft": N_("Being counted"),
        "counted": N_("Counted, to be accepted"),
        "accepted": N_("Accepted, to put away"),
        "put_away": N_("Put away"),
    },
    "ScanOutcome": {"accepted": N_("Accepted"), "duplicate": N_("Already done")},
}
