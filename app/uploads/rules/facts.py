"""What a message may say, by name; a field map chooses among these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

FactValue = str | int | bool | date | datetime | Decimal | None

NAMES = frozenset(
    {
        "batch",
        "change",
        "document",
        "happened",
        "item.code",
        "item.insurance_code",
        "item.maker",
        "item.name",
        "item.strength",
        "item.unit",
        "lot.expires_on",
        "lot.made_on",
        "lot.maker",
        "lot.number",
        "facility.insurance_code",
        "facility.name",
        "message",
        "message.id",
        "now",
        "operator",
        "original.batch",
        "original.kind",
        "prescriber",
        "prescription",
        "price",
        "quantity.base",
        "quantity.counted",
        "quantity.packs",
        "reason",
        "split",
        "supplier.code",
        "supplier.name",
    }
)
"""``quantity.counted`` is packs, or base units of a broken one (拆零); ``price`` is in yuan of one
of these. ``batch`` names the message, of a removal the message that is removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known for one message, and the codes of the packs it is about."""

    values: Mapping[str, FactValue]
    codes: Sequence[str] = ()
