"""What can go wrong at the alerts desk."""

from app.kernel.errors import Conflict, Forbidden, RuleBroken


class AlertClosed(Conflict):
    """Somebody has closed the alert before."""

    code = "alert-closed"


class AlertTaken(Conflict):
    """Somebody else has taken the alert over; ``data['owner']`` says who."""

    code = "alert-taken"


class ClosingNeedsQuality(Forbidden):
    """Alerts of level 3 and 4 are closed by quality."""

    code = "closing-needs-quality"


class ClosingNeedsReason(RuleBroken):
    """Whoever closes an alert says what it was."""

    code = "closing-needs-reason"
