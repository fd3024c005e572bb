"""Words for codes that only pages of deliveries show."""

from flask_babel import gettext

from app.web.messages.common import N_

LEFT_BEHIND = {
    "all-gone": N_("Every vehicle has left already"),
    "fleet-full": N_("All suitable vehicles are full"),
    "lot-held": N_("A lot inside is on hold or has expired"),
    "no-box": N_("No vehicle with a locked box"),
    "no-cold-vehicle": N_("No refrigerated vehicle with a driver"),
    "no-road": N_("No road to the depot is known"),
    "no-skill": N_("No vehicle with an escort for controlled medicines"),
    "no-time-left": N_("No vehicle has time left"),
    "no-vehicle": N_("No vehicle with a driver on shift"),
    "not-served-today": N_("Nobody receives goods there on this day"),
    "outside-every-shift": N_("Too far to be back within a shift"),
    "road-closed": N_("A closed road cuts it off from the depot"),
    "too-big": N_("Too large for every vehicle"),
    "unreachable": N_("No road leads there at present"),
    "vehicle-away": N_("The vehicle meant for it is not on shift"),
    "window-unreachable": N_("The window cannot be reached in time"),
}
"""Why a plan leaves a tote behind."""

PLAN_REFUSED = {
    "inputs-changed": N_("Totes, vehicles or windows changed meanwhile. Plan again."),
    "plan-unsound": N_("The plan did not pass the check and was not stored."),
    "solver-failed": N_("The search ended without a plan. Plan again."),
}
"""Why a plan was not stored."""

CLOSED_REASONS = (N_("Nobody on duty"), N_("Door closed"), N_("Road blocked"))
REFUSED_REASONS = (
    N_("Damaged"),
    N_("Not ordered"),
    N_("Wrong temperature"),
    N_("Expires too soon"),
)
LEFT_REASONS = (
    N_("Lot on hold"),
    N_("Tote not found"),
    N_("Tote damaged"),
    N_("No room in the vehicle"),
)
KEPT_REASONS = (N_("Delivered tomorrow morning"), N_("Depot closed"))


def words_of(table: dict[str, str], code: str) -> str:
    """Return the word for a code in the reader's language."""
    return gettext(table.get(code, code))


def why_left(code: str) -> str:
    """Say why a plan left a tote behind."""
    return words_of(LEFT_BEHIND, code)


def why_refused(code: str) -> str:
    """Say why a plan was not stored."""
    return words_of(PLAN_REFUSED, code)


def choices_of(reasons: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return reasons as choices: what people read is what is kept."""
    words = [gettext(reason) for reason in reasons]
    return [(word, word) for word in words]
