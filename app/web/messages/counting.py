"""Sentences and words of stock counts."""

from app.web.messages.common import N_

REFUSALS = {
    "count-by-codes": N_("%(item)s carries trace codes: scan its packs, type no number."),
    "count-changed": N_("The differences have changed since you looked. Look at them again."),
    "count-lines-open": N_("%(open)s lines are not counted yet."),
    "count-overtaken": N_(
        "%(item)s, lot %(lot)s: what was traded, promised or counted since does not fit this"
        " count. Count this lot again."
    ),
    "count-place-unclear": N_("First scan the code of the bin in which the goods lie."),
    "count-state-changed": N_("Somebody else went on with this count. Open it again."),
    "count-time-outside": N_("This was counted before the line was opened for counting."),
    "counter-approves": N_("Whoever counted does not approve the differences."),
    "nothing-to-count": N_("Nothing lies on the shelves you named."),
    "recount-needed": N_("%(item)s differs by more than the tolerance: count it again first."),
}

LABELS = {
    "AbcClass": {"a": N_("Class A"), "b": N_("Class B"), "c": N_("Class C")},
    "SheetKind": {"cycle": N_("Cycle count"), "spot": N_("Spot count")},
    "SheetState": {
        "proposed": N_("Proposed"),
        "counting": N_("Being counted"),
        "review": N_("Differences to approve"),
        "posted": N_("Count posted"),
        "cancelled": N_("Given up"),
    },
}

ACTIONS = {
    "count-finished": N_("Counting finished"),
    "count-posted": N_("Differences posted"),
    "count-sheet-entered": N_("Numbers taken in from a sheet"),
    "count-started": N_("Counting started"),
    "policy-changed": N_("Rules changed"),
    "recount-asked": N_("Another count asked for"),
}
