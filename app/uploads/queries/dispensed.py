"""The lines of a dispensing with their codes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.dispensing.models import Dispensing, DispensingKind, DispensingLine
from app.kernel.actor import Actor
from app.traceability.models import Unit


@dataclass(frozen=True, slots=True)
class DispensedLine:
    """A line of a dispensing: its code, if it has one, and whether a pack was split."""

    code: str | None
    split: bool


def list_dispensed(session: Session, actor: Actor, reference: str) -> list[DispensedLine]:
    """Return the lines of a dispensing at the actor's facilities, in their order."""
    split = case(
        (Unit.id.is_not(None), DispensingLine.quantity < Unit.capacity),
        else_=DispensingLine.quantity % Item.units_per_pack != 0,
    )
    rows: Iterable[Any] = session.execute(
        select(Unit.code, split)
        .join_from(DispensingLine, Dispensing, Dispensing.id == DispensingLine.dispensing_id)
        .join(Item, Item.id == DispensingLine.item_id)
        .outerjoin(Unit, Unit.id == DispensingLine.unit_id)
        .where(
            Dispensing.reference == reference,
            Dispensing.kind != DispensingKind.UNDO,
            Dispensing.facility_id.in_(actor.facility_ids),
        )
        .order_by(DispensingLine.id)
    )
    return [DispensedLine(*row) for row in rows]
