"""Sentences and words of what platforms are told."""

from app.web.messages.common import N_

REFUSALS = {
    "bill-state-changed": N_("The platform has taken this bill already."),
    "nothing-on-bill": N_("None of these codes has 20 digits and begins with 8."),
    "fee-numbers-differ": N_(
        "The dispensing has %(lines)s lines, and %(given)s numbers of fees were given."
    ),
    "upload-profile-broken": N_("The province's field map cannot be used: %(subject)s"),
    "upload-state-changed": N_("This message has gone on meanwhile. Open it again."),
}

LABELS = {
    "BillState": {
        "ready": N_("File not taken yet"),
        "downloaded": N_("File taken, outcome open"),
        "accepted": N_("Taken by the platform"),
        "refused": N_("Refused by the platform"),
    },
    "BillType": {
        "102": N_("102 Purchase in"),
        "103": N_("103 Return in"),
        "106": N_("106 Remnant in"),
        "107": N_("107 Supply in"),
        "116": N_("116 Return by a patient"),
        "202": N_("202 Return out"),
        "205": N_("205 Destroyed"),
        "206": N_("206 Sample out"),
        "209": N_("209 Supply out"),
        "210": N_("210 Remnant out"),
        "321": N_("321 Dispensed"),
        "322": N_("322 Vaccination"),
        "323": N_("323 Dispensed otherwise"),
    },
    "DropReason": {
        "": N_("None"),
        "length": N_("Not 20 digits"),
        "first-digit": N_("Does not begin with 8"),
    },
    "UploadFault": {
        "": N_("None"),
        "missing-field": N_("A field is missing"),
        "too-long": N_("A field is too long"),
        "refused": N_("Refused by the platform"),
    },
    "UploadKind": {
        "stock_take": N_("Stock-take (3501)"),
        "stock_change": N_("Stock change (3502)"),
        "purchase": N_("Purchase (3503)"),
        "purchase_return": N_("Return to the supplier (3504)"),
        "sale": N_("Dispensing (3505)"),
        "sale_return": N_("Dispensing undone (3506)"),
        "removal": N_("Removal (3507)"),
    },
    "UploadState": {
        "pending": N_("Waits to be told"),
        "claimed": N_("Being told"),
        "acked": N_("Told"),
        "failed": N_("Not told: failed"),
        "unknown": N_("No answer: being checked"),
    },
    "UploadStep": {
        "unanswered": N_("No answer: nobody knows whether it was taken"),
        "put_off": N_("Platform out of reach, tried again later"),
        "refused": N_("Refused by the platform"),
        "blocked": N_("Not sent: a field is missing"),
        "found": N_("Asked: the platform has it"),
        "not_found": N_("Asked: the platform does not have it"),
        "retried": N_("Told again by hand"),
    },
}

GAPS = {
    "codes": N_("The trace codes of the packs"),
    "facility.insurance_code": N_("The facility's number with the insurance"),
    "item.insurance_code": N_("The item's insurance code"),
    "item.name": N_("The item's name"),
    "lot.made_on": N_("The lot's day of making"),
    "lot.maker": N_("The lot's maker"),
    "lot.number": N_("The lot's number"),
    "message.id": N_("The facility's number with the insurance"),
    "prescriber": N_("The prescriber"),
    "supplier.name": N_("The supplier's name"),
}
"""What people call a fact that a message lacks."""
MENDED = frozenset({"facility.insurance_code", "item.insurance_code", "lot.made_on"})
"""Facts that are entered on the page of gaps."""
