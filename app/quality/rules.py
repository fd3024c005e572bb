"""What quality alone may not decide."""

BY_TWO = frozenset({"cold-chain-break", "dispensed-elsewhere"})
"""Suspicions of a clone, of re-entry, or of spoilt goods: a second person looks, too."""
BY_HAND = "set-apart-by-hand"
"""The kind of a quarantine that no rule began, but a person."""


def needs_second(kind: str, *, controlled: bool) -> bool:
    """Say whether two people end a quarantine (双人): grave ones, and controlled medicines."""
    return controlled or kind in BY_TWO
