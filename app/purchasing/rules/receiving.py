"""Decisions of receiving: which count stands, which label is plausible, which bin fits."""

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from app.purchasing.errors import (
    CountsDiffer,
    LabelImplausible,
    LineNotCounted,
    SecondCountMissing,
    WrongBin,
)

LONGEST_LIFE = timedelta(days=3660)
"""No medicine, consumable or decoction piece we buy is labelled for more than ten years."""
LONGEST_LOT = 40
FITTING_BINS = {
    "ambient": frozenset({"ambient", "cool"}),
    "cool": frozenset({"cool"}),
    "cold": frozenset({"cold"}),
}
"""Storage class of the goods → of bins that keep them well (常温 may lie in 阴凉)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What is printed on the pack. ``expires_on`` is the last usable day."""

    maker: str
    lot_number: str
    expires_on: date
    made_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """How goods must be kept, or how a bin keeps them."""

    storage_class: str
    locked: bool


def normalise_lot(text: str) -> str:
    """Return a lot number as it is stored: half-width, upper case, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def read_label(label: Label, *, today: date) -> Label:
    """Return the label with its lot number normalised.

    Raises:
        LabelImplausible: a field is empty, in the past, or further ahead than goods last.
    """
    lot_number = normalise_lot(label.lot_number)
    if not lot_number or len(lot_number) > LONGEST_LOT or not lot_number.isprintable():
        raise LabelImplausible(label.lot_number, field="lot_number")
    if not today <= label.expires_on <= today + LONGEST_LIFE:
        raise LabelImplausible(lot_number, field="expires_on")
    if label.made_on and not (label.made_on <= today and label.made_on < label.expires_on):
        raise LabelImplausible(lot_number, field="made_on")
    return Label(
        maker=" ".join(unicodedata.normalize("NFKC", label.maker).split()),
        lot_number=lot_number,
        expires_on=label.expires_on,
        made_on=label.made_on,
    )


def needs_second_count(expected: int, first: int | None) -> bool:
    """Say whether another person must count the line too."""
    return first is not None and first != expected


def settle(expected: int, first: int | None, second: int | None) -> int:
    """Return the quantity that stands.

    Raises:
        LineNotCounted: nobody has counted.
        SecondCountMissing: the count differs from the delivery note and stands alone.
        CountsDiffer: two people counted differently.
    """
    if first is None:
        raise LineNotCounted
    if not needs_second_count(expected, first):
        return first
    if second is None:
        raise SecondCountMissing
    if second != first:
        raise CountsDiffer(first=first, second=second)
    return first


def fits(goods: Storage, place: Storage) -> bool:
    """Say whether goods may lie in a bin: warm enough apart, and locked only if they must be."""
    return place.storage_class in FITTING_BINS[goods.storage_class] and goods.locked == place.locked


def ensure_fits(goods: Storage, place: Storage, *, item: str, place_code: str) -> None:
    """Refuse a bin that does not keep the goods as they must be kept.

    Raises:
        WrongBin: ``data`` says what the goods need and what the bin offers.
    """
    if not fits(goods, place):
        raise WrongBin(
            item,
            place=place_code,
            needed="locked" if goods.locked and not place.locked else goods.storage_class,
            offered="locked" if place.locked and not goods.locked else place.storage_class,
        )
