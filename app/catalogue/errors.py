"""Refusals of the catalogue."""

from app.kernel.errors import RuleBroken


class PriceMissing(RuleBroken):
    """No price holds for this exam on this day."""

    code = "price-missing"
