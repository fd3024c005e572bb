"""Why an exam cannot be booked, moved or performed."""

from app.kernel.errors import Conflict, RuleBroken


class SlotTaken(Conflict):
    """Another booking holds part of the period; ``data['alternatives']`` are free ones."""

    code = "slot-taken"


class PatientConflict(Conflict):
    """The patient has another exam in the period."""

    code = "patient-conflict"


class TravelTime(Conflict):
    """The patient cannot get from one exam's place to the other's in time."""

    code = "travel-time"


class OperatorTaken(Conflict):
    """Everybody who may run the machine then is busy elsewhere."""

    code = "operator-taken"


class OperatorNotCertified(RuleBroken):
    """Nobody on shift (or not the person chosen) may do this exam on that day."""

    code = "operator-not-certified"


class PeriodNotOnGrid(RuleBroken):
    """Exams begin at whole five minutes."""

    code = "period-not-on-grid"


class StartInPast(RuleBroken):
    """The exam would have begun already."""

    code = "start-in-past"


class TooFarAhead(RuleBroken):
    """The day is beyond the booking horizon."""

    code = "too-far-ahead"


class OutsideHours(RuleBroken):
    """The machine is closed for part of the period."""

    code = "outside-hours"


class DeviceBlocked(RuleBroken):
    """The machine is set aside for part of the period."""

    code = "device-blocked"


class ExamNotPriced(RuleBroken):
    """The tariff has no price for the exam on that day, so it cannot be offered."""

    code = "exam-not-priced"


class Contraindication(RuleBroken):
    """An answer rules the exam out; ``data['answers']`` says which."""

    code = "contraindication"


class ScreeningIncomplete(RuleBroken):
    """Screening questions are unanswered or unreadable; ``data['answers']`` says which."""

    code = "screening-incomplete"


class ScreeningUnreviewed(RuleBroken):
    """Answers need a look by the imaging desk before the exam begins."""

    code = "screening-unreviewed"


class WrongState(Conflict):
    """The booking is not in a state in which this can be done."""

    code = "booking-wrong-state"


class DeviceBusy(Conflict):
    """Another exam is in progress on the machine."""

    code = "device-busy"


class NotDueYet(RuleBroken):
    """Nobody can have missed an exam that has not begun."""

    code = "not-due-yet"
