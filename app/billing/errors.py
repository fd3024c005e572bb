"""Why a charge cannot be made or taken back."""

from app.kernel.errors import Conflict, RuleBroken


class AlreadyCharged(Conflict):
    """The performed exam has its charge."""

    code = "already-charged"


class AlreadyReversed(Conflict):
    """The charge has been taken back, or is itself a reversal."""

    code = "already-reversed"


class NoPrice(RuleBroken):
    """The tariff has no price for the exam on the day of the scan."""

    code = "no-price"
