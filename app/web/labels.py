"""Words for the values of enumerations, so that no page shows ``township_clinic``."""

from enum import StrEnum

from babel import Locale
from flask import Flask
from flask_babel import get_locale, gettext

from app.web.messages import (
    alerts,
    counting,
    delivery,
    disposal,
    epcis,
    exchange,
    fulfilment,
    labelling,
    network,
    purchasing,
    recall,
    receiving,
    stock,
    transfers,
    uploads,
)
from app.web.messages.common import N_

LABELS: dict[str, dict[str, str]] = {
    **alerts.LABELS,
    **counting.LABELS,
    **delivery.LABELS,
    **disposal.LABELS,
    **epcis.LABELS,
    **exchange.LABELS,
    **fulfilment.LABELS,
    **labelling.LABELS,
    **network.LABELS,
    **purchasing.LABELS,
    **recall.LABELS,
    **receiving.LABELS,
    **stock.LABELS,
    **transfers.LABELS,
    **uploads.LABELS,
    "AttachmentKind": {
        "damage": N_("Damage"),
        "quantity": N_("Quantity differs"),
        "temperature": N_("Temperature record"),
        "papers": N_("Papers"),
        "other": N_("Something else"),
    },
    "BlockKind": {
        "maintenance": N_("Maintenance"),
        "quality_control": N_("Quality control"),
        "fault": N_("Fault"),
    },
    "BookingState": {
        "booked": N_("Booked"),
        "arrived": N_("Arrived"),
        "in_progress": N_("In progress"),
        "completed": N_("Completed"),
        "cancelled": N_("Cancelled"),
        "no_show": N_("No-show"),
        "aborted": N_("Broken off"),
    },
    "Clue": {
        "stranger": N_("Stands here, the book knows no document that brought it"),
        "gone": N_("Left for there, the book knows no document that took it"),
        "document": N_("Moved the book here, and no code with it"),
        "content": N_("Its content is not what its scans left in it"),
    },
    "DeviceStatus": {"in_operation": N_("In operation"), "retired": N_("Retired")},
    "FacilityKind": {
        "lead_hospital": N_("County hospital"),
        "central_pharmacy": N_("Central pharmacy"),
        "township_clinic": N_("Township health centre"),
        "community_station": N_("Community health station"),
        "village_post": N_("Village clinic"),
    },
    "Funding": {
        "own": N_("Own means"),
        "donation": N_("Donation"),
        "lease_to_own": N_("Lease to own"),
        "subsidy": N_("Subsidy"),
    },
    "ItemKind": {
        "medicine": N_("Medicine"),
        "consumable": N_("Consumable"),
        "decoction_piece": N_("Decoction piece"),
    },
    "JobState": {
        "queued": N_("Waiting to start"),
        "running": N_("Running"),
        "done": N_("Done"),
        "failed": N_("Failed"),
    },
    "Method": {
        "naive": N_("Last week again"),
        "average": N_("Moving average"),
        "smoothing": N_("Exponential smoothing"),
        "damped_trend": N_("Damped trend"),
        "croston": N_("Croston, for rare use"),
        "sba": N_("Croston without bias (SBA)"),
        "tsb": N_("Fading rare use (TSB)"),
        "seasonal_naive": N_("Same season last year"),
        "seasonal_growth": N_("Last year with growth"),
        "holt_winters": N_("Seasonal smoothing (Holt-Winters)"),
    },
    "Modality": {"CT": N_("CT"), "MR": N_("MRI")},
    "NoticeKind": {
        "near_expiry": N_("Near expiry"),
        "low_stock": N_("Low stock"),
        "over_stock": N_("Over stock"),
        "proposals": N_("Proposals to order"),
        "promise_lapsed": N_("Promised and not picked"),
        "transfer_lapsed": N_("Promised and not fetched"),
        "trace_alert": N_("Suspicious code"),
        "trace_alarm": N_("Serious suspicion"),
        "codes_differ": N_("Codes and book differ"),
        "recall": N_("Recall"),
        "recall_drill": N_("Recall drill"),
    },
    "ReasonCode": {
        "out_of_stock": N_("The centre is out of stock"),
        "enough_in_stock": N_("The clinic has enough"),
        "rationed": N_("Rationed among clinics"),
        "near_expiry": N_("Only near-expiry lots left"),
        "not_for_this_level": N_("Not for this level of care"),
        "discontinued": N_("No longer supplied"),
        "other": N_("Other"),
    },
    "RequisitionState": {
        "draft": N_("Draft"),
        "submitted": N_("Waiting for approval"),
        "approved": N_("Approved"),
        "rejected": N_("Sent back"),
        "picking": N_("Being picked"),
        "sealed": N_("Sealed, ready to leave"),
        "in_delivery": N_("On its way"),
        "received": N_("Received"),
        "cancelled": N_("Cancelled"),
    },
    "Resolution": {
        "found": N_("Found at the clinic"),
        "lost": N_("Lost"),
        "sent_wrong": N_("Sent wrong, back to the centre"),
        "damaged": N_("Damaged, written off"),
    },
    "Role": {
        "admin": N_("Administrator"),
        "buyer": N_("Buyer"),
        "clinic": N_("Clinic"),
        "director": N_("Director"),
        "dispatcher": N_("Dispatcher"),
        "driver": N_("Driver"),
        "epcis": N_("Another system, events both ways (EPCIS)"),
        "imaging": N_("Imaging technician"),
        "pharmacist": N_("Pharmacist"),
        "quality": N_("Quality officer"),
        "storekeeper": N_("Storekeeper"),
        "supplier": N_("Supplier's system, sends events (EPCIS)"),
        "village": N_("Village doctor"),
    },
    "RunState": {
        "planned": N_("Planned"),
        "loading": N_("Loading"),
        "on_road": N_("On the road"),
        "returned": N_("Back at the depot"),
        "closed": N_("Run closed"),
        "cancelled": N_("Replaced"),
    },
    "Sex": {"female": N_("Female"), "male": N_("Male")},
    "ShortReason": {
        "not_found": N_("Not in the bin"),
        "damaged": N_("Damaged"),
        "lot_gone": N_("Lot frozen or promise lapsed"),
    },
    "Side": {"pays": N_("Owed by the facility"), "earns": N_("Earned by the machines")},
    "Source": {
        "template": N_("Usual list"),
        "last_order": N_("Last requisition"),
        "proposal": N_("Proposals to order"),
        "empty": N_("Empty"),
    },
    "SpecialClass": {
        "none": N_("Not controlled"),
        "narcotic": N_("Narcotic"),
        "psychotropic_1": N_("Psychotropic, class 1"),
        "psychotropic_2": N_("Psychotropic, class 2"),
        "toxic": N_("Toxic"),
    },
    "StopState": {
        "planned": N_("Not there yet"),
        "arrived": N_("Arrived"),
        "delivered": N_("Delivered"),
        "closed": N_("Door closed"),
        "refused": N_("Refused by the receiver"),
        "skipped": N_("Left out"),
    },
    "StopToteState": {
        "planned": N_("To be loaded"),
        "loaded": N_("Loaded"),
        "delivered": N_("Handed over"),
        "going_back": N_("Going back"),
        "returned": N_("Brought back"),
        "kept": N_("Stays in the vehicle"),
        "left_behind": N_("Left at the depot"),
        "cancelled": N_("Replaced"),
    },
    "StorageClass": {
        "ambient": N_("Ambient"),
        "cool": N_("Cool, at most 20 °C"),
        "cold": N_("Cold, 2–8 °C"),
    },
    "ToteState": {
        "open": N_("Being filled"),
        "packed": N_("To check"),
        "checked": N_("Checked, to seal"),
        "sealed": N_("Sealed"),
        "loaded": N_("On the vehicle"),
        "handed_over": N_("Handed over"),
        "received": N_("Received by the clinic"),
        "returned": N_("Came back"),
        "cancelled": N_("Empty"),
    },
    "Unusable": {
        "held": N_("Held by quality"),
        "recalled": N_("Recalled"),
        "expired": N_("Expired"),
        "short_dated": N_("Too little shelf life left"),
        "slow_use": N_("More than the clinic uses before it expires"),
    },
}
"""Enumeration → value → English word; a test asks for a word for every value."""

