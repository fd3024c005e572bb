"""One of everything that has an owner, and names under which nothing exists."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.alerts import service as alerts
from app.billing import service as billing
from app.booking.service import performing
from app.booking.service.reserving import reserve
from app.dispensing import service as dispensing
from app.dispensing.service import DispenseRequest
from app.disposal import service as disposal
from app.equipment import service as equipment
from app.equipment.models import BlockKind
from app.equipment.service import BlockRequest
from app.exchange import service as exchange
from app.exchange.rules import ImportKind
from app.exchange.service import Upload
from app.fulfilment import service as fulfilment
from app.fulfilment.models import Discrepancy
from app.fulfilment.service import Arrived, Confirmation
from app.kernel.actor import Actor, Permission
from app.kernel.attachments import AttachmentKind, clean
from app.kernel.incidents import Incident
from app.kernel.local_time import local_day
from app.labelling import service as labelling
from app.labelling.rules import LabelSource, Layout, SymbolKind
from app.labelling.service import Choice, PrintRequest
from app.notices import service as notices
from app.notices.rules import NoticeKind
from app.notices.service import News
from app.purchasing import service as purchasing
from app.purchasing.models import PurchaseOrder, Receipt, RefusalReason, SupplierClaim
from app.purchasing.service import (
    BilledItem,
    Count,
    InvoiceRequest,
    Photos,
    Refusal,
    ScanRequest,
    Settling,
)
from app.uploads import service as uploads
from tests.factories import receiving
from tests.factories.booking import NOW as DAY_BEFORE
from tests.factories.booking import a_patient, a_scene, at
from tests.factories.buying import a_contract
from tests.factories.capturing import gave, sent
from tests.factories.cast import Cast
from tests.factories.counting import a_count
from tests.factories.dispensing import packs_on_shelf
from tests.factories.disposal import a_destruction, handed_in, written_off
from tests.factories.exchange import subscribed, told
from tests.factories.fleet import two_stops
from tests.factories.network import a_slow_season
from tests.factories.photos import a_picture
from tests.factories.recalls import a_recall
from tests.factories.receiving import (
    CARTON,
    a_notice,
    a_supplier,
    an_order,
    announced,
    pack_code,
)
from tests.factories.requisitions import (
    a_draft,
    a_key,
    a_sealed_tote,
    a_submitted_requisition,
    an_approved_requisition,
    handed_over,
    redirected,
)
from tests.factories.returning import asked_back, sent_back
from tests.factories.sheets import HEADINGS, a_sheet
from tests.factories.stock import NOW, a_lot, an_item, stocked
from tests.factories.trace_log import seal_all
from tests.factories.transfers import asked
from tests.factories.uploads import derived

PATIENT = "赵机密"
KINDS: Mapping[str, tuple[str, str | int]] = {
    "alert": ("SELECT id FROM alert", 2**40),
    "balance": ("SELECT id FROM stock_balance", 2**40),
    "bill": ("SELECT reference FROM trace_bill", "MF-20200101-0001"),
    "block": ("SELECT id FROM device_block", 2**40),
    "booking": ("SELECT reference FROM booking", "BK-20200101-0001"),
    "capture": ("SELECT id FROM epcis_capture", 2**40),
    "call-back": ("SELECT id FROM call_back", 2**40),
    "charge": ("SELECT id FROM charge", 2**40),
    "claim": ("SELECT reference FROM supplier_claim", "SC-20200101-0001"),
    "contract": ("SELECT reference FROM supply_contract", "CT-20200101-0001"),
    "count": ("SELECT reference FROM count_sheet", "PD-20200101-0001"),
    "code": ("SELECT code FROM unit", "89990009999999999999"),
    "destruction": ("SELECT reference FROM destruction", "XH-20200101-0001"),
    "device": ("SELECT id FROM device", 2**40),
    "discrepancy": ("SELECT reference FROM discrepancy", "DC-20200101-0001"),
    "dispensing": ("SELECT reference FROM dispensing", "DP-20200101-0001"),
    "exam": ("SELECT id FROM exam_item", 2**40),
    "facility": ("SELECT id FROM facility WHERE code <> 'T003'", 2**40),
    "facility code": ("SELECT code FROM facility WHERE code <> 'T003'", "NONE"),
    "import": ("SELECT reference FROM sheet_import", "IM-20200101-0001"),
    "item": ("SELECT id FROM item", 2**40),
    "item code": ("SELECT code FROM item", "NONE"),
    "job": ("SELECT id FROM job", 2**40),
    "label print": ("SELECT reference FROM label_print", "LP-20200101-0001"),
    "lot": ("SELECT id FROM lot", 2**40),
    "notice": ("SELECT id FROM notice", 2**40),
    "order": ("SELECT reference FROM purchase_order", "PO-20200101-0001"),
    "patient": ("SELECT id FROM patient", 2**40),
    "pick list": ("SELECT reference FROM pick_task", "PL-20200101-0001"),
    "plan": ("SELECT id FROM delivery_plan", 2**40),
    "posting": ("SELECT id FROM stock_posting", 2**40),
    "purchase plan": ("SELECT reference FROM purchase_plan", "PP-20200101-0001"),
    "recall": ("SELECT reference FROM recall", "ZH-20200101-0001"),
    "recall task": ("SELECT id FROM recall_task", 2**40),
    "receipt": ("SELECT reference FROM receipt", "GR-20200101-0001"),
    "redirect": ("SELECT reference FROM tote_redirect", "GS-20200101-0001"),
    "requisition": ("SELECT reference FROM requisition", "RQ-20200101-0001"),
    "road condition": ("SELECT id FROM road_condition", 2**40),
    "run": ("SELECT reference FROM delivery_run", "DR-20200101-0001"),
    "settlement": ("SELECT reference FROM supplier_settlement", "ST-20200101-0001"),
    "subscription": ("SELECT code FROM epcis_subscription", "none"),
    "supplier": ("SELECT code FROM supplier", "S-NONE"),
    "supplier return": ("SELECT reference FROM supplier_return", "TH-20200101-0001"),
    "supplier's invoice": ("SELECT reference FROM supplier_invoice", "IV-20200101-0001"),
    "trace event": ("SELECT id FROM trace_event", 2**40),
    "told event": ("SELECT event_id FROM epcis_event", "urn:uuid:none"),
    "tote": ("SELECT code FROM tote", "TT-20200101-0001"),
    "transfer": ("SELECT reference FROM transfer", "TR-20200101-0001"),
    "upload": ("SELECT id FROM upload", 2**40),
    "user": ("SELECT id FROM user_account WHERE username <> 'outsider'", 2**40),
    "write-off": ("SELECT reference FROM write_off", "BS-20200101-0001"),
}
"""How to find all there are of a kind, and a well-formed name that none of them has."""
SECRETS = (
    "bill",
    "booking",
    "count",
    "destruction",
    "discrepancy",
    "dispensing",
    "label print",
    "order",
    "pick list",
    "purchase plan",
    "receipt",
    "redirect",
    "requisition",
    "run",
    "subscription",
    "supplier return",
    "told event",
    "tote",
    "transfer",
    "write-off",
)
"""Kinds whose names nobody but their owners may ever read."""


@dataclass(frozen=True)
class World:
    """The names of what exists, by kind; none of it is the outsider's."""

    names: Mapping[str, tuple[str | int, ...]]

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts that only the owners may ever read."""
        names = [str(name) for kind in SECRETS for name in self.names[kind]]
        return (*names, PATIENT)


def a_world(session: Session, cast: Cast) -> World:
    """Live a day of every domain and return what it left behind."""
    keeper, clinic = cast.actor("storekeeper"), cast.actor("clinic")
    plain = an_item(session)
    stocked(session, keeper, a_lot(session, plain), 48_000)
    two_stops(session, cast)
    a_draft(session, cast, {plain: 24})
    a_draft(session, cast, {plain: 24}, by="village")
    a_submitted_requisition(session, cast, {plain: 48})
    an_approved_requisition(session, cast, {plain: 72})
    _short_delivery(session, cast)
    redirected(session, cast)
    _bought(session, cast)
    _refused(session, cast)
    _photographed(session, cast)
    a_slow_season(session, cast.actor("dispatcher"), now=NOW)
    asked(session, clinic, (cast.central.id, plain, 24), now=NOW)
    _billed(session, cast)
    _sent(session, clinic)
    a_count(session, clinic, now=NOW)
    _disposed(session, cast)
    told(session, clinic, "urn:uuid:4f1d")
    subscribed(session, clinic, "2026-10", {}, now=NOW)
    packs_on_shelf(session, clinic, an_item(session, coded=True), packs=2)
    dispensing.dispense(session, clinic, DispenseRequest(code=pack_code(1)), now=NOW)
    sent(session, clinic, gave(1))
    _imaged(session, cast)
    _recalled(session, cast)
    derived(session)
    uploads.make_bills(session, now=NOW + timedelta(days=1))
    news = [News(facility_id=clinic.facility_id, fresh=1, total=1)]
    notices.push(session, next(iter(NoticeKind)), news, now=NOW)
    suspicion = Incident(kind="dispensed-here", key="a-world", level=2, code=pack_code(1))
    alerts.record(session, clinic, suspicion, now=NOW)
    seal_all(session)
    _labelled(session, clinic)
    session.commit()
    names = {
        kind: tuple(session.scalars(text(f"{query} ORDER BY 1")))
        for kind, (query, _missing) in KINDS.items()
    }
    assert all(names.values()), names
    return World(names=names)


def _short_delivery(session: Session, cast: Cast) -> None:
    item = an_item(session)
    stocked(session, cast.actor("storekeeper"), a_lot(session, item), 480)
    tote = a_sealed_tote(session, cast, {item: 48})
    handed_over(session, cast, tote)
    part = Confirmation(
        tote_code=tote.code, arrived=[Arrived(position=1, received=24)], key=a_key()
    )
    fulfilment.confirm(session, cast.actor("clinic"), part, now=NOW)


def _bought(session: Session, cast: Cast) -> None:
    """Leave an order with a receipt in counting, one on its way, a draft, a contract, a plan."""
    keeper = cast.actor("storekeeper")
    item = an_item(session, coded=True)
    supplier = a_supplier(session)
    order = an_order(session, keeper, (item, 240))
    announced(session, keeper, order, a_notice(item, first=100))
    receipt = purchasing.open_receipt(session, keeper, order.reference, now=NOW)
    purchasing.scan(session, keeper, receipt.reference, ScanRequest(code=CARTON), now=NOW)
    an_order(session, keeper, (item, 480))
    receiving.a_draft(session, keeper, (item, 720))
    a_contract(session, keeper, supplier, (item, 960, 10))
    purchasing.make_plan(session, keeper, now=NOW)


def _refused(session: Session, cast: Cast) -> None:
    """Leave a claim on a supplier for a broken part of what came."""
    keeper, item = cast.actor("storekeeper"), an_item(session)
    order = an_order(session, keeper, (item, 240))
    announced(session, keeper, order, a_notice(item, first=200))
    receipt = purchasing.open_receipt(session, keeper, order.reference, now=NOW)
    (line,) = receiving.lines_of(session, receipt)
    count = Count(line_id=line.id, quantity=240)
    purchasing.count_line(session, keeper, receipt.reference, count)
    broken = Refusal(line_id=line.id, reason=RefusalReason.DAMAGED, note="压破", quantity=48)
    purchasing.refuse_goods(session, keeper, receipt.reference, broken, now=NOW)


def _photographed(session: Session, cast: Cast) -> None:
    """Leave a photo on every receipt, claim and discrepancy there is."""
    keeper, now = cast.actor("storekeeper"), NOW
    photos = Photos(kind=AttachmentKind.DAMAGE, files=[clean(a_picture(), "1.jpg")])
    for reference in session.scalars(select(Receipt.reference)).all():
        purchasing.photograph_receipt(session, keeper, reference, photos, now=now)
    for reference in session.scalars(select(SupplierClaim.reference)).all():
        purchasing.photograph_claim(session, keeper, reference, photos, now=now)
    shown = (photos.kind, photos.files)
    for reference in session.scalars(select(Discrepancy.reference)).all():
        fulfilment.photograph_discrepancy(session, keeper, reference, shown, now=now)


def _billed(session: Session, cast: Cast) -> None:
    """Leave a supplier's invoice for goods that came, settled, and returns of some of them."""
    keeper = cast.actor("storekeeper")
    item = an_item(session)
    receipt = receiving.received(session, keeper, item)
    order = session.get_one(PurchaseOrder, receipt.order_id)
    line = receiving.order_line(session, order)
    bill = InvoiceRequest(
        order_reference=order.reference,
        number="2026-1",
        invoiced_on=local_day(NOW),
        total_fen=9600,
        lines=[BilledItem(order_line_id=line.id, packs=10, price_fen=960)],
    )
    invoice = purchasing.enter_invoice(session, keeper, bill, now=NOW)
    payer = cast.actor("pharmacist")
    sent_back(session, (keeper, payer), item, 24)
    asked_back(session, keeper, item, 24)
    settling = Settling(supplier_code="S001", invoices=[invoice.reference])
    purchasing.settle_invoices(session, payer, settling, now=NOW)


