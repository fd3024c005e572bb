"""What can go wrong when stock moves."""

from app.kernel.errors import Conflict, NotFound, RuleBroken


class InsufficientStock(Conflict):
    """A place holds less than asked; ``data`` has item, place, asked and on hand."""

    code = "insufficient-stock"


class ReservationGone(Conflict):
    """The reservation was taken, released or has expired."""

    code = "reservation-gone"


class AlreadyReversed(Conflict):
    """A posting is reversed at most once."""

    code = "already-reversed"


class ReversalByDocument(RuleBroken):
    """The entry belongs to a document or to codes; it is undone there."""

    code = "reversal-by-document"


class TimeOutsideWindow(RuleBroken):
    """The business time lies ahead, too far back, or in a closed month."""

    code = "time-outside-window"


class PeriodClosed(RuleBroken):
    """The month is closed; correct it by a reversal in the open one."""

    code = "period-closed"


class MonthNotOver(RuleBroken):
    """A month is closed an hour after its end at the earliest."""

    code = "month-not-over"


class MonthAlreadyClosed(Conflict):
    """A month is closed once, and for good."""

    code = "month-already-closed"


class PostingUnbalanced(RuleBroken):
    """A movement names no quantity, or the same place twice."""

    code = "posting-unbalanced"


class ScanRequired(RuleBroken):
    """Goods with codes of their own are moved by scanning."""

    code = "scan-required"


class UnknownPlace(NotFound):
    """There is no such place at this facility."""

    code = "unknown-place"


class LockedPlaceNeeded(RuleBroken):
    """Controlled medicines lie only in double-locked bins (双人双锁)."""

    code = "locked-place-needed"


class HeldWithItsCode(Conflict):
    """Packs set apart by their codes hold so much of it; quality releases them by code."""

    code = "held-with-its-code"
