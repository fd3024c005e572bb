"""Refusals of the catalogue."""

from app.kernel.errors import Conflict, RuleBroken


class PriceMissing(RuleBroken):
    """No price holds for this exam on this day."""

    code = "price-missing"


class CodeTaken(Conflict):
    """Another item has this code."""

    code = "code-taken"
