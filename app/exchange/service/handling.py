"""What every kind of import can do: judge rows without changing anything, and apply them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.service import Credentials
from app.exchange.rules import Fault, Record
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where the rows go, as of when: a facility, and a document of it where there is one."""

    facility_id: FacilityId
    now: datetime
    document: str = ""
    import_reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Bad rows; what each good row would do, by its number in the sheet; and the totals."""

    faults: list[Fault]
    outcomes: dict[int, str] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)


Judge = Callable[[Session, Actor, Destination, Sequence[Record]], Judgement]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applying:
    """Rows to apply, where to, and when; ``second`` may sign beside whoever confirms."""

    destination: Destination
    records: Sequence[Record]
    now: datetime
    second: Credentials | None = None


Apply = Callable[[Session, Actor, Applying], str]
"""Do what the judgement foretold; return the reference of the document made or changed."""


def twice(records: Sequence[Record], key: Callable[[Record], object]) -> set[int]:
    """Return the numbers of rows whose key stood in the sheet before."""
    seen: set[object] = set()
    repeated = set()
    for record in records:
        named = key(record)
        if named in seen:
            repeated.add(record.number)
        seen.add(named)
    return repeated
