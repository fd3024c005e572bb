"""Amounts of stock and money: whole base units, whole fen; never floats."""

from decimal import ROUND_HALF_UP, Decimal

FEN_PER_YUAN = 100
MILLIGRAM = "mg"
MILLIGRAMS_PER_GRAM = 1000
MAX_QUANTITY = 2**53 - 1
"""Largest quantity a JSON reader keeps exact (IEEE 754 double)."""


def packs_for(quantity: int, units_per_pack: int) -> int:
    """Return the whole packs that cover ``quantity`` base units."""
    return -(-quantity // units_per_pack)


def yuan(fen: int) -> Decimal:
    """Return an amount of fen as yuan with two decimals."""
    return (Decimal(fen) / FEN_PER_YUAN).quantize(Decimal("0.01"))


def yuan_text(fen: int) -> str:
    """Return an amount of fen as people read it in yuan: 12,345.60."""
    return f"{yuan(fen):,}"


def whole_yuan_text(fen: int) -> str:
    """Return a total of fen in whole yuan, rounded half up: 12,346."""
    return f"{share_of(fen, 1, FEN_PER_YUAN):,}"


def share_of(fen: int, parts: int, whole: int) -> int:
    """Return ``fen × parts ÷ whole`` rounded half up to the fen; ``whole`` is positive."""
    exact = Decimal(fen) * parts / whole
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def number_text(quantity: int, unit: str) -> str:
    """Return how many ``shown_unit(unit)`` this is, grouped by thousands."""
    if unit == MILLIGRAM:
        return f"{(Decimal(quantity) / MILLIGRAMS_PER_GRAM).normalize():,f}"
    return f"{quantity:,}"


def shown_unit(unit: str) -> str:
    """Return the unit in which people read this base unit: decoction pieces go by the gram."""
    return "g" if unit == MILLIGRAM else unit


def amount_text(quantity: int, unit: str) -> str:
    """Return a quantity of base units with its unit, as people read it."""
    return f"{number_text(quantity, unit)} {shown_unit(unit)}"
