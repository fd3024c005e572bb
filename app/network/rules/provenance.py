"""Where a day's road figures come from, as a text that is stored with the plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.kernel.ids import RoadConditionId

CLOSED, SLOWED, SILENT = "closed", "slowed", "service-silent"
_BETWEEN, _COUNT = "; ", " × "


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Sources with the number of drives each gave, conditions in force, a silent service."""

    drives: Mapping[str, int] = field(default_factory=dict)
    closed: Sequence[RoadConditionId] = ()
    slowed: Sequence[RoadConditionId] = ()
    silent: bool = False

    def text(self) -> str:
        """Return it on one line: ``osrm@2026-11 × 240; great-circle@1f2e × 12; closed 3,4``."""
        parts = [f"{source}{_COUNT}{count}" for source, count in self.drives.items() if count]
        parts += [f"{CLOSED} {_listed(self.closed)}"] if self.closed else []
        parts += [f"{SLOWED} {_listed(self.slowed)}"] if self.slowed else []
        parts += [SILENT] if self.silent else []
        return _BETWEEN.join(parts) or "none"


def _listed(ids: Sequence[RoadConditionId]) -> str:
    return ",".join(map(str, ids))
