"""Refusals of plans, runs and scans on the road."""

from app.web.messages.common import N_

REFUSALS = {
    "day-not-plannable": N_("Only today and the next 14 days can be planned, not %(subject)s."),
    "device-sequence-reused": N_("This device gave the same number to another scan."),
    "event-unreadable": N_("The event could not be read: %(subject)s."),
    "not-a-driver": N_("%(subject)s has no driver's record."),
    "nothing-moved": N_("Nothing is changed yet: move a stop first."),
    "nothing-to-plan": N_("No released tote waits for %(subject)s."),
    "nothing-to-undo": N_("This cannot be undone any more."),
    "plan-being-made": N_("A plan of %(subject)s is being made. Wait for it, or stop it."),
    "plan-moved-on": N_(
        "%(who)s made version %(version)s of %(subject)s at %(at)s. Look at it before you go on."
    ),
    "plan-not-draft": N_("Version %(subject)s is no draft any more."),
    "plan-not-editable": N_("Version %(subject)s cannot be changed: plan the day again."),
    "plan-outdated": N_(
        "Totes, vehicles or windows changed since version %(subject)s. Check it again and keep it."
    ),
    "plan-unsound": N_(
        "Version %(subject)s breaks %(count)s rules and cannot be published. Mend them first."
    ),
    "run-state-changed": N_("Run %(subject)s does not take this step any more. Reload the run."),
    "sites-mixed": N_("One move takes totes of one facility: %(subject)s."),
    "stop-needed": N_("Say at which stop this happened."),
    "stop-settled": N_("Stop %(subject)s has ended already."),
    "stops-open": N_("These stops of %(subject)s have no outcome yet: %(facilities)s."),
    "tote-aboard": N_("%(subject)s is in the vehicle. Take it out first."),
    "tote-delivered": N_("%(subject)s has been handed over already."),
    "tote-going-back": N_("%(subject)s was refused and goes back to the depot."),
    "tote-needed": N_("Scan or type the code of a tote."),
    "tote-not-aboard": N_("%(subject)s is not in this vehicle."),
    "tote-not-movable": N_("Tote %(subject)s does not wait for this day, or may not leave."),
    "tote-not-planned": N_("%(subject)s is on no run."),
    "totes-missing": N_("%(count)s totes are neither loaded nor explained: %(codes)s."),
    "vehicle-not-empty": N_("Still in the vehicle: %(codes)s. Bring it back or say why it stays."),
    "vehicle-not-free": N_("Vehicle %(subject)s has no driver on shift, or is out."),
    "wrong-stop": N_("Wrong stop: %(subject)s is for %(facility)s, stop %(stop)s."),
    "wrong-vehicle": N_(
        "Wrong vehicle: %(subject)s is for %(facility)s, on %(vehicle)s (%(run)s)."
    ),
}

VIOLATIONS = {
    "after-shift": N_("%(vehicle)s is back %(minutes)s min after the end of the shift"),
    "ambient-volume": N_("%(vehicle)s is overfull by %(litres)s l (ambient)"),
    "ambient-weight": N_("%(vehicle)s is overloaded by %(kg)s kg (ambient)"),
    "before-shift": N_("%(vehicle)s leaves %(minutes)s min before the shift begins"),
    "boxed-volume": N_("The locked box of %(vehicle)s is overfull by %(litres)s l"),
    "boxed-weight": N_("The locked box of %(vehicle)s is overloaded by %(kg)s kg"),
    "cold-volume": N_("%(vehicle)s is overfull by %(litres)s l (cold)"),
    "cold-weight": N_("%(vehicle)s is overloaded by %(kg)s kg (cold)"),
    "missing-skill": N_("%(vehicle)s has no escort for %(tote)s (%(site)s, controlled)"),
    "no-box": N_("%(vehicle)s has no locked box for %(tote)s (%(site)s)"),
    "no-lunch": N_("%(vehicle)s has no time for lunch"),
    "no-rest": N_("%(vehicle)s drives %(minutes)s min too long without a rest"),
    "no-road": N_("No road for %(vehicle)s leads to %(site)s"),
    "not-refrigerated": N_("%(vehicle)s cannot cool %(tote)s (%(site)s)"),
    "outside-window": N_("%(site)s is reached %(minutes)s min late"),
}
"""What the checker found, in words; what is not here never comes from moving a stop."""

LABELS = {
    "PlanState": {
        "solving": N_("Being computed"),
        "draft": N_("Draft"),
        "stored": N_("Published"),
        "refused": N_("Not stored"),
    },
}
