"""Read side of uploads: what is to be told, and what is known for it."""

from app.uploads.queries.deriving import (
    Scope,
    next_postings,
    stock_takes,
    taken_back,
    told_legs,
)
from app.uploads.queries.facts import find_codes, find_facts

__all__ = [
    "Scope",
    "find_codes",
    "find_facts",
    "next_postings",
    "stock_takes",
    "taken_back",
    "told_legs",
]
