"""The deliveries of the last weeks, each with its requisition and its tote."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.demo.history import days
from app.demo.history.records import DeliveredLine, ItemYear

SUBMIT_BEFORE = timedelta(hours=44)
APPROVE_BEFORE = timedelta(hours=26)
PICK_BEFORE = timedelta(hours=19)
LOAD_BEFORE = timedelta(minutes=80)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What one visit brought a facility: a requisition, packed into totes by compartment."""

    facility: str
    week: int
    requisition: str
    totes: Mapping[str, str]
    promised: date
    arrived: datetime
    round: int
    lines: Sequence[DeliveredLine]

    @property
    def submitted_at(self) -> datetime:
        """When the facility had asked for it."""
        return self.arrived - SUBMIT_BEFORE

    @property
    def approved_at(self) -> datetime:
        """When the pharmacist approved it."""
        return self.arrived - APPROVE_BEFORE

    @property
    def picked_at(self) -> datetime:
        """When the tote was packed."""
        return self.arrived - PICK_BEFORE

    @property
    def loaded_at(self) -> datetime:
        """When the tote was put on its vehicle."""
        return self.arrived - LOAD_BEFORE


def recent_deliveries(
    years: Iterable[ItemYear],
    compartments: Mapping[str, str],
    visits: Mapping[tuple[str, int], days.Visit],
) -> list[Delivery]:
    """Return the deliveries of the last weeks, oldest first, numbered by day.

    ``compartments`` says in which kind of tote an item travels.
    """
    brought: defaultdict[tuple[str, int], list[DeliveredLine]] = defaultdict(list)
    for year in years:
        for line in year.lines:
            brought[line.facility, line.week].append(line)
    ordered = sorted(brought.items(), key=lambda entry: (visits[entry[0]].arrived, entry[0]))
    numbers: defaultdict[date, int] = defaultdict(int)
    filled: defaultdict[date, int] = defaultdict(int)
    deliveries = []
    for (facility, week), lines in ordered:
        visit = visits[facility, week]
        asked_on = (visit.arrived - SUBMIT_BEFORE).date()
        numbers[asked_on] += 1
        packed_on = (visit.arrived - PICK_BEFORE).date()
        totes = {}
        for compartment in sorted({compartments[line.item] for line in lines if line.portions}):
            filled[packed_on] += 1
            totes[compartment] = f"TT-{packed_on:%Y%m%d}-{filled[packed_on]:04d}"
        deliveries.append(
            Delivery(
                facility=facility,
                week=week,
                requisition=f"RQ-{asked_on:%Y%m%d}-{numbers[asked_on]:04d}",
                totes=totes,
                promised=visit.promised,
                arrived=visit.arrived,
                round=visit.round,
                lines=lines,
            )
        )
    return deliveries
