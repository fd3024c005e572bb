"""Sentences of patients, equipment, booking and billing."""

from app.web.messages.common import N_

REFUSALS = {
    "id-number-invalid": N_("The citizen number is not valid; compare it with the card."),
    "id-number-contradicts": N_("The citizen number holds another birth date or sex."),
    "patient-exists": N_("This person is registered already; search by the citizen number."),
    "birth-date-impossible": N_("This birth date is not possible."),
    "device-not-licensed": N_("The licence of %(subject)s ends before this day."),
    "device-unfit": N_("%(subject)s cannot do this exam."),
    "block-over-bookings": N_("Bookings lie in this time. Move them first."),
    "block-ended": N_("This block has ended already."),
    "block-period-impossible": N_("This period is not possible for a block."),
    "slot-taken": N_("Somebody else has just taken this time. Free times nearby are listed."),
    "patient-conflict": N_("The patient has another exam at this time."),
    "travel-time": N_("The patient cannot get from one exam's place to the other's in time."),
    "operator-taken": N_("Everybody who may run %(subject)s then is busy elsewhere."),
    "operator-not-certified": N_(
        "Nobody on shift at %(subject)s then holds a valid certificate for this exam."
    ),
    "period-not-on-grid": N_("Exams begin at whole five minutes."),
    "start-in-past": N_("This time has passed already."),
    "too-far-ahead": N_("Bookings reach at most %(days)s days ahead."),
    "outside-hours": N_("%(subject)s is closed at this time."),
    "device-blocked": N_("%(subject)s is set aside at this time."),
    "exam-not-priced": N_("The tariff has no price for %(subject)s on this day."),
    "contraindication": N_("An answer to the screening questions rules this exam out."),
    "screening-incomplete": N_("Answer every screening question."),
    "screening-unreviewed": N_("Go through the doubtful screening answers with the patient first."),
    "booking-wrong-state": N_("The booking is no longer in a state in which this can be done."),
    "device-busy": N_("Another exam is in progress on %(subject)s."),
    "not-due-yet": N_("The exam has not begun yet."),
    "already-charged": N_("This exam is charged already."),
    "already-reversed": N_("This charge is taken back already, or is a reversal itself."),
    "no-price": N_("The tariff has no price for this exam on the day of the scan."),
}
