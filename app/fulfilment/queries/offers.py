"""What the centre could give: lots in FEFO order, what is passed over, and alternatives."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.fulfilment.rules import MIN_SHELF_DAYS
from app.inventory import service as inventory
from app.inventory.models import Condition, Place, PlaceKind, StockBalance
from app.inventory.rules import Candidate, Choice, first_expiring_first_out
from app.inventory.service import Demand
from app.kernel.ids import FacilityId, ItemId, LotId
from app.traceability.models import Lot
from app.traceability.rules import LotState, Unusable, why_unusable

MOST_HITS = 20


@dataclass(frozen=True, slots=True)
class OfferedLot:
    """A lot FEFO would take now or a person may choose, and how much of it."""

    lot_id: LotId
    lot_number: str
    expires_on: date
    quantity: int


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A lot that is not offered, how much lies there, and why."""

    lot_number: str
    expires_on: date
    quantity: int
    why: Unusable
    reason: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What the centre could give of an item for a quantity asked.

    ``choosable`` are the lots a person may take instead, for a reason: all that are free,
    neither held nor expired nor short-dated.
    """

    lots: list[OfferedLot]
    passed_over: list[PassedOver]
    shortage: int
    choosable: list[OfferedLot]


def offers(
    session: Session,
    way: tuple[FacilityId, FacilityId],
    demands: Sequence[Demand],
    *,
    today: date,
    need_by: date,
) -> dict[ItemId, Offer]:
    """Return the offer of a supplier to a facility for each item; asking promises nothing."""
    supplier_id, facility_id = way
    candidates = _candidates(session, supplier_id, [demand.item_id for demand in demands])
    arrives_on = max(need_by, today)
    there = inventory.destinations(session, demands, facility_id, arrives_on=arrives_on)
    last_needed = arrives_on + timedelta(days=MIN_SHELF_DAYS)
    return {
        demand.item_id: _offer(
            (candidates[demand.item_id], today, last_needed),
            first_expiring_first_out(
                candidates[demand.item_id],
                demand.quantity,
                there.get(demand.item_id),
                on=today,
                last_needed=last_needed,
            ),
        )
        for demand in demands
    }


def _candidates(
    session: Session, supplier_id: FacilityId, item_ids: Collection[ItemId]
) -> dict[ItemId, list[Candidate]]:
    free = func.sum(StockBalance.on_hand - StockBalance.reserved)
    rows = session.execute(
        select(
            StockBalance.item_id,
            func.min(StockBalance.id),
            Lot.id,
            Lot.lot_number,
            Lot.hold,
            Lot.expires_on,
            Lot.hold_reason,
            Lot.hold_class,
            Lot.hold_since,
            Lot.hold_instruction,
            free,
        )
        .join(Place, Place.id == StockBalance.place_id)
        .join(Lot, Lot.id == StockBalance.lot_id)
        .where(
            StockBalance.facility_id == supplier_id,
            StockBalance.owner_id == supplier_id,
            StockBalance.item_id.in_(item_ids),
            StockBalance.condition == Condition.USABLE,
            ~StockBalance.outside,
            StockBalance.on_hand > StockBalance.reserved,
            Place.kind == PlaceKind.BIN,
        )
        .group_by(StockBalance.item_id, Lot.id)
    )
    found: defaultdict[ItemId, list[Candidate]] = defaultdict(list)
    for item_id, balance_id, lot_id, number, hold, *told, quantity in rows:
        state = LotState(number, hold.value, *told)
        found[item_id].append(Candidate(balance_id, LotId(lot_id), state, int(quantity)))
    return found


def choosable(
    session: Session,
    supplier_id: FacilityId,
    item_ids: Collection[ItemId],
    *,
    today: date,
    need_by: date,
) -> dict[ItemId, list[OfferedLot]]:
    """Return the lots a person may take of each item, the first expiring first."""
    last_needed = max(need_by, today) + timedelta(days=MIN_SHELF_DAYS)
    found = _candidates(session, supplier_id, item_ids)
    return {item_id: _usable(found[item_id], today, last_needed) for item_id in item_ids}


def _usable(candidates: Sequence[Candidate], today: date, last_needed: date) -> list[OfferedLot]:
    return [
        OfferedLot(one.lot_id, one.lot.lot_number, one.lot.expires_on, one.free)
        for one in sorted(candidates, key=lambda one: (one.lot.expires_on, one.lot_id))
        if why_unusable(one.lot, on=today, last_needed=last_needed) is None
    ]


def _offer(known: tuple[Sequence[Candidate], date, date], choice: Choice) -> Offer:
    candidates, today, last_needed = known
    lots = {candidate.lot_id: candidate.lot for candidate in candidates}
    return Offer(
        lots=[
            OfferedLot(
                take.lot_id,
                lots[take.lot_id].lot_number,
                lots[take.lot_id].expires_on,
                take.quantity,
            )
            for take in choice.takes
        ],
        passed_over=[
            PassedOver(
                skip.lot.lot_number,
                skip.lot.expires_on,
                skip.quantity,
                skip.why,
                skip.lot.hold_reason,
            )
            for skip in choice.skipped
        ],
        shortage=choice.shortage,
        choosable=_usable(candidates, today, last_needed),
    )


@dataclass(frozen=True, slots=True)
class ItemHit:
    """An item found by name, pinyin initials or code, with what the centre has."""

    code: str
    name: str
    strength: str
    dose_form: str
    pack_unit: str
    base_unit: str
    units_per_pack: int
    available: int


def search_items(session: Session, supplier_id: FacilityId, text: str) -> list[ItemHit]:
    """Return items the centre keeps, exact codes first, then by pinyin."""
    part = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    available = (
        select(
            cast(
                func.coalesce(func.sum(StockBalance.on_hand - StockBalance.reserved), 0),
                BigInteger,
            )
        )
        .join(Place, Place.id == StockBalance.place_id)
        .where(
            StockBalance.item_id == Item.id,
            StockBalance.facility_id == supplier_id,
            Place.kind == PlaceKind.BIN,
            ~StockBalance.outside,
        )
        .scalar_subquery()
    )
    code = text.upper()
    rows: Iterable[Any] = session.execute(
        select(
            Item.code,
            Item.name,
            Item.strength,
            Item.dose_form,
            Item.pack_unit,
            Item.base_unit,
            Item.units_per_pack,
            available,
        )
        .where(
            Item.is_stocked,
            Item.pinyin.like(f"{part.lower()}%")
            | Item.name.like(f"%{part}%")
            | Item.code.like(f"{code}%"),
        )
        .order_by(Item.code != code, Item.pinyin, Item.code)
        .limit(MOST_HITS)
    )
    return [ItemHit(*row) for row in rows]


def alternatives(session: Session, names: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """Return code and wording of stocked items by their generic name: what could stand in."""
    rows = session.execute(
        select(Item.name, Item.code, Item.strength, Item.dose_form)
        .where(Item.is_stocked, Item.name.in_(names))
        .order_by(Item.name, Item.code)
    )
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, code, strength, dose_form in rows:
        found[name].append((code, f"{name} {dose_form} {strength}"))
    return found
