"""Answers to events in words: each refusal's sentence in the driver's language."""

from collections.abc import Sequence

from app.delivery.rules.states import ScanOutcome
from app.delivery.service.facts import ScanEvent
from app.delivery.service.scanning import ScanAnswer
from app.web import events as device
from app.web.events import EventUnreadable, Unreadable
from app.web.messages import text_of

Answer = dict[str, str | ScanOutcome]


def answers_to(
    events: Sequence[ScanEvent | Unreadable], taken: Sequence[ScanAnswer]
) -> list[Answer]:
    """Return one answer per event, in order; ``taken`` answers the readable ones."""
    waiting = iter(taken)
    return [
        _unreadable(event) if isinstance(event, Unreadable) else _answer(next(waiting))
        for event in events
    ]


def _unreadable(event: Unreadable) -> Answer:
    refusal = EventUnreadable(event.problem)
    return {
        "client_event_id": event.client_event_id,
        "outcome": ScanOutcome.REJECTED,
        "code": refusal.code,
        "detail": text_of(refusal),
    }


def _answer(answer: ScanAnswer) -> Answer:
    return {
        "client_event_id": answer.client_event_id,
        "outcome": answer.outcome,
        "code": answer.refusal,
        "detail": sentence_of(answer),
    }


def sentence_of(answer: ScanAnswer) -> str:
    """Return why an event was rejected; nothing for the others."""
    return device.sentence_of(answer.refusal, answer.data)
