"""Sentences and words of alerts: always a suspicion, never a verdict."""

from app.web.messages.common import N_

REFUSALS = {
    "alert-closed": N_("The alert was closed before."),
    "alert-taken": N_("%(owner)s looks after this alert already."),
    "closing-needs-quality": N_(
        "Alerts of level %(level)s are closed by the quality officer, after a look at the goods."
    ),
    "closing-needs-reason": N_("Please say what it was."),
}

KINDS = {
    "cold-chain-break": N_("Suspected break of the cold chain: too warm, too cold or not recorded"),
    "conflict-later": N_("Suspected double dispensing: a phone without network gave it meanwhile"),
    "dispensed-elsewhere": N_(
        "Suspected re-entry or cloned code: another facility has dispensed this pack"
    ),
    "dispensed-here": N_("Suspected repeat: the pack was scanned again after it was dispensed"),
    "expiry-mismatch": N_("Suspected relabelling: another expiry on the label than was announced"),
    "idempotency-conflict": N_("Suspected change of a record: a repeat came with other content"),
    "lot-mismatch": N_("Suspected substitution: another lot on the label than was announced"),
    "missing-in-transit": N_("Suspected loss on the road: sent and not received in time"),
    "no-code-list-questioned": N_(
        "The no-code list may be out of date: an item on it came with a trace code"
    ),
    "out-of-circulation": N_(
        "Suspected re-entry: the pack was destroyed, written off or sent back before"
    ),
    "rate-limited": N_("Suspected guessing: many unknown codes from one device"),
}
"""Kind of alert → what people read."""

DETAILS = {
    "asked": N_("Asked"),
    "device": N_("Device"),
    "event": N_("Name of the event"),
    "event_time": N_("Time on the device"),
    "expected": N_("On record"),
    "extreme": N_("Temperature"),
    "first": N_("Dispensed before"),
    "found": N_("On the label"),
    "gap": N_("Minutes without a record"),
    "hours": N_("Hours since it left"),
    "missing": N_("Missing"),
    "quarantine": N_("Set apart"),
    "reference": N_("Earlier document"),
    "site": N_("At"),
    "was": N_("State on record"),
}
"""Name of a detail → what people read."""

LABELS = {
    "AlertState": {
        "open": N_("Open"),
        "taken": N_("Being looked into"),
        "closed": N_("Closed"),
    },
}

ACTIONS = {
    "alert-taken": N_("Alert taken over"),
    "alert-closed": N_("Alert closed"),
}
