"""Refusals between a requisition and the clinic's shelf."""

from app.web.messages.common import N_

REFUSALS = {
    "redirect-decided": N_("The centre has answered before. Look at the list again."),
    "redirect-forbidden": N_("Tote %(subject)s cannot be redirected: %(rule)s."),
    "redirect-open": N_(
        "The centre was asked about tote %(subject)s already; wait for its answer."
    ),
    "checker-picked": N_("Controlled medicines are checked by somebody who did not pick them."),
    "count-differs": N_("The count differs at: %(items)s. Count again, or take out what is wrong."),
    "decision-contradicts": N_("%(item)s: decision, quantity and substitute do not fit together."),
    "decision-incomplete": N_("Every line needs one decision. Look at %(item)s."),
    "nothing-proposed": N_("Nothing is proposed any more: it was taken into a draft before."),
    "decision-needs-reason": N_("%(item)s: tell the clinic why."),
    "discrepancy-closed": N_("This discrepancy was closed before."),
    "item-already-listed": N_("%(item)s is on this requisition already."),
    "item-not-offered": N_("The centre does not keep %(item)s."),
    "lot-needs-reason": N_(
        "%(item)s: choose why another lot than the first to expire is taken, and say it in words."
    ),
    "lot-not-free": N_("%(item)s: of the lot you chose nothing is free. Look again."),
    "lot-short-dated": N_(
        "Lot %(subject)s expires on %(expires_on)s: too soon after the delivery to be sent."
    ),
    "more-than-asked": N_("%(found)s scanned, but only %(open)s are still to pick here."),
    "not-whole-packs": N_("%(item)s is issued in whole packs of %(units_per_pack)s."),
    "nothing-to-deliver": N_("Nothing of this is in stock: substitute, refuse or send it back."),
    "pick-line-settled": N_("Line %(line)s is settled already."),
    "pick-lines-open": N_("%(open)s lines are still open: pick them or report them short."),
    "receipt-contradicts": N_("More than was sent, or a code that is not in this tote."),
    "requisition-edited": N_("Somebody else saved this draft meanwhile. Open it again."),
    "requisition-empty": N_("Ask for at least one item."),
    "requisition-state-changed": N_("Somebody else went on with this requisition. Open it again."),
    "too-many-lines": N_("A requisition has at most %(most)s lines."),
    "tote-may-leave": N_("No lot in %(subject)s is on hold or expired: it stays sealed."),
    "tote-not-released": N_("Other totes of this requisition are not sealed yet."),
    "tote-state-changed": N_("The tote is not in the state this step starts from."),
    "wrong-lot": N_("Another lot is wanted: %(lots)s."),
}

LABELS = {
    "Compartment": {
        "ambient": N_("Ambient"),
        "cool": N_("Cool, at most 20 °C"),
        "cold": N_("Cold, 2–8 °C"),
        "controlled": N_("Controlled"),
    },
    "Decision": {
        "full": N_("As asked"),
        "cut": N_("Cut"),
        "substituted": N_("Substituted"),
        "refused": N_("Refused"),
    },
    "LotReason": {
        "clinic_asked": N_("The clinic asks for this lot"),
        "same_lot": N_("Same lot as already in use"),
        "used_in_time": N_("The clinic will use it in time"),
        "not_at_hand": N_("The first lot cannot be reached"),
        "pack_unfit": N_("Packs of the first lot are unfit"),
        "other": N_("Other"),
    },
}

ACTIONS = {
    "redirect-refused": N_("Not redirected"),
    "tote-redirected": N_("Redirected to another facility"),
    "lot-chosen": N_("Another lot chosen by hand"),
    "lot-frozen": N_("A promised lot was put on hold"),
}
