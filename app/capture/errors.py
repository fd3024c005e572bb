"""What can be wrong with an act a device recorded by itself."""

from app.kernel.errors import Conflict, RuleBroken


class TimeInvalid(RuleBroken):
    """It cannot have happened then; ``data["rule"]``: ``ahead``, ``before-made``, ``travel``."""

    code = "time-invalid"


class CaptureIncomplete(RuleBroken):
    """The act lacks what it is about; ``data['field']`` names it."""

    code = "capture-incomplete"


class CallBackDone(Conflict):
    """Somebody has called back already."""

    code = "call-back-done"
