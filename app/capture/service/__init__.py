"""What edges may ask of capture."""

from app.capture.service.answering import Answered
from app.capture.service.calling_back import close_call_back
from app.capture.service.capturing import Batch, capture, give_up_waiting
from app.capture.service.facts import Told

__all__ = [
    "Answered",
    "Batch",
    "Told",
    "capture",
    "close_call_back",
    "give_up_waiting",
]
