"""Sentences and words of lots, codes and the stock ledger."""

from app.web.messages.common import N_

REFUSALS = {
    "already-reversed": N_("This was reversed before."),
    "base-changed": N_(
        "The trace log was sealed under %(kept)s; identifiers cannot stand under another address."
    ),
    "checkpoint-unknown": N_("This is no checkpoint of ours, or its signature is not ours."),
    "lot-date-wrong": N_("Lot %(lot)s was not made tomorrow, nor after its last usable day."),
    "foreign-label": N_(
        "This label is not one of ours, or it was changed. Set the goods aside and ask quality."
    ),
    "insufficient-stock": N_("There is not enough stock: %(free)s are free."),
    "locked-place-needed": N_(
        "Controlled medicines may only lie in a place with a double lock. Choose such a place."
    ),
    "limits-reversed": N_("The minimum lies above the maximum."),
    "held-with-its-code": N_(
        "Packs in quarantine hold %(held)s of it. Quality releases them one by one, by their codes."
    ),
    "held-by-recall": N_(
        "Lot %(lot)s is held by %(reference)s: it is lifted there, and two people sign."
    ),
    "lot-held": N_("Lot %(subject)s is on hold: %(reason)s"),
    "lot-state-changed": N_("Lot %(subject)s is on hold already, or free already."),
    "month-already-closed": N_("The month %(month)s is closed already."),
    "month-not-over": N_("The month %(month)s cannot be closed yet: it ends first, then an hour."),
    "not-controlled": N_("%(item)s has no dedicated register."),
    "not-here": N_("%(subject)s is recorded at another place."),
    "period-closed": N_("The month %(month)s is closed. Correct it by an entry in the open month."),
    "posting-unbalanced": N_("A movement needs a quantity and two different places."),
    "prescription-needed": N_(
        "%(item)s is a controlled medicine: fill in the prescription and let a second person sign."
    ),
    "quality-hold": N_("Lot %(subject)s is held by quality since %(since_local)s: %(instruction)s"),
    "recalled": N_(
        "Lot %(subject)s is recalled (%(recall_class)s, since %(since_local)s): %(instruction)s"
    ),
    "reason-missing": N_("Please give a reason."),
    "reservation-gone": N_("The reservation was used or has ended. Look again and repeat."),
    "reversal-by-document": N_(
        "This entry belongs to document %(document)s, whose state follows from it. Undo it there."
    ),
    "scan-required": N_("%(item)s carries trace codes: scan them instead of typing a number."),
    "stale-label": N_(
        "The label of %(subject)s is out of date: print a new one, and look at what it is stuck on."
    ),
    "time-outside-window": N_("The time lies ahead, or too far back."),
    "unit-changed": N_("%(subject)s has moved on meanwhile. Look again and repeat if needed."),
    "unknown-place": N_("There is no place %(place)s here."),
}

LABELS = {
    "BizStep": {
        "announcing": N_("Announced by the supplier"),
        "receiving": N_("Received from the supplier"),
        "storing": N_("Put away"),
        "counting": N_("Counted in a stock count"),
        "picking": N_("Picked"),
        "packing": N_("Packed into a tote"),
        "unpacking": N_("Unpacked"),
        "loading": N_("Loaded onto the vehicle"),
        "arriving": N_("Handed over"),
        "accepting": N_("Receipt confirmed"),
        "returning": N_("Returned"),
        "dispensing": N_("Dispensed to a patient"),
        "holding": N_("Put on hold"),
        "writing_off": N_("Written off"),
        "destroying": N_("Destroyed"),
    },
    "CodeKind": {
        "ahm": N_("Device code (AHM)"),
        "cn20": N_("Drug trace code, 20 digits"),
        "digital_link": N_("GS1 Digital Link"),
        "goods": N_("Goods code (69): names the product, not the pack"),
        "gs1": N_("GS1 code"),
        "ma": N_("Device code (MA)"),
        "own": N_("Label of ours"),
        "unknown": N_("Damaged code"),
    },
    "UseTag": {
        "routine": N_("Routine use"),
        "campaign": N_("Campaign (one-off)"),
        "disaster": N_("Disaster relief (one-off)"),
    },
    "Condition": {
        "usable": N_("Usable"),
        "quarantine": N_("Quarantine"),
        "damaged": N_("Damaged"),
    },
    "Disposition": {
        "announced": N_("Announced, not received"),
        "in_stock": N_("In stock"),
        "in_transit": N_("In transit"),
        "partially_dispensed": N_("Partly dispensed"),
        "dispensed": N_("Dispensed"),
        "written_off": N_("Written off, awaiting destruction"),
        "destroyed": N_("Destroyed"),
        "lost": N_("Lost"),
        "sent_back": N_("Sent back"),
        "quarantine": N_("In quarantine"),
        "returned_pending": N_("Brought back, to be judged"),
        "sampled": N_("Taken as a sample"),
        "replaced": N_("Replaced by another code"),
    },
    "LotHold": {
        "none": N_("Free"),
        "quality": N_("Quality hold"),
        "recall": N_("Recalled"),
    },
    "PlaceKind": {
        "bin": N_("Bin"),
        "receiving": N_("Receiving area"),
        "staging": N_("Staging area"),
        "vehicle": N_("Vehicle"),
        "supplier": N_("Supplier"),
        "patient": N_("Patient"),
        "disposal": N_("Awaiting destruction"),
        "loss": N_("Loss"),
        "adjustment": N_("Adjustment"),
    },
    "PostingKind": {
        "opening": N_("Opening stock"),
        "receipt": N_("Receipt from supplier"),
        "put_away": N_("Put away"),
        "pick": N_("Picked"),
        "unpick": N_("Put back"),
        "load": N_("Loaded onto the vehicle"),
        "hand_over": N_("Handed over"),
        "accept": N_("Receipt confirmed"),
        "return": N_("Returned"),
        "dispense": N_("Dispensed to a patient"),
        "consume": N_("Use recorded"),
        "count": N_("Count variance"),
        "loss": N_("Loss"),
        "destroy": N_("Destroyed"),
        "found": N_("Found"),
        "condition_change": N_("Condition changed"),
        "reversal": N_("Reversal"),
    },
    "UnitLevel": {"pack": N_("Smallest pack"), "carton": N_("Carton"), "tote": N_("Tote")},
}

ACTIONS = {
    "accepted": N_("Accepted into the book"),
    "held": N_("Put on hold"),
    "released": N_("Released"),
}
