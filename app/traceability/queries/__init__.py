"""Read side of traceability: containers, places and the life line of a code."""

from app.traceability.queries.containers import (
    ancestors,
    content_of,
    descendants,
    height,
    outermost_places,
    tops_of,
)
from app.traceability.queries.lives import (
    LifeEvent,
    StandingPack,
    Stay,
    UnitFacts,
    find_facts,
    is_suspected,
    life_events,
    list_stays,
    named_since,
    named_units,
    standing_packs,
)

__all__ = [
    "LifeEvent",
    "StandingPack",
    "Stay",
    "UnitFacts",
    "ancestors",
    "content_of",
    "descendants",
    "find_facts",
    "height",
    "is_suspected",
    "life_events",
    "list_stays",
    "named_since",
    "named_units",
    "outermost_places",
    "standing_packs",
    "tops_of",
]
