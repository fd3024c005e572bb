"""What can go wrong with plans, runs and scans on the road."""

from app.kernel.errors import Conflict, NotFound, RuleBroken


class DayNotPlannable(RuleBroken):
    """Only today and the two weeks after it are planned."""

    code = "day-not-plannable"


class NothingToPlan(RuleBroken):
    """No released tote waits for this day."""

    code = "nothing-to-plan"


class RunStateChanged(Conflict):
    """The run is in another state than the step needs."""

    code = "run-state-changed"


class NotADriver(NotFound):
    """The person has no driver's record."""

    code = "not-a-driver"


class ToteNotPlanned(RuleBroken):
    """The tote is on no run: it was never planned, or went by another way."""

    code = "tote-not-planned"


class WrongVehicle(RuleBroken):
    """The tote belongs to another run; ``data`` has its vehicle, run and facility."""

    code = "wrong-vehicle"


class WrongStop(RuleBroken):
    """The tote belongs to another stop of this run; ``data['facility']`` says whose it is."""

    code = "wrong-stop"


class StopSettled(Conflict):
    """The stop was closed, refused or skipped before."""

    code = "stop-settled"


class ToteGoingBack(Conflict):
    """The tote was refused or its stop was closed: it goes back to the depot."""

    code = "tote-going-back"


class ToteNotAboard(RuleBroken):
    """The tote is not in the vehicle."""

    code = "tote-not-aboard"


class ToteDelivered(Conflict):
    """The tote was handed over already."""

    code = "tote-delivered"


class ToteAboard(Conflict):
    """The tote is in the vehicle: take it out first."""

    code = "tote-aboard"


class TotesMissing(RuleBroken):
    """Totes of the run are neither loaded nor explained; ``data['codes']`` names them."""

    code = "totes-missing"


class VehicleNotEmpty(RuleBroken):
    """Totes are still in the vehicle's place; ``data['codes']`` names them."""

    code = "vehicle-not-empty"


class StopsOpen(RuleBroken):
    """Stops have no outcome yet; ``data['facilities']`` names them."""

    code = "stops-open"


class NothingToUndo(RuleBroken):
    """The event named cannot be undone, or is not there."""

    code = "nothing-to-undo"


class DeviceSequenceReused(RuleBroken):
    """The device gave this number to another event."""

    code = "device-sequence-reused"


class StopNeeded(RuleBroken):
    """An event of the kind named by the subject must name its stop."""

    code = "stop-needed"


class ToteNeeded(RuleBroken):
    """An event of the kind named by the subject must name its tote."""

    code = "tote-needed"


class PlanNotEditable(Conflict):
    """The version has no layout one could start from: it is being made, or was refused."""

    code = "plan-not-editable"


class PlanBeingMade(Conflict):
    """The search works on a plan of this day: wait for it, or stop it."""

    code = "plan-being-made"


class PlanMovedOn(Conflict):
    """Somebody else made or published a version meanwhile; ``data`` says who, which and when."""

    code = "plan-moved-on"


class PlanOutdated(Conflict):
    """Totes, vehicles, windows or roads are no longer those the version was made for."""

    code = "plan-outdated"


class PlanUnsound(RuleBroken):
    """The version breaks rules the checker knows; ``data['count']`` says how many."""

    code = "plan-unsound"


class PlanNotDraft(Conflict):
    """Only a draft can be published; this version was, or never became one."""

    code = "plan-not-draft"


class NothingMoved(RuleBroken):
    """The change leaves the plan as it is."""

    code = "nothing-moved"


class ToteNotMovable(RuleBroken):
    """The tote does not wait for this day, is on the road, or may not leave."""

    code = "tote-not-movable"


class VehicleNotFree(RuleBroken):
    """The vehicle has no driver on shift, or is out."""

    code = "vehicle-not-free"


class SitesMixed(RuleBroken):
    """One move takes totes of one facility."""

    code = "sites-mixed"
