"""What each line shows beside the quantity: own stock, use, what is coming, what to order."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.fulfilment.queries import supply
from app.fulfilment.rules import MAXIMUM_MONTHS, Need, Suggestion, suggest
from app.inventory import service as inventory
from app.inventory.rules import Amc
from app.kernel.db import Json
from app.kernel.ids import FacilityId, ItemId
from app.replenishment import service as replenishment
from app.replenishment.service import Kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One item's figures for one facility on one day, in base units."""

    need: Need
    suggestion: Suggestion
    average: Amc
    centre_available: int
    kept: Kept | None

    @property
    def arithmetic(self) -> Json:
        """The pieces a person can check the average and the suggestion with."""
        return {
            **inventory.arithmetic_of(self.average),
            "months": MAXIMUM_MONTHS,
            "maximum": self.suggestion.maximum,
            **({"plan": asdict(self.kept)} if self.kept else {}),
        }


def advise(
    session: Session,
    facilities: tuple[FacilityId, FacilityId],
    items: Sequence[Item],
    *,
    today: date,
) -> dict[ItemId, Advice]:
    """Return the figures of every item for (facility, its supplier), in a handful of queries."""
    facility_id, supplier_id = facilities
    ids = [item.id for item in items]
    own = inventory.stock_levels(session, facility_id, ids, today=today)
    centre = inventory.stock_levels(session, supplier_id, ids, today=today)
    averages = inventory.average_consumption(session, facility_id, ids, today=today)
    coming = supply.coming(session, facility_id, ids)
    limits = replenishment.kept_limits(session, facility_id, ids)
    advice = {}
    for item in items:
        average, kept = averages[item.id], limits.get(item.id)
        need = Need(
            usable=own[item.id].usable,
            coming=coming.get(item.id, 0),
            amc=average.amc if average.is_known else None,
            units_per_pack=item.units_per_pack,
            limit=kept.maximum if kept else None,
        )
        advice[item.id] = Advice(
            need=need,
            suggestion=suggest(need),
            average=average,
            centre_available=centre[item.id].available,
            kept=kept,
        )
    return advice