ACTIONS: dict[str, str] = {
    **alerts.ACTIONS,
    **counting.ACTIONS,
    **fulfilment.ACTIONS,
    **disposal.ACTIONS,
    **labelling.ACTIONS,
    **purchasing.ACTIONS,
    **recall.ACTIONS,
    **stock.ACTIONS,
    **transfers.ACTIONS,
    "aborted": N_("Broken off"),
    "approved": N_("Approved"),
    "arrived": N_("Patient arrived"),
    "block-fault": N_("Set aside for a fault"),
    "block-fault-ended": N_("Fault mended"),
    "block-maintenance": N_("Set aside for maintenance"),
    "block-maintenance-ended": N_("Maintenance ended"),
    "block-quality_control": N_("Set aside for quality control"),
    "block-quality_control-ended": N_("Quality control ended"),
    "booked": N_("Booked"),
    "cancelled": N_("Cancelled"),
    "closed": N_("Closed"),
    "completed": N_("Exam done"),
    "created": N_("Created"),
    "deactivated": N_("Account closed"),
    "moved": N_("Moved"),
    "no-show": N_("Patient did not come"),
    "password-changed": N_("Changed the password"),
    "password-reset": N_("Password reset"),
    "photos-added": N_("Photos added"),
    "picked-short": N_("Picked short"),
    "plan-published": N_("Plan published"),
    "registered": N_("Registered"),
    "rejected": N_("Sent back"),
    "released-again": N_("Released again"),
    "dissolved": N_("Dissolved"),
    "reopened": N_("Opened again"),
    "returned": N_("Came back"),
    "reversed": N_("Taken back"),
    "roles-changed": N_("Roles changed"),
    "run-closed": N_("Run closed"),
    "run-loading": N_("Loading began"),
    "run-on_road": N_("Left the depot"),
    "run-returned": N_("Back at the depot"),
    "screening-reviewed": N_("Screening answers gone through"),
    "sealed": N_("Sealed"),
    "started": N_("Exam begun"),
    "submitted": N_("Handed in"),
    "withdrawn": N_("Withdrawn"),
}
"""What the change log calls an action."""

