"""Ready-made suppliers, orders, supplier's notices and bins."""

from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import UserAccount
from app.catalogue.models import Item, StorageClass
from app.inventory import service as inventory
from app.inventory.models import Place, PlaceKind
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId
from app.kernel.local_time import local_day
from app.purchasing import service as purchasing
from app.purchasing.models import (
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    ReceiptLine,
    Supplier,
    SupplierLicence,
)
from app.purchasing.rules import Label, LicenceKind
from app.purchasing.service import (
    Count,
    NoticeLine,
    OrderedItem,
    OrderRequest,
    PackCode,
    Placement,
    ScanRequest,
)
from tests.factories.stock import LATER, NOW

CARTON = "81110001000000000000"
MAKER = "示范制药"


def pack_code(number: int) -> str:
    """Return the 20-digit code of pack ``number``."""
    return f"8222000{number:013d}"


def a_label(lot_number: str = "A1", *, expires: date = LATER) -> Label:
    return Label(maker=MAKER, lot_number=lot_number, expires_on=expires)


def a_supplier(session: Session) -> Supplier:
    """Store a distributor in the prefecture city."""
    supplier = Supplier(
        code="S001",
        name="汉中示范医药有限公司",
        city="汉中",
        latitude=33.07,
        longitude=107.02,
        position_source="test",
        phone="0916-0000000",
        is_demo=True,
    )
    session.add(supplier)
    session.flush()
    session.add_all(
        SupplierLicence(supplier_id=supplier.id, kind=kind, number="1", expires_on=LATER)
        for kind in LicenceKind
    )
    session.flush()
    return supplier


def a_draft(session: Session, actor: Actor, *ordered: tuple[Item, int]) -> PurchaseOrder:
    """Draft an order of base units of items, at 9.60 yuan a pack."""
    supplier = session.scalars(select(Supplier)).first() or a_supplier(session)
    request = OrderRequest(
        supplier_id=supplier.id,
        facility_id=actor.facility_id,
        expected_on=local_day(NOW),
        lines=[
            OrderedItem(item_id=item.id, packs=quantity // item.units_per_pack, price_fen=960)
            for item, quantity in ordered
        ],
    )
    return purchasing.draft_order(session, actor, request, now=NOW)


def a_colleague(session: Session, actor: Actor) -> Actor:
    """Return somebody else who may act for the same facilities."""
    user_id = session.scalars(select(UserAccount.id).where(UserAccount.id != actor.user_id)).first()
    assert user_id is not None
    return replace(actor, user_id=user_id, name="另一人")


def an_order(session: Session, actor: Actor, *ordered: tuple[Item, int]) -> PurchaseOrder:
    """Order items; a colleague approved, the supplier has the order."""
    order = a_draft(session, actor, *ordered)
    purchasing.submit_order(session, actor, order.reference, now=NOW)
    purchasing.approve_order(session, a_colleague(session, actor), order.reference, now=NOW)
    return purchasing.send_order(session, actor, order.reference, now=NOW)


def a_notice(
    item: Item, *, packs: int = 10, first: int = 1, lot: str = "A1", carton: str | None = CARTON
) -> NoticeLine:
    """Return a notice of packs ``first``… of an item, in one carton or loose."""
    codes = [
        PackCode(code=pack_code(number), carton_code=carton, capacity=item.units_per_pack)
        for number in range(first, first + packs)
    ]
    return NoticeLine(
        item_id=item.id,
        label=a_label(lot),
        quantity=packs * item.units_per_pack,
        packs=codes if item.is_coded else (),
    )


def announced(session: Session, actor: Actor, order: PurchaseOrder, *notice: NoticeLine) -> None:
    """Let the supplier announce what it sent."""
    purchasing.take_notice(session, actor, order, notice, now=NOW)


def a_bin(
    session: Session,
    facility_id: FacilityId,
    code: str = "A-01",
    *,
    storage: StorageClass = StorageClass.AMBIENT,
    locked: bool = False,
) -> Place:
    """Store a bin of a facility."""
    place = Place(
        facility_id=facility_id,
        code=code,
        name=code,
        kind=PlaceKind.BIN,
        storage_class=storage,
        locked=locked,
    )
    return inventory.add_place(session, place)


def lines_of(session: Session, receipt: Receipt) -> list[ReceiptLine]:
    """Return the lines of a receipt as they now are."""
    return list(
        session.scalars(
            select(ReceiptLine)
            .where(ReceiptLine.receipt_id == receipt.id)
            .order_by(ReceiptLine.id)
            .execution_options(populate_existing=True)
        )
    )


def order_line(session: Session, order: PurchaseOrder) -> PurchaseOrderLine:
    """Return the only line of an order."""
    return session.scalars(
        select(PurchaseOrderLine)
        .where(PurchaseOrderLine.order_id == order.id)
        .execution_options(populate_existing=True)
    ).one()


def received(
    session: Session, actor: Actor, item: Item, *, packs: int = 10, first: int = 1
) -> Receipt:
    """Receive a carton of coded packs, or a lot without codes, into the bin A-01."""
    order = an_order(session, actor, (item, packs * item.units_per_pack))
    carton = f"8111000{first:013d}"
    announced(session, actor, order, a_notice(item, packs=packs, first=first, carton=carton))
    receipt = purchasing.open_receipt(session, actor, order.reference, now=NOW)
    reference = receipt.reference
    (line,) = lines_of(session, receipt)
    if item.is_coded:
        purchasing.scan(session, actor, reference, ScanRequest(code=carton), now=NOW)
    else:
        count = Count(line_id=line.id, quantity=line.expected)
        purchasing.count_line(session, actor, reference, count)
    purchasing.finish_count(session, actor, reference)
    purchasing.accept(session, actor, reference, None, now=NOW)
    a_bin(session, actor.facility_id)
    placing = (reference, [Placement(line_id=line.id, place_code="A-01")])
    return purchasing.put_away(session, actor, placing, None, now=NOW)
