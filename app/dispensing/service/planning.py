"""Which of many packs are plain enough to be given as a set, followed in memory in their order."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.dispensing import queries
from app.dispensing.rules import Splitting, quantity_to_give
from app.inventory.models import PlaceKind
from app.kernel.actor import Actor
from app.kernel.arrays import among
from app.kernel.errors import DomainError
from app.kernel.ids import FacilityId, LotId, PlaceId, UnitId
from app.kernel.local_time import local_day
from app.traceability import service as traceability
from app.traceability.models import Disposition, Unit, UnitLevel
from app.traceability.rules import Scan
from app.traceability.service import Origin

ON_A_SHELF = frozenset({Disposition.IN_STOCK, Disposition.PARTIALLY_DISPENSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """A scanned pack, what was taken out of it (None: all), when, and the client's name of it."""

    scan: Scan
    happened_at: datetime
    quantity: int | None = None
    note: str = ""
    origin: Origin | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A gift that nothing speaks against, as far as could be seen without a lock."""

    gift: Gift
    unit: Unit
    quantity: int
    shelf: PlaceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What can be given from one facility's shelves; None for acts that want a closer look."""

    facility_id: FacilityId
    acts: list[list[Planned] | None]

    @property
    def gifts(self) -> list[Planned]:
        """All that can be given, in the order it was."""
        return [one for act in self.acts if act is not None for one in act]


def plan(
    session: Session, actor: Actor, acts: Sequence[Sequence[Gift]], *, now: datetime
) -> Plan | None:
    """Say which acts give packs that are simply there; None when there is no such act.

    An act is planned whole or not at all. Once one is not, no later one on its packs is: they
    are done in their order.
    """
    codes = {gift.scan.code for act in acts for gift in act}
    units = traceability.get_units(session, codes)
    facility_id, shelves = _shelves(session, actor, list(units.values()))
    if facility_id is None:
        return None
    lots = {LotId(unit.lot_id or 0) for unit in units.values()}
    look = _Look(
        units=units,
        items=_items(session, units),
        shelves=shelves,
        unusable=queries.unusable_lots(session, lots, on=local_day(now)),
        taken=queries.names_taken(session, _names(acts)),
        left={UnitId(unit.id): unit.remaining for unit in units.values()},
    )
    planned = [look.act(act) for act in acts]
    return Plan(facility_id=facility_id, acts=planned) if any(planned) else None


@dataclass(slots=True, kw_only=True)
class _Look:
    """What is known of the packs, and what is left in them after the acts followed so far."""

    units: Mapping[str, Unit]
    items: Mapping[int, Item]
    shelves: Mapping[UnitId, PlaceId]
    unusable: frozenset[LotId]
    taken: frozenset[str]
    left: dict[UnitId, int]
    odd: set[str] = field(default_factory=set)

    def act(self, gifts: Sequence[Gift]) -> list[Planned] | None:
        """Plan all gifts of an act, or none of them and nothing more of their packs."""
        planned = [self._gift(gift) for gift in gifts]
        whole = [one for one in planned if one is not None]
        if gifts and len(whole) == len(gifts):
            return whole
        self.odd.update(gift.scan.code for gift in gifts)
        return None

    def _gift(self, gift: Gift) -> Planned | None:
        code = gift.scan.code
        unit = self.units.get(code)
        if unit is None or code in self.odd or not self._is_plain(unit, gift):
            return None
        quantity = self._quantity(gift, unit)
        if not quantity:
            return None
        self.left[UnitId(unit.id)] -= quantity
        shelf = self.shelves[UnitId(unit.id)]
        return Planned(gift=gift, unit=unit, quantity=quantity, shelf=shelf)

    def _is_plain(self, unit: Unit, gift: Gift) -> bool:
        item = self.items.get(unit.item_id or 0)
        return (
            unit.level is UnitLevel.PACK
            and unit.id in self.shelves
            and unit.lot_id not in self.unusable
            and item is not None
            and item.is_coded
            and not item.is_controlled
            and (gift.origin is None or gift.origin.client_event_id not in self.taken)
        )

    def _quantity(self, gift: Gift, unit: Unit) -> int:
        item = self.items[unit.item_id or 0]
        of = Splitting(
            item=item.name,
            special_class=item.special_class.value,
            allowed=item.split_allowed,
            capacity=unit.capacity,
        )
        try:
            return quantity_to_give(gift.quantity, self.left[UnitId(unit.id)], of)
        except DomainError:
            return 0


def _shelves(
    session: Session, actor: Actor, units: Sequence[Unit]
) -> tuple[FacilityId | None, Mapping[UnitId, PlaceId]]:
    """Return one facility of the actor's, and which packs lie usable on which of its shelves."""
    tops = traceability.tops_of(session, units)
    places = queries.find_places(session, {place_id for place_id, _ in tops.values()})
    bins = {
        place_id: facility_id
        for place_id, (facility_id, kind) in places.items()
        if kind is PlaceKind.BIN and facility_id in actor.facility_ids
    }
    standing = {
        unit.id: tops[unit.id][0]
        for unit in units
        if tops[unit.id][0] in bins and {unit.disposition, tops[unit.id][1]} <= ON_A_SHELF
    }
    facility_id = next((bins[place_id] for place_id in standing.values()), None)
    own = {place_id for place_id, owner in bins.items() if owner == facility_id}
    return facility_id, {unit_id: place for unit_id, place in standing.items() if place in own}


def _items(session: Session, units: Mapping[str, Unit]) -> dict[int, Item]:
    wanted = {unit.item_id for unit in units.values() if unit.item_id is not None}
    return {item.id: item for item in session.scalars(select(Item).where(among(Item.id, wanted)))}


def _names(acts: Sequence[Sequence[Gift]]) -> Iterator[str]:
    return (gift.origin.client_event_id for act in acts for gift in act if gift.origin is not None)
