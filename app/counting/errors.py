"""What can go wrong when stock is counted."""

from app.kernel.errors import Conflict, Forbidden, RuleBroken


class SheetStateChanged(Conflict):
    """The count sheet is not in the state this step starts from."""

    code = "count-state-changed"


class NothingToCount(RuleBroken):
    """The shelves asked for hold nothing that is not being counted already."""

    code = "nothing-to-count"


class LinesNotCounted(RuleBroken):
    """Some lines were not counted yet; ``data['open']`` says how many."""

    code = "count-lines-open"


class RecountNeeded(RuleBroken):
    """A difference above the tolerance was counted only once."""

    code = "recount-needed"


class CountChanged(Conflict):
    """The differences are not those the approver saw: something was posted meanwhile."""

    code = "count-changed"


class CountOvertaken(Conflict):
    """What was traded or promised since needs more than was counted: count again."""

    code = "count-overtaken"


class CounterApproves(RuleBroken):
    """Whoever counted does not approve the difference."""

    code = "counter-approves"


class SecondPersonNeeded(Forbidden):
    """Controlled medicines on the sheet need a second person's own credential."""

    code = "second-person-required"


class CodesNeeded(RuleBroken):
    """Goods with trace codes are counted by scanning them."""

    code = "count-by-codes"


class PlaceUnclear(RuleBroken):
    """The scan names goods, but not in which bin they lie."""

    code = "count-place-unclear"


class CountedTooLate(RuleBroken):
    """The time counted lies ahead, or before the sheet was opened."""

    code = "count-time-outside"
