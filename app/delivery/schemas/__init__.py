"""JSON shapes of deliveries."""

from app.delivery.schemas.answers import answers_to, sentence_of
from app.delivery.schemas.plans import (
    DayCostSchema,
    DayCostsSchema,
    DayQuerySchema,
    DaySchema,
    LeftBehindSchema,
    PlanFormSchema,
    PlanRequestSchema,
    PlanSchema,
    RunSchema,
    RunsSchema,
    SpanQuerySchema,
    StopSchema,
    ToteSchema,
)
from app.delivery.schemas.scans import (
    CloseFormSchema,
    CloseRunSchema,
    KeptToteSchema,
    ScanAnswerSchema,
    ScanAnswersSchema,
    ScanBatchSchema,
    ScanEventSchema,
)

__all__ = [
    "CloseFormSchema",
    "CloseRunSchema",
    "DayCostSchema",
    "DayCostsSchema",
    "DayQuerySchema",
    "DaySchema",
    "KeptToteSchema",
    "LeftBehindSchema",
    "PlanFormSchema",
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
    "answers_to",
    "sentence_of",
]
