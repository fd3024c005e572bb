"""Discrepancies as clinics and the centre see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.catalogue.models import Item, SpecialClass
from app.fulfilment.models import Discrepancy, Tote
from app.fulfilment.rules import Resolution
from app.kernel.actor import Actor, Permission
from app.kernel.ids import DiscrepancyId, FacilityId
from app.network.models import Facility
from app.traceability.models import Lot


@dataclass(frozen=True, slots=True)
class DiscrepancyRow:
    """One difference between what was sent and what a clinic confirmed."""

    id: DiscrepancyId
    reference: str
    facility_id: FacilityId
    facility_name: str
    tote_code: str
    item_code: str
    item_name: str
    strength: str
    base_unit: str
    pack_unit: str
    units_per_pack: int
    is_controlled: bool
    lot_number: str
    expires_on: date
    quantity: int
    unit_codes: list[str]
    note: str
    opened_by: str
    opened_at: datetime
    resolution: Resolution | None
    reason: str
    closed_by: str | None
    closed_at: datetime | None


def list_discrepancies(
    session: Session,
    actor: Actor,
    *,
    only_open: bool,
    after: tuple[str | int, ...] | None,
    size: int,
) -> Sequence[DiscrepancyRow]:
    """Return discrepancies the actor's facility has a part in, the newest first."""
    query = _rows(actor).order_by(Discrepancy.id.desc()).limit(size + 1)
    if only_open:
        query = query.where(Discrepancy.resolution.is_(None))
    if after:
        query = query.where(Discrepancy.id < after[0])
    return [DiscrepancyRow(*row) for row in session.execute(query)]


def find_discrepancy(session: Session, actor: Actor, reference: str) -> DiscrepancyRow | None:
    """Return one discrepancy, None where there is none the actor may see."""
    row = session.execute(_rows(actor).where(Discrepancy.reference == reference)).first()
    return DiscrepancyRow(*row) if row else None


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    closer = aliased(UserAccount)
    query = (
        select(
            Discrepancy.id,
            Discrepancy.reference,
            Discrepancy.facility_id,
            Facility.short_name,
            Tote.code,
            Item.code,
            Item.name,
            Item.strength,
            Item.base_unit,
            Item.pack_unit,
            Item.units_per_pack,
            Item.special_class != SpecialClass.NONE,
            Lot.lot_number,
            Lot.expires_on,
            Discrepancy.quantity,
            Discrepancy.unit_codes,
            Discrepancy.note,
            UserAccount.name,
            Discrepancy.opened_at,
            Discrepancy.resolution,
            Discrepancy.reason,
            closer.name,
            Discrepancy.closed_at,
        )
        .join(Facility, Facility.id == Discrepancy.facility_id)
        .join(Tote, Tote.id == Discrepancy.tote_id)
        .join(Item, Item.id == Discrepancy.item_id)
        .join(Lot, Lot.id == Discrepancy.lot_id)
        .join(UserAccount, UserAccount.id == Discrepancy.opened_by_id)
        .outerjoin(closer, closer.id == Discrepancy.closed_by_id)
    )
    if actor.may(Permission.COUNTY_READ):
        return query
    own = list(actor.facility_ids)
    return query.where(or_(Discrepancy.facility_id.in_(own), Discrepancy.supplier_id.in_(own)))
