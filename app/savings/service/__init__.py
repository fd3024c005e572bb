"""Versions of the cost card, and studies over recorded deliveries."""

from app.savings.service.cards import CardRequest, approve_card
from app.savings.service.gathering import gather
from app.savings.service.studying import (
    KIND,
    STEPS,
    USUAL_DAYS,
    Outcome,
    StudyRequest,
    StudyTask,
    refuse_study,
    request_study,
    store_study,
    take_study,
)

__all__ = [
    "KIND",
    "STEPS",
    "USUAL_DAYS",
    "CardRequest",
    "Outcome",
    "StudyRequest",
    "StudyTask",
    "approve_card",
    "gather",
    "refuse_study",
    "request_study",
    "store_study",
    "take_study",
]