def _disposed(session: Session, cast: Cast) -> None:
    """Leave a write-off that waits for its second person, and one of which half was destroyed."""
    clinic, lot = cast.actor("clinic"), a_lot(session, an_item(session), "OLD")
    stocked(session, clinic, lot, 48)
    handed_in(session, clinic, (lot, 12))
    done = written_off(session, (clinic, cast.actor("clinic3")), (lot, 24))
    half = a_destruction(session, done, 12, second="clinic3")
    disposal.destroy(session, clinic, half, now=NOW)


def _recalled(session: Session, cast: Cast) -> None:
    """Leave a recall of a lot that Yudu has."""
    lot = a_lot(session, an_item(session), "ZH1")
    stocked(session, cast.actor("clinic"), lot, 24)
    a_recall(session, cast.actor("quality"), lot)


def _sent(session: Session, actor: Actor) -> None:
    """Leave a sheet of opening stock that was judged, and is bad."""
    sheet = Upload(
        kind=ImportKind.OPENING,
        file_name="期初.xlsx",
        digest="0" * 64,
        sheet=a_sheet(HEADINGS[ImportKind.OPENING], ["NONE"]),
        facility_id=actor.facility_id,
    )
    powerful = replace(actor, permissions=frozenset(Permission))
    exchange.upload(session, powerful, sheet, now=NOW)


def _labelled(session: Session, actor: Actor) -> None:
    """Leave labels of a clinic's bins."""
    wanted = PrintRequest(
        choice=Choice(source=LabelSource.BINS), layout=Layout.A4_24, symbol=SymbolKind.QR
    )
    labelling.print_labels(session, actor, wanted, now=NOW)


def _imaged(session: Session, cast: Cast) -> None:
    """Leave a booking to come, one that was performed and charged, and a block."""
    scene = a_scene(session, cast.actor("clinic"), cast.actor("imaging"), cast.hospital)
    done = reserve(session, scene.clinic, scene.request(8), now=DAY_BEFORE).reference
    performing.arrive(session, scene.imaging, done, now=at(7, 55))
    performing.start(session, scene.imaging, done, now=at(8))
    billing.complete_and_charge(session, scene.imaging, done, now=at(8, 10))
    other = a_patient(session, scene.clinic, PATIENT)
    reserve(session, scene.clinic, scene.wish(15, patient_id=other.id), now=NOW)
    block = BlockRequest(
        kind=BlockKind.MAINTENANCE, start=at(17), end=at(17) + timedelta(hours=1), reason="保养"
    )
    equipment.set_aside(session, scene.imaging, scene.device.id, block, now=NOW)
