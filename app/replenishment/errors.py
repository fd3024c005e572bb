"""Refusals of replenishment, each with a stable public code."""

from app.kernel.errors import RuleBroken


class LimitsReversed(RuleBroken):
    """A minimum above the maximum keeps no stock in order."""

    code = "limits-reversed"
