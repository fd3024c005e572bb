"""Documents that the demo county does not have at dawn, made by the people who would make them."""

from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.models import UserAccount
from app.accounts.queries import find_signed_in
from app.accounts.service import Credentials
from app.delivery.service import desk, planning, storing, timelines
from app.delivery.service.planning import PlanRequest
from app.delivery.service.storing import Solution
from app.delivery.service.trial import Edit, TakenMove, try_out
from app.dispensing import service as dispensing
from app.disposal import queries as disposals
from app.disposal import service as disposal
from app.disposal.rules import DestructionMethod
from app.exchange import service as exchange
from app.exchange.rules import ImportKind
from app.exchange.service import Upload
from app.fulfilment import service as fulfilment
from app.fulfilment.rules import Source
from app.inventory import service as inventory
from app.kernel.actor import Actor
from app.kernel.ids import PlaceId
from app.labelling import service as labelling
from app.labelling.rules import LabelSource, Layout, SymbolKind
from app.labelling.service import Choice, PrintRequest
from app.network import service as network
from app.purchasing import service as purchasing
from app.traceability.models import Disposition, UnitLevel
from optimizer.routing.budget import Budget
from optimizer.routing.solver import solve
from tests.browser.county import DAWN, DAY, PASSWORD
from tests.factories.sheets import HEADINGS, a_sheet

SHELVED = f"""
SELECT unit.code FROM unit JOIN place ON place.id = unit.place_id
WHERE place.facility_id = :facility AND unit.level = {UnitLevel.PACK.number}
  AND unit.disposition = {Disposition.IN_STOCK.number}
ORDER BY unit.id LIMIT 1
"""


def stage(session: Session) -> None:
    """Leave one document in every state that pages show."""
    clinic = somebody(session, "clinic")
    wanted = fulfilment.NewRequisition(facility_id=clinic.facility_id, source=Source.TEMPLATE)
    draft = fulfilment.create(session, clinic, wanted, now=DAWN)
    _send_a_bad_sheet(session, clinic, draft.reference)
    order = session.scalar(text("SELECT reference FROM purchase_order WHERE state = 'sent'"))
    purchasing.open_receipt(session, somebody(session, "storekeeper"), str(order), now=DAWN)
    _draft_an_order(session, somebody(session, "buyer"))
    purchasing.make_plan(session, somebody(session, "buyer"), now=DAWN)
    code = session.scalar(text(SHELVED), {"facility": clinic.facility_id})
    given = dispensing.DispenseRequest(code=str(code))
    dispensing.dispense(session, clinic, given, now=DAWN)
    bins = Choice(source=LabelSource.BINS, named="A-01")
    sheet = PrintRequest(choice=bins, layout=Layout.A4_24, symbol=SymbolKind.QR)
    labelling.print_labels(session, somebody(session, "storekeeper"), sheet, now=DAWN)
    _arrive(session, somebody(session, "clinic2"))
    _destroy(session, somebody(session, "pharmacist"))
    _plan_twice(session, somebody(session, "dispatcher"))


def _plan_twice(session: Session, dispatcher: Actor) -> None:
    """Leave a published plan of the day, and a draft in which the first stop has moved."""
    asked = PlanRequest(day=DAY, solve_seconds=1)
    plan = planning.request_plan(session, dispatcher, asked, now=DAWN)
    task = storing.take_task(session, plan.id)
    assert task is not None
    answer = solve(task.to_solve, Budget(seconds=1, steps=1))
    storing.store_plan(session, task, Solution(plan=answer, took_ms=1), now=DAWN)
    rows = timelines.rows_of(session, try_out(session, dispatcher, Edit(plan_id=plan.id), now=DAWN))
    totes = tuple(rows[0].halts[0].codes.split(","))
    move = TakenMove(totes=totes, vehicle=rows[-1].code)
    edit = Edit(plan_id=plan.id, moves=(move,))
    keeping = desk.Keeping(reason="上午停电", seen=plan.version)
    desk.keep_draft(session, dispatcher, edit, keeping, now=DAWN)


def _destroy(session: Session, pharmacist: Actor) -> None:
    """Leave the record of a destruction of part of what waits for one."""
    first = disposals.list_waiting(session, pharmacist)[0]
    told = disposal.Destroying(
        quantities={first.line_id: 1},
        destroyed_on=DAY,
        place="县医疗废物暂存点",
        method=DestructionMethod.CONTRACTOR,
        second=Credentials(username="quality", password=PASSWORD, address=""),
    )
    disposal.destroy(session, pharmacist, told, now=DAWN)


def _send_a_bad_sheet(session: Session, clinic: Actor, draft: str) -> None:
    """Leave a sheet of lines for a draft that names what does not exist."""
    sheet = Upload(
        kind=ImportKind.REQUISITION,
        file_name="请领.xlsx",
        digest="0" * 64,
        sheet=a_sheet(HEADINGS[ImportKind.REQUISITION], ["NONE", "2"]),
        target=draft,
    )
    exchange.upload(session, clinic, sheet, now=DAWN)


def _draft_an_order(session: Session, buyer: Actor) -> None:
    """Leave an order of one item unfinished, at the price of its contract."""
    line = session.execute(text("SELECT supplier_id, item_id FROM supply_contract_line")).first()
    assert line is not None
    request = purchasing.OrderRequest(
        supplier_id=line.supplier_id,
        facility_id=buyer.facility_id,
        expected_on=DAY,
        lines=[purchasing.OrderedItem(item_id=line.item_id, packs=20)],
    )
    purchasing.draft_order(session, buyer, request, now=DAWN)


def somebody(session: Session, username: str) -> Actor:
    """Return a person of the demo."""
    user = session.scalars(select(UserAccount).where(UserAccount.username == username)).one()
    signed_in = find_signed_in(session, user.id)
    assert signed_in is not None
    return signed_in.actor


def _arrive(session: Session, clinic: Actor) -> None:
    """Hand two totes over at a clinic, which misses one thing in one of them."""
    depot = network.central_pharmacy(session)
    van = inventory.vehicle_place(session, depot.id, "V01")
    released = fulfilment.list_released_totes(session, depot.id, DAY)
    codes = [tote.code for tote in released if tote.facility_id == clinic.facility_id]
    for code in codes:
        _carry(session, code, van.id, DAWN)
    missed = fulfilment.Arrived(position=1, received=0)
    confirmation = fulfilment.Confirmation(tote_code=codes[0], arrived=[missed], key="confirm")
    fulfilment.confirm(session, clinic, confirmation, now=DAWN)


def _carry(session: Session, code: str, van_id: PlaceId, at: datetime) -> None:
    who = somebody(session, "dispatcher")
    fulfilment.load_tote(session, who, code, van_id, f"l {code}", happening_time=at, now=at)
    fulfilment.hand_over_tote(session, who, code, f"h {code}", happening_time=at, now=at)
