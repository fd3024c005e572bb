"""What stands in the way of a proof of savings."""

from app.kernel.errors import RuleBroken


class NoCostCard(RuleBroken):
    """No version of the cost card is in force on the last day."""

    code = "savings-no-cost-card"


class NothingRecorded(RuleBroken):
    """No deliveries are on record up to the last day."""

    code = "savings-nothing-recorded"
