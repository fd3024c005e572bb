"""Sentences and words of recalls."""

from app.web.messages.common import N_

REFUSALS = {
    "drill-holds-nothing": N_("A drill held nothing: there is nothing to lift."),
    "missing-reason-needed": N_(
        "%(missing)s base units are in the book and were not set apart: say why."
    ),
    "no-lots-named": N_("Choose at least one lot."),
    "not-of-the-recall": N_(
        "%(scanned)s is not of the recalled lots, or does not lie in a bin of yours."
    ),
    "nothing-to-collect": N_("Not so much lies there: %(on_hand)s. Look again."),
    "pointer-unknown": N_("The pointer %(pointer)s stands for none of your patients here."),
    "recall-class-needed": N_("Choose the class of the recall."),
    "recall-state-changed": N_("%(reference)s was closed or lifted meanwhile. Open it again."),
    "recall-task-done": N_("This was reported already."),
    "recall-tasks-open": N_(
        "%(count)s facilities have not reported yet. Close without them only if you must, and"
        " tick it."
    ),
}

LABELS = {
    "CallState": {
        "open": N_("To call"),
        "reached": N_("Reached"),
        "returned": N_("Goods returned"),
        "unreached": N_("Not reached"),
    },
    "Milestone": {
        "held": N_("Hold in force"),
        "located": N_("All holders known"),
        "first_seen": N_("First holder confirmed"),
        "all_seen": N_("All holders confirmed"),
        "all_done": N_("All holders reported"),
        "closed": N_("Recall closed"),
    },
    "Progress": {
        "told": N_("Told, not confirmed"),
        "seen": N_("Confirmed by the holder"),
        "collecting": N_("Collecting"),
        "done": N_("Reported"),
    },
    "RecallClass": {
        "I": N_("Class I"),
        "II": N_("Class II"),
        "III": N_("Class III"),
        "none": N_("No class (quality hold)"),
    },
    "RecallKind": {"recall": N_("Recall"), "quality": N_("Quality hold of lots")},
    "RecallState": {
        "open": N_("Recall in progress"),
        "closed": N_("Recall closed"),
        "lifted": N_("Hold lifted"),
    },
}

ACTIONS = {
    "recall-called": N_("Called a patient back"),
    "recall-closed": N_("Recall closed"),
    "recall-collected": N_("Set goods apart"),
    "recall-drill-started": N_("Drill started"),
    "recall-lifted": N_("Hold lifted by two people"),
    "recall-limits-changed": N_("Time limits changed"),
    "recall-pointer-resolved": N_("Looked up who a pointer stands for"),
    "recall-reported": N_("Reported as done"),
    "recall-seen": N_("Confirmed having seen it"),
    "recall-started": N_("Recall started"),
}
