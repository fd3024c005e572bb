"""Coded cartons, packs and totes, what lay in what, and what happened to them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from app.demo.codes import Carton, CartonState, CodedPack
from app.demo.county import DEPOT
from app.demo.history.days import RECEIPT_TIME
from app.demo.history.deliveries import Delivery
from app.demo.history.records import STOCK, SUPPLIER, LotPlan
from app.demo.history.today import Order
from app.demo.load.bulk import Bulk
from app.demo.load.ledger import Keys
from app.demo.plan import CountyPlan
from app.demo.suppliers import (
    CODED_FROM,
    CODED_ORDER,
    order_reference,
    supplier_name,
    supplier_name_of,
)
from app.inventory.models import PlaceKind
from app.kernel.local_time import at_local
from app.traceability.models import Aggregation, EventUnit, TraceEvent, Unit

ANNOUNCED_BEFORE = timedelta(days=1)
ANNOUNCED_TIME = time(15, 30)
_EVENT_COLUMNS = (
    "id facility_id step disposition event_time recorded_at user_id place_id document reason"
    " unit_id"
)
_UNIT_COLUMNS = (
    "id code scheme level item_id lot_id capacity disposition parent_id place_id is_open"
)


@dataclass(slots=True)
class _Story:
    """Events and memberships as they are told; keys are handed out in the order of telling."""

    keys: Keys
    event_keys: Iterator[int]
    events: list[tuple[object, ...]] = field(default_factory=list)
    named: list[tuple[int, int]] = field(default_factory=list)
    memberships: list[tuple[object, ...]] = field(default_factory=list)
    loaded: set[int] = field(default_factory=set)

    def tell(
        self,
        step: tuple[str, str],
        where: tuple[str, int],
        at: datetime,
        papers: tuple[str, str],
        units: Iterable[int],
    ) -> int:
        """Write down a step and what the things became, at a facility and place.

        ``papers`` are the document and the reason.
        """
        key = next(self.event_keys)
        facility, place = where
        named = list(units)
        alone = named[0] if len(named) == 1 else None
        actor = (self.keys.users["history"], place, *papers)
        self.events.append((key, self.keys.facilities[facility], *step, at, at, *actor, alone))
        if alone is None:
            self.named.extend((key, unit) for unit in named)
        return key

    def member(self, child: int, parent: int, since: int, until: int | None) -> None:
        """Write down that a child lay in a parent from one event until another."""
        self.memberships.append((child, parent, since, until))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notice:
    """What a supplier told of a lot; ``document`` is the order that is still to arrive."""

    lot: LotPlan
    boxes: Sequence[int]
    packs: Sequence[int]
    document: str
    supplier: str


def load_units(bulk: Bulk, plan: CountyPlan, keys: Keys) -> dict[str, int]:
    """Store all coded things and their past; return the keys of the totes by code."""
    unit_keys = bulk.keys(Unit)
    story = _Story(keys, bulk.keys(TraceEvent))
    codes = [code for delivery in plan.deliveries for code in delivery.totes.values()]
    codes += [code for order in plan.orders for code in order.totes.values()]
    totes = {code: next(unit_keys) for code in codes}
    cartons = {carton.code: next(unit_keys) for carton in plan.codes.cartons}
    packs = {pack.code: next(unit_keys) for pack in plan.codes.packs}
    rows = [
        *_totes(totes, keys),
        *(_carton(carton, cartons[carton.code], keys) for carton in plan.codes.cartons),
    ]
    bulk.copy(Unit, _UNIT_COLUMNS, rows)
    states = {carton.code: carton.state for carton in plan.codes.cartons}
    units = {row.code: row.pack.units for row in plan.items if row.is_coded}
    bulk.copy(
        Unit,
        _UNIT_COLUMNS,
        (
            _pack(pack, (packs[pack.code], units[pack.item], cartons[pack.carton]), states, keys)
            for pack in plan.codes.packs
        ),
    )
    _tell_all(story, plan, (cartons, packs, totes))
    _tell_filling(story, plan.orders, totes)
    bulk.copy(TraceEvent, _EVENT_COLUMNS, story.events)
    bulk.copy(EventUnit, "event_id unit_id", story.named)
    bulk.copy(Aggregation, "child_id parent_id from_event_id until_event_id", story.memberships)
    return totes


def _totes(totes: dict[str, int], keys: Keys) -> Iterator[tuple[object, ...]]:
    staging = keys.shelves.others[DEPOT, PlaceKind.STAGING.value]
    for code, key in totes.items():
        own = (key, code, "own", "tote", None, None, 0)
        yield (*own, "in_stock", None, staging, False)


def _carton(carton: Carton, key: int, keys: Keys) -> tuple[object, ...]:
    disposition, role = {
        CartonState.ANNOUNCED: ("announced", SUPPLIER),
        CartonState.EMPTIED: ("destroyed", PlaceKind.LOSS.value),
    }.get(carton.state, ("in_stock", STOCK))
    place = keys.shelves.of(DEPOT, role, carton.item)
    is_open = carton.state in {CartonState.OPEN, CartonState.EMPTIED}
    own = (key, carton.code, "cn20", "carton", keys.items[carton.item], keys.lots[carton.lot], 0)
    return (*own, disposition, None, place, is_open)


def _pack(
    pack: CodedPack,
    numbers: tuple[int, int, int],
    states: dict[str, CartonState],
    keys: Keys,
) -> tuple[object, ...]:
    key, capacity, carton = numbers
    item, lot = keys.items[pack.item], keys.lots[pack.lot]
    own = (key, pack.code, "cn20", "pack", item, lot, capacity)
    if states[pack.carton] is CartonState.ANNOUNCED:
        return (*own, "announced", carton, None, False)
    if pack.facility == DEPOT:
        return (*own, "in_stock", carton, None, False)
    return (*own, "in_stock", None, keys.shelves.of(pack.facility, STOCK, pack.item), False)


def _tell_all(
    story: _Story,
    plan: CountyPlan,
    units: tuple[dict[str, int], dict[str, int], dict[str, int]],
) -> None:
    """Tell each lot's arrival carton by carton, and each clinic's packs tote by tote."""
    cartons, packs, totes = units
    arrivals = _arrivals(plan.deliveries)
    inside: defaultdict[str, list[CodedPack]] = defaultdict(list)
    for pack in plan.codes.packs:
        inside[pack.lot].append(pack)
    boxes: defaultdict[str, list[Carton]] = defaultdict(list)
    for carton in plan.codes.cartons:
        boxes[carton.lot].append(carton)
    lots = {lot.number: lot for year in plan.years.values() for lot in year.lots}
    for number, listed in boxes.items():
        notice = _notice(plan, lots[number], listed, (cartons, packs, inside[number]))
        announced = _tell_arrival(story, notice)
        leaving: defaultdict[str, list[CodedPack]] = defaultdict(list)
        for pack in inside[number]:
            if pack.facility in {DEPOT, ""}:
                story.member(packs[pack.code], cartons[pack.carton], announced, None)
            else:
                leaving[pack.facility].append(pack)
        for facility, moved in leaving.items():
            ids = [(packs[pack.code], cartons[pack.carton]) for pack in moved]
            delivery = arrivals.get((facility, number))
            compartment = plan.compartments[moved[0].item]
            tote = totes[delivery.totes[compartment]] if delivery else 0
            _tell_journey(story, (moved[0], lots[number]), ids, announced, (delivery, tote))


def _notice(
    plan: CountyPlan,
    lot: LotPlan,
    boxes: Sequence[Carton],
    known: tuple[dict[str, int], dict[str, int], Sequence[CodedPack]],
) -> _Notice:
    cartons, packs, inside = known
    keys = [cartons[box.code] for box in boxes]
    if boxes[0].state is CartonState.ANNOUNCED:
        return _Notice(
            lot=lot,
            boxes=keys,
            packs=[packs[pack.code] for pack in inside],
            document=order_reference(plan.today, CODED_ORDER),
            supplier=supplier_name(CODED_FROM),
        )
    name = supplier_name_of(plan.rows[lot.item])
    return _Notice(lot=lot, boxes=keys, packs=[], document="", supplier=name)


def _tell_filling(story: _Story, orders: Sequence[Order], totes: dict[str, int]) -> None:
    """Tell how the totes that wait for a vehicle were filled."""
    staging = (DEPOT, story.keys.shelves.others[DEPOT, PlaceKind.STAGING.value])
    for order in orders:
        filled = [totes[code] for code in order.totes.values()]
        if filled:
            packing = ("packing", "in_stock")
            story.tell(packing, staging, order.picked_at, (order.requisition, ""), filled)


def _arrivals(deliveries: Sequence[Delivery]) -> dict[tuple[str, str], Delivery]:
    """Return the last delivery that brought a lot to a facility."""
    return {
        (delivery.facility, portion.lot): delivery
        for delivery in deliveries
        for line in delivery.lines
        for portion in line.portions
    }


def _tell_arrival(story: _Story, notice: _Notice) -> int:
    """Tell how a lot was announced and, unless it is still to come, received.

    What is still to come is announced code by code, as a receipt wants to see it.
    """
    lot, shelves = notice.lot, story.keys.shelves
    supplier = (DEPOT, shelves.others[DEPOT, SUPPLIER])
    told_at = at_local(lot.received_on - ANNOUNCED_BEFORE, ANNOUNCED_TIME)
    papers = (notice.document, notice.supplier)
    announced = story.tell(
        ("announcing", "announced"), supplier, told_at, papers, [*notice.boxes, *notice.packs]
    )
    if not notice.document:
        shelf = (DEPOT, shelves.of(DEPOT, STOCK, lot.item))
        received_at = at_local(lot.received_on, RECEIPT_TIME)
        story.tell(("receiving", "in_stock"), shelf, received_at, papers, notice.boxes)
    return announced


def _tell_journey(
    story: _Story,
    what: tuple[CodedPack, LotPlan],
    ids: Sequence[tuple[int, int]],
    announced: int,
    carried: tuple[Delivery | None, int],
) -> None:
    """Tell how packs left their cartons and reached a clinic, in a tote where one is known."""
    pack, lot = what
    delivery, tote = carried
    units = [unit for unit, _ in ids]
    shelves = story.keys.shelves
    here = (pack.facility, shelves.of(pack.facility, STOCK, pack.item))
    if delivery is None:
        at = at_local(lot.received_on, RECEIPT_TIME) + timedelta(hours=4)
        accepted = story.tell(("accepting", "in_stock"), here, at, ("", ""), units)
        for unit, carton in ids:
            story.member(unit, carton, announced, accepted)
        return
    papers = (delivery.requisition, "")
    staging = (DEPOT, shelves.others[DEPOT, PlaceKind.STAGING.value])
    packing = ("packing", "in_stock")
    packed = story.tell(packing, staging, delivery.picked_at, papers, [*units, tote])
    loading = ("loading", "in_transit")
    if tote not in story.loaded:
        story.loaded.add(tote)
        story.tell(loading, staging, delivery.loaded_at, papers, [tote])
    accepting = ("accepting", "in_stock")
    accepted = story.tell(accepting, here, delivery.arrived, papers, units)
    for unit, carton in ids:
        story.member(unit, carton, announced, packed)
        story.member(unit, tote, packed, accepted)
