"""JSON shapes of deliveries."""

from app.delivery.schemas.answers import answers_to, sentence_of
from app.delivery.schemas.plans import (
    DayCostSchema,
    DayCostsSchema,
    DayQuerySchema,
    DaySchema,
    LeftBehindSchema,
    PlanRequestSchema,
    PlanSchema,
    RunSchema,
    RunsSchema,
    SpanQuerySchema,
    StopSchema,
    ToteSchema,
)
from app.delivery.schemas.scans import (
    CloseRunSchema,
    EventField,
    KeptToteSchema,
    ScanAnswerSchema,
    ScanAnswersSchema,
    ScanBatchSchema,
    ScanEventSchema,
    Unreadable,
)

__all__ = [
    "CloseRunSchema",
    "DayCostSchema",
    "DayCostsSchema",
    "DayQuerySchema",
    "DaySchema",
    "EventField",
    "KeptToteSchema",
    "LeftBehindSchema",
    "PlanRequestSchema",
    "PlanSchema",
    "RunSchema",
    "RunsSchema",
    "ScanAnswerSchema",
    "ScanAnswersSchema",
    "ScanBatchSchema",
    "ScanEventSchema",
    "SpanQuerySchema",
    "StopSchema",
    "ToteSchema",
    "Unreadable",
    "answers_to",
    "sentence_of",
]
