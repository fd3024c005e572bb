"""What a refusal must leave behind although everything it did is undone.

A suspicion is worth most where the act is refused: the transaction rolls back, the alert must
not. So the error carries the incident, and the edge writes it down after the rollback.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from app.kernel.ids import FacilityId, UnitId


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something suspicious (疑似), never a verdict; one alert per ``key``, however often it comes.

    ``level`` runs from 1, a hint, to 4, suspected re-entry or clone. It becomes an alert with
    the ``alarms_at``-th different ``subject`` by the same ``source`` within ``within``; until
    then it is only counted. ``quarantine`` are the units to set apart. Without a facility it is
    the actor's own.
    """

    kind: str
    key: str
    level: int
    code: str = ""
    what: str = ""
    document: str = ""
    facility_id: FacilityId | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    quarantine: tuple[UnitId, ...] = ()
    alarms_at: int = 1
    within: timedelta | None = None
    subject: str = ""
