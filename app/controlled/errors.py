"""What can go wrong with the register of controlled medicines."""

from app.kernel.errors import RuleBroken


class NotControlled(RuleBroken):
    """The item has no dedicated register."""

    code = "not-controlled"
