"""Sentences and words of write-offs and destructions."""

from app.web.messages.common import N_

REFUSALS = {
    "already-destroyed": N_("%(item)s: less of it is still there to be destroyed."),
    "authority-needed": N_(
        "Controlled medicines are destroyed before the health authority: name its witness and"
        " their position."
    ),
    "destroyed-whole": N_("%(item)s has trace codes: destroy all packs of the line together."),
    "destruction-day-wrong": N_(
        "The day of destruction lies ahead, or before the goods were written off."
    ),
    "goods-of-several-facilities": N_("One document has the goods of one facility only."),
    "loss-reason-needed": N_("Say in words why the goods are written off."),
    "nothing-written-off": N_("Say how much of which lot: more than nothing of at least one."),
    "pack-not-wanted": N_(
        "%(scanned)s is not among the packs named here, lies elsewhere, or is one too many."
    ),
    "packs-lacking": N_("%(item)s: packs with %(lacking)s base units were not scanned yet."),
    "write-off-signer-needed": N_(
        "Who handed it in does not decide alone: a second person signs with their own name and"
        " password."
    ),
    "write-off-state-changed": N_(
        "Somebody else went on with write-off %(reference)s. Open it again."
    ),
}

LABELS = {
    "DestructionMethod": {
        "incineration": N_("Incineration"),
        "crushing": N_("Crushing and burying"),
        "dilution": N_("Breaking and flushing"),
        "contractor": N_("Handed to a licensed contractor"),
        "other": N_("Another way"),
    },
    "LossReason": {
        "expired": N_("Past expiry"),
        "damaged": N_("Broken or damaged"),
        "contaminated": N_("Contaminated"),
        "temperature": N_("Temperature excursion"),
        "recalled": N_("Recalled lot"),
        "lost": N_("Lost or missing"),
        "other": N_("Other, see note"),
    },
    "Which": {
        "expired": N_("Expired goods"),
        "set_apart": N_("Damaged or in quarantine"),
        "held": N_("Lots on hold"),
        "any": N_("All goods"),
    },
    "WriteOffState": {
        "draft": N_("Draft"),
        "submitted": N_("To confirm"),
        "confirmed": N_("Out of the book"),
        "refused": N_("Refused by the second person"),
        "withdrawn": N_("Taken back unconfirmed"),
        "reversed": N_("Undone"),
    },
}

ACTIONS = {
    "write-off-changed": N_("Changed the draft"),
    "write-off-confirmed": N_("Confirmed, out of the book"),
    "write-off-refused": N_("Refused by the second person"),
    "write-off-withdrawn": N_("Taken back unconfirmed"),
    "destroyed": N_("Destroyed"),
}
