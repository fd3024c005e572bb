"""Refusals about facilities and roads."""

from app.kernel.errors import RuleBroken


class NotServed(RuleBroken):
    """The facility has no delivery day."""

    code = "facility-not-served"


class RoadUnknown(RuleBroken):
    """No road is known between two facilities."""

    code = "road-unknown"


class RoadSheetUnreadable(RuleBroken):
    """The file is no comma-separated table of drives."""

    code = "road-sheet-unreadable"


class ConditionUnclear(RuleBroken):
    """A road condition ends before it starts, or does not say where or how slow."""

    code = "road-condition-unclear"
