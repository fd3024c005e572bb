"""Take in the supplier's notice of what is on its way (随货同行单), codes included."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.catalogue import service as catalogue
from app.inventory import service as inventory
from app.inventory.models import PlaceKind
from app.kernel.actor import Actor
from app.kernel.ids import ItemId, LotId
from app.kernel.local_time import local_day
from app.purchasing.errors import NotOrdered
from app.purchasing.models import AnnouncedLot, PurchaseOrder, PurchaseOrderLine, Supplier
from app.purchasing.rules import Label, read_label
from app.traceability import service as traceability
from app.traceability.errors import PlaceholderRefused
from app.traceability.models import BizStep, Disposition
from app.traceability.rules.placeholders import is_placeholder
from app.traceability.service import AnnouncedPack, Happening, LotKey


@dataclass(frozen=True, slots=True, kw_only=True)
class PackCode:
    """A coded pack in the notice."""

    code: str
    carton_code: str | None
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """One lot in the notice, with the codes of its packs if they have any."""

    item_id: ItemId
    label: Label
    quantity: int
    packs: Sequence[PackCode] = ()


def take_notice(
    session: Session,
    actor: Actor,
    order: PurchaseOrder,
    notice: Sequence[NoticeLine],
    *,
    now: datetime,
) -> None:
    """Store what the supplier says it sent: lots, quantities and the codes of packs.

    Only announced codes can be received; an unknown one may be a substituted pack.

    Raises:
        NotFound: the order is another facility's.
        NotOrdered: an item is not on the order.
        LabelImplausible: lot or dates cannot be right.
        PlaceholderRefused: goods without codes were given invented ones.
    """
    actor.must_act_for(order.facility_id, "order")
    _judge_codes(session, actor, order, notice, now=now)
    lines = lines_by_item(session, order)
    packs: list[AnnouncedPack] = []
    for entry in notice:
        if entry.item_id not in lines:
            raise NotOrdered(order.reference, order=order.reference)
        line = lines[entry.item_id]
        lot_id = find_lot(session, line, read_label(entry.label, today=local_day(now)))
        _expect(session, line, lot_id, entry.quantity)
        packs += [_pack(entry, pack, lot_id) for pack in entry.packs]
    if packs:
        traceability.announce(session, actor, packs, _announcing(session, order, now))


def _judge_codes(
    session: Session,
    actor: Actor,
    order: PurchaseOrder,
    notice: Sequence[NoticeLine],
    *,
    now: datetime,
) -> None:
    """Refuse invented codes; real ones of an item on the no-code list question the list."""
    coded = [entry for entry in notice if entry.packs]
    items = catalogue.find_items(session, {entry.item_id for entry in coded})
    for entry in coded:
        item = items.get(entry.item_id)
        if item is None or item.is_coded:
            continue
        for pack in entry.packs:
            if is_placeholder(pack.code):
                raise PlaceholderRefused(pack.code, scanned=pack.code)
        named = (entry.item_id, item.name, entry.packs[0].code)
        traceability.question_list(session, actor, named, order.reference, now=now)


def lines_by_item(session: Session, order: PurchaseOrder) -> dict[ItemId, PurchaseOrderLine]:
    """Return the lines of an order by their item."""
    rows = session.scalars(select(PurchaseOrderLine).where(PurchaseOrderLine.order_id == order.id))
    return {line.item_id: line for line in rows}


def find_lot(session: Session, line: PurchaseOrderLine, label: Label) -> LotId:
    """Return the lot a label names; it costs what the order pays."""
    identity = LotKey(
        item_id=line.item_id,
        maker=label.maker,
        lot_number=label.lot_number,
        expires_on=label.expires_on,
    )
    lot = traceability.find_or_add_lot(
        session, identity, cost_fen=line.price_fen, made_on=label.made_on
    )
    return lot.id


def _expect(session: Session, line: PurchaseOrderLine, lot_id: LotId, quantity: int) -> None:
    row = {"order_line_id": line.id, "lot_id": lot_id, "quantity": quantity}
    added = insert(AnnouncedLot).values(row)
    session.execute(
        added.on_conflict_do_update(
            index_elements=[AnnouncedLot.order_line_id, AnnouncedLot.lot_id],
            index_where=AnnouncedLot.receipt_id.is_(None),
            set_={"quantity": AnnouncedLot.quantity + quantity},
        )
    )


def _pack(entry: NoticeLine, pack: PackCode, lot_id: LotId) -> AnnouncedPack:
    return AnnouncedPack(
        code=pack.code,
        carton_code=pack.carton_code,
        item_id=entry.item_id,
        lot_id=lot_id,
        capacity=pack.capacity,
    )


def _announcing(session: Session, order: PurchaseOrder, now: datetime) -> Happening:
    place = inventory.place_for(session, order.facility_id, PlaceKind.SUPPLIER)
    return Happening(
        step=BizStep.ANNOUNCING,
        disposition=Disposition.ANNOUNCED,
        facility_id=order.facility_id,
        place_id=place.id,
        document=order.reference,
        event_time=now,
        recorded_at=now,
        reason=session.get_one(Supplier, order.supplier_id).name,
    )
