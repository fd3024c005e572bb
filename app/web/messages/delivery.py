"""Refusals of plans, runs and scans on the road."""

from app.web.messages.common import N_

REFUSALS = {
    "day-not-plannable": N_("Only today and the next 14 days can be planned, not %(subject)s."),
    "device-sequence-reused": N_("This device gave the same number to another scan."),
    "event-unreadable": N_("The event could not be read: %(subject)s."),
    "not-a-driver": N_("%(subject)s has no driver's record."),
    "nothing-to-plan": N_("No released tote waits for %(subject)s."),
    "nothing-to-undo": N_("This cannot be undone any more."),
    "run-state-changed": N_("Run %(subject)s does not take this step any more. Reload the run."),
    "stop-needed": N_("Say at which stop this happened."),
    "stop-settled": N_("Stop %(subject)s has ended already."),
    "stops-open": N_("These stops of %(subject)s have no outcome yet: %(facilities)s."),
    "tote-aboard": N_("%(subject)s is in the vehicle. Take it out first."),
    "tote-delivered": N_("%(subject)s has been handed over already."),
    "tote-going-back": N_("%(subject)s was refused and goes back to the depot."),
    "tote-needed": N_("Scan or type the code of a tote."),
    "tote-not-aboard": N_("%(subject)s is not in this vehicle."),
    "tote-not-planned": N_("%(subject)s is on no run."),
    "totes-missing": N_("%(count)s totes are neither loaded nor explained: %(codes)s."),
    "vehicle-not-empty": N_("Still in the vehicle: %(codes)s. Bring it back or say why it stays."),
    "wrong-stop": N_("Wrong stop: %(subject)s is for %(facility)s, stop %(stop)s."),
    "wrong-vehicle": N_(
        "Wrong vehicle: %(subject)s is for %(facility)s, on %(vehicle)s (%(run)s)."
    ),
}
