"""What can go wrong between the facility that holds goods and the one that wants them."""

from app.kernel.errors import Conflict, RuleBroken


class TransferStateChanged(Conflict):
    """The transfer is not in the state this step starts from."""

    code = "transfer-state-changed"


class SameFacility(RuleBroken):
    """Goods cannot be transferred to where they are."""

    code = "same-facility"


class TransferEmpty(RuleBroken):
    """A transfer needs at least one item, once each, of more than nothing."""

    code = "transfer-empty"


class NothingToTransfer(Conflict):
    """The holder has nothing of it to give."""

    code = "nothing-to-transfer"


class TransferShort(RuleBroken):
    """Less would be handed over than was promised, and nobody said why."""

    code = "transfer-short"


class NotOnTransfer(RuleBroken):
    """The scanned pack is not among the goods of this transfer."""

    code = "not-on-transfer"


class InspectionContradicts(RuleBroken):
    """More arrived than was handed over, or a pack arrived in two conditions."""

    code = "inspection-contradicts"


class LoanSettled(Conflict):
    """More would be given back than is owed."""

    code = "loan-settled"


class DueDateMissing(RuleBroken):
    """A loan says when it is given back, not before today."""

    code = "due-date-missing"


class MissingSettled(Conflict):
    """Somebody has said before what became of the missing goods."""

    code = "missing-settled"
