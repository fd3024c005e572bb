"""What can go wrong in a recall."""

from app.kernel.errors import Conflict, RuleBroken


class NoLotsNamed(RuleBroken):
    """A recall names at least one lot, each once."""

    code = "no-lots-named"


class ClassNeeded(RuleBroken):
    """A recall has a class; a quality hold has none."""

    code = "recall-class-needed"


class RecallStateChanged(Conflict):
    """Somebody closed the recall or lifted its hold first."""

    code = "recall-state-changed"


class DrillHoldsNothing(RuleBroken):
    """A drill held nothing, so there is nothing to lift."""

    code = "drill-holds-nothing"


class NothingToCollect(RuleBroken):
    """Nothing was named, or more than lies in that bin."""

    code = "nothing-to-collect"


class NotOfTheRecall(RuleBroken):
    """The scanned pack is of another lot, gone, or not in a bin of this facility."""

    code = "not-of-the-recall"


class MissingReasonNeeded(RuleBroken):
    """Goods that were not found need a reason; ``data['missing']`` is how many base units."""

    code = "missing-reason-needed"


class PointerUnknown(RuleBroken):
    """The pointer stands for nobody who got goods of this recall at this site."""

    code = "pointer-unknown"


class TasksOpen(Conflict):
    """Some holders have not reported yet; ``data['count']`` is how many."""

    code = "recall-tasks-open"


class TaskDone(Conflict):
    """The holder has reported already."""

    code = "recall-task-done"
