"""What can go wrong between a requisition and the clinic's shelf."""

from app.kernel.errors import Conflict, RuleBroken


class RequisitionStateChanged(Conflict):
    """The requisition is no longer in the state this step starts from; ``data['state']``."""

    code = "requisition-state-changed"


class RequisitionEdited(Conflict):
    """Somebody else saved the draft after it was opened here."""

    code = "requisition-edited"


class RequisitionEmpty(RuleBroken):
    """No line asks for anything."""

    code = "requisition-empty"


class TooManyLines(RuleBroken):
    """A requisition has at most ``data['most']`` lines."""

    code = "too-many-lines"


class NotWholePacks(RuleBroken):
    """The centre issues whole sales packs only; ``data['units_per_pack']`` are in one."""

    code = "not-whole-packs"


class ItemNotOffered(RuleBroken):
    """The centre does not keep this item, or there is no such item."""

    code = "item-not-offered"


class ItemAlreadyListed(Conflict):
    """The requisition has a line of this item already."""

    code = "item-already-listed"


class DecisionIncomplete(RuleBroken):
    """Every line needs exactly one decision; this item's is missing or doubled."""

    code = "decision-incomplete"


class DecisionContradicts(RuleBroken):
    """Decision, quantity and substitute of the line do not fit together."""

    code = "decision-contradicts"


class DecisionNeedsReason(RuleBroken):
    """The clinic must be told why a line was cut, substituted or refused."""

    code = "decision-needs-reason"


class LotNeedsReason(RuleBroken):
    """Another lot than the one that expires first is taken for a reason, code and words."""

    code = "lot-needs-reason"


class LotNotFree(Conflict):
    """Of the lot chosen by hand nothing is free in the bins of this item."""

    code = "lot-not-free"


class LotShortDated(RuleBroken):
    """The lot chosen by hand would not be usable long enough after the delivery."""

    code = "lot-short-dated"


class NothingToDeliver(Conflict):
    """Nothing of what was approved is in stock: substitute, refuse or reject."""

    code = "nothing-to-deliver"


class WrongLot(RuleBroken):
    """The item is on the list from other lots; ``data['lots']`` names them."""

    code = "wrong-lot"


class MoreThanAsked(RuleBroken):
    """The line has room for ``data['open']`` base units only; a carton may be too large."""

    code = "more-than-asked"


class PickLineSettled(Conflict):
    """The line is picked, or reported short, in full."""

    code = "pick-line-settled"


class PickLinesOpen(Conflict):
    """Pick or report short every line first; ``data['open']`` lines are left."""

    code = "pick-lines-open"


class ToteStateChanged(Conflict):
    """The tote is not in the state this step starts from; ``data['state']``."""

    code = "tote-state-changed"


class ToteNotReleased(Conflict):
    """Other totes of the same requisition are not sealed yet."""

    code = "tote-not-released"


class ToteMayLeave(RuleBroken):
    """No lot in the sealed tote is on hold or expired: it stays sealed."""

    code = "tote-may-leave"


class CountDiffers(Conflict):
    """The second look counted something else; ``data['items']`` names the lines."""

    code = "count-differs"


class CheckerPicked(RuleBroken):
    """Controlled medicines are checked by somebody who did not pick them."""

    code = "checker-picked"


class ReceiptContradicts(RuleBroken):
    """More was confirmed than was sent, or a code is not in this tote."""

    code = "receipt-contradicts"


class OverReceipt(Conflict):
    """More arrived than was sent; ``data`` has both numbers."""

    code = "over-receipt"


class WrongDestination(Conflict):
    """The tote is on its way to another facility; only the centre redirects it."""

    code = "wrong-destination"


class RedirectForbidden(RuleBroken):
    """The tote goes nowhere else; ``data['rule']`` is ``own`` or ``controlled``."""

    code = "redirect-forbidden"


class RedirectOpen(Conflict):
    """The centre was asked about this tote, and has not answered yet."""

    code = "redirect-open"


class RedirectDecided(Conflict):
    """The centre has answered before."""

    code = "redirect-decided"


class DiscrepancyClosed(Conflict):
    """Somebody has closed the discrepancy already."""

    code = "discrepancy-closed"


class NothingProposed(RuleBroken):
    """There is no open proposal to start a requisition from."""

    code = "nothing-proposed"