FIELDS: dict[str, str] = {
    "insurance_code": N_("Insurance code"),
    "item": N_("Item"),
    "labels": N_("Labels"),
    "lot": N_("Lot"),
    "made_on": N_("Made on"),
    "maximum": N_("Maximum"),
    "minimum": N_("Minimum"),
    "print": N_("Print"),
    "quantity": N_("Quantity"),
    "reason": N_("Reason"),
    "roles": N_("Roles"),
    "state": N_("State"),
}
"""What the change log calls a value that changed; what is not listed keeps its name."""


BINS = {"MAIN": N_("Pharmacy shelf"), "RECALL": N_("Recall shelf")}
"""Bins whose code nobody wrote on a shelf."""


def init_app(app: Flask) -> None:
    """Give templates words for values, choices, log entries and weekdays."""
    app.jinja_env.filters.update(
        label=label,
        pair_with_label=pair_with_label,
        action_label=action_label,
        field_label=field_label,
        weekday=weekday,
        bin_label=bin_label,
        drives_said=network.drives_said,
    )


def label(value: StrEnum) -> str:
    """Return the word for a value in the reader's language."""
    return gettext(LABELS[type(value).__name__][value.value])


def bin_label(code: str) -> str:
    """Return what people call a bin: its code, unless it is the only shelf of a facility."""
    return gettext(BINS.get(code, code))


def action_label(action: str) -> str:
    """Return the word for an entry of the change log."""
    return gettext(ACTIONS.get(action, action))


def field_label(name: str) -> str:
    """Return the word for a value that changed."""
    return gettext(FIELDS.get(name, name))


def pair_with_label(value: StrEnum) -> tuple[str, str]:
    """Return a choice for a list: what the form sends, and what people read."""
    return value.value, label(value)


def weekday(number: int) -> str:
    """Return the name of a weekday, 0 being Monday."""
    names = (get_locale() or Locale("en")).days["format"]["wide"]
    return str(names[number])
