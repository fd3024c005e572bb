"""Sentences of codes that were scanned wrongly, twice, or where they should not be."""

from app.web.messages.common import N_

REFUSALS = {
    "already-done": N_("This was done before; nothing was changed."),
    "already-packed": N_("%(subject)s lies in another tote."),
    "cancelled": N_("The trace platform says that %(subject)s was cancelled. Set the pack apart."),
    "carton-incomplete": N_(
        "Packs were taken out of carton %(subject)s. Scan what is left in it pack by pack."
    ),
    "check4-failed": N_(
        "The trace platform says that the last four digits of %(subject)s are wrong."
        " Scan again; if they stay, set the pack apart."
    ),
    "cold-chain-break": N_(
        "%(item)s travelled at %(lowest)s to %(highest)s °C, longest time without a record"
        " %(gap)s minutes. It is set apart: refuse it, or let quality decide."
    ),
    "cycle": N_("%(subject)s cannot be packed so: %(rule)s."),
    "dispensed-elsewhere": N_(
        "Suspected re-entry or cloned code: %(site)s dispensed this pack on %(first)s."
        " Do not give it. Set it apart; quality has been told."
    ),
    "dispensed-here": N_(
        "This pack was dispensed before: %(last)s, document %(reference)s."
        " Given by mistake then? Undo that document, then scan again."
    ),
    "exhausted": N_("%(taken)s of %(capacity)s were taken out of this pack: %(left)s are left."),
    "expired": N_("Lot %(subject)s expired on %(expires_on)s."),
    "expiry-mismatch": N_(
        "The expiry on the label is not the announced one: announced %(expires_on)s,"
        " found %(found_expires_on)s. Set the pack apart."
    ),
    "idempotency-conflict": N_(
        "This event came before with other content. The first one stands; the alerts desk knows."
    ),
    "lot-mismatch": N_(
        "The label is not of the announced lot: announced %(lot)s until %(expires_on)s,"
        " found %(found_lot)s until %(found_expires_on)s. Set the pack apart."
    ),
    "malformed": N_(
        "The code cannot be read: %(cause)s (%(identifier)s). Scan again, or type the label."
    ),
    "not-a-trace-code": N_(
        "This is no trace code of goods but %(kind)s. Scan the trace code of the pack."
    ),
    "not-activated": N_(
        "The trace platform knows no activation of %(subject)s. Set the pack apart and ask the"
        " supplier."
    ),
    "not-shipped-here": N_("%(subject)s was not sent with this document."),
    "out-of-circulation": N_(
        "%(subject)s is on record as %(was)s and may not be used. Set it apart; it is looked into."
    ),
    "parent-child-mix": N_(
        "Carton %(subject)s and packs of it stand in one document. Keep the carton or the packs."
    ),
    "placeholder-refused": N_(
        "%(subject)s is no real code. Goods without codes go by lot and quantity, never under an"
        " invented code."
    ),
    "rate-limited": N_(
        "Too many unknown codes from this device. Try again in %(retry_after)s seconds."
    ),
    "split-not-allowed": N_("%(item)s is only given in whole packs."),
    "stale-sheet": N_(
        "This label of tote %(subject)s is not of its delivery sheet %(sheet)s, or has run out."
        " Print a new one, and look at what it is stuck on."
    ),
    "state-forbids": N_("%(subject)s is on record as %(now)s: this step cannot follow."),
    "time-invalid": N_("The time of this scan cannot be: %(rule)s."),
    "undo-not-allowed": N_("%(subject)s cannot be undone: %(rule)s."),
    "unknown-code": N_(
        "Nobody announced the code %(subject)s. Scan again; if it stays unknown, set the pack apart"
        " and ask the supplier to confirm it."
    ),
    "wrong-destination": N_(
        "Tote %(subject)s goes to %(facility)s. Only the centre can redirect it here."
    ),
    "wrong-item": N_("%(subject)s is %(item)s; asked for was %(expected)s."),
}

GIVEN = N_("%(item)s: %(quantity)s %(unit)s given, %(left)s left in the pack")
ALREADY_GIVEN = N_("%(item)s: this scan was read twice. %(quantity)s %(unit)s were given once.")
ADVICE = {
    "near-expiry": N_("Near expiry: usable until %(expires_on)s, %(days)s days left."),
    "take-first": N_("Next time take lot %(lot)s first: it expires on %(expires_on)s."),
}
"""Warnings that refuse nothing, by code."""

STATES = {
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
}

WORDS = {
    "cycle": {
        "in-itself": N_("a container would lie in itself"),
        "too-deep": N_("containers may lie at most four deep"),
    },
    "malformed": {
        "caps-lock": N_("typed with caps lock on"),
        "characters": N_("a character that may not be there"),
        "check-digit": N_("the check digit is wrong"),
        "companion": N_("an identifier stands without what belongs to it"),
        "date": N_("no such day"),
        "identifier": N_("an unknown identifier"),
        "keyboard": N_("typed with the shift key held, or in another keyboard layout"),
        "length": N_("too long or too short, or a separator was lost"),
        "link": N_("not a GS1 link"),
        "repeated": N_("one identifier with two values"),
        "separator": N_("separators were lost and it may be read in several ways"),
        "spreadsheet": N_("a spreadsheet rounded it to 15 digits"),
        "value": N_("a value that does not exist"),
    },
    "not-a-trace-code": {
        "ahm": N_("a device code (UDI) of AHM"),
        "digital_link": N_("a link without a serial"),
        "goods": N_("a goods code (69)"),
        "gs1": N_("a GS1 code without a serial"),
        "ma": N_("a device code (UDI) of MA"),
        "own": N_("a label of ours"),
        "carton": N_("the code of a carton"),
        "tote": N_("the code of a tote"),
        "udi": N_("a device code (UDI)"),
    },
    "out-of-circulation": STATES,
    "state-forbids": STATES,
    "recalled": {
        "none": N_("class not stated"),
        "I": N_("class I recall"),
        "II": N_("class II recall"),
        "III": N_("class III recall"),
    },
    "redirect-forbidden": {
        "controlled": N_("controlled medicines go where they were ordered"),
        "own": N_("it was sent here"),
    },
    "time-invalid": {
        "ahead": N_("it lies more than five minutes ahead"),
        "before-made": N_("it lies before the goods were made"),
        "travel": N_("the goods were seen elsewhere, too far away for the time between"),
    },
    "undo-not-allowed": {
        "is-an-undo": N_("it is an undo itself"),
        "other-site": N_("another facility gave it, and only that one may undo it"),
        "pack-left": N_("the pack has moved on since"),
        "too-late": N_("more than ten days have passed; take the pack in as returned goods"),
        "undone-before": N_("it was undone before"),
    },
}
"""Words for values in the data of refusals, by public code."""
