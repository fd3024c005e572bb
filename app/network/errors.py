"""Refusals about facilities and roads."""

from app.kernel.errors import RuleBroken


class NotServed(RuleBroken):
    """The facility has no delivery day."""

    code = "facility-not-served"


class RoadUnknown(RuleBroken):
    """No road is known between two facilities."""

    code = "road-unknown"
