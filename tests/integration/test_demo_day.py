"""The day of the demo county can be lived: its documents take every next step."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import UserAccount
from app.accounts.queries import find_signed_in
from app.accounts.service import Credentials
from app.billing.models import Charge
from app.booking.models import PerformedExam
from app.booking.queries import slots
from app.catalogue.models import ExamItem
from app.delivery.models import Run, Stop
from app.fulfilment import service as fulfilment
from app.fulfilment.models import PickLine, PickTask, Requisition, RequisitionLine
from app.fulfilment.rules import Decision, RequisitionState, Source
from app.inventory import service as inventory
from app.kernel.actor import Actor
from app.network import service as network
from app.network.models import Facility
from app.purchasing import service as purchasing
from app.purchasing.models import OrderState, PurchaseOrder
from app.traceability.models import Disposition, Unit, UnitLevel
from tests.factories.cast import PASSWORD
from tests.factories.demo import DEMO_NOW, DEMO_TODAY


def somebody(session: Session, username: str) -> Actor:
    user = session.scalars(select(UserAccount).where(UserAccount.username == username)).one()
    signed_in = find_signed_in(session, user.id)
    assert signed_in is not None
    return signed_in.actor


def a_requisition(session: Session, state: RequisitionState) -> Requisition:
    found = session.scalars(
        select(Requisition).where(Requisition.state == state).order_by(Requisition.id)
    ).first()
    assert found is not None
    return found


def test_sealed_totes_wait_for_everybody_served_today_but_yudu(demo_county: Session) -> None:
    depot = network.central_pharmacy(demo_county)
    totes = fulfilment.list_released_totes(demo_county, depot.id, DEMO_TODAY)
    waiting = {tote.facility_id for tote in totes}
    yudu = demo_county.scalars(select(Facility).where(Facility.code == "610728101-T")).one()
    yanchang = demo_county.scalars(select(Facility).where(Facility.code == "610728102-T")).one()

    assert yanchang.id in waiting
    assert yudu.id not in waiting
    assert all(tote.weight_grams > 0 and tote.volume_cm3 > 0 for tote in totes)


def test_a_sealed_tote_can_be_loaded_and_handed_over(demo_county: Session) -> None:
    depot = network.central_pharmacy(demo_county)
    tote = fulfilment.list_released_totes(demo_county, depot.id, DEMO_TODAY)[0]
    dispatcher = somebody(demo_county, "dispatcher")
    van = inventory.vehicle_place(demo_county, depot.id, "V01")

    fulfilment.load_tote(
        demo_county, dispatcher, tote.code, van.id, "load", happening_time=DEMO_NOW, now=DEMO_NOW
    )
    fulfilment.hand_over_tote(
        demo_county, dispatcher, tote.code, "hand over", happening_time=DEMO_NOW, now=DEMO_NOW
    )

    assert fulfilment.get_tote(demo_county, dispatcher, tote.code).state.value == "handed_over"
    assert inventory.prove(demo_county) == []


def test_a_submitted_requisition_can_be_approved(demo_county: Session) -> None:
    waiting = a_requisition(demo_county, RequisitionState.SUBMITTED)
    lines = demo_county.scalars(
        select(RequisitionLine).where(RequisitionLine.requisition_id == waiting.id)
    )
    decisions = [
        fulfilment.LineDecision(
            item_code=line.item_code, decision=Decision.FULL, quantity=line.asked
        )
        for line in lines
    ]
    approval = fulfilment.Approval(
        reference=waiting.reference,
        decisions=decisions,
        second=Credentials(username="quality", password=PASSWORD, address="here"),
    )

    approved = fulfilment.approve(
        demo_county, somebody(demo_county, "pharmacist"), approval, now=DEMO_NOW
    )

    assert approved.state is RequisitionState.APPROVED
    assert inventory.prove(demo_county) == []


def test_an_approved_requisition_can_be_picked(demo_county: Session) -> None:
    approved = a_requisition(demo_county, RequisitionState.APPROVED)
    task = demo_county.scalars(select(PickTask).where(PickTask.requisition_id == approved.id)).one()
    line = demo_county.scalars(
        select(PickLine).where(PickLine.task_id == task.id).order_by(PickLine.position)
    ).first()
    assert line is not None
    count = fulfilment.CountPick(
        task=task.reference,
        position=line.position,
        lot_number=line.lot_number,
        quantity=line.quantity,
        key="first pick",
    )

    picked = fulfilment.pick_counted(
        demo_county, somebody(demo_county, "storekeeper"), count, now=DEMO_NOW
    )

    assert picked.line.open_quantity == 0
    assert inventory.prove(demo_county) == []


def test_yudu_starts_its_requisition_from_its_template(demo_county: Session) -> None:
    clinic = somebody(demo_county, "clinic")
    wanted = fulfilment.NewRequisition(facility_id=clinic.facility_id, source=Source.TEMPLATE)

    draft = fulfilment.create(demo_county, clinic, wanted, now=DEMO_NOW)

    lines = demo_county.scalars(
        select(RequisitionLine).where(RequisitionLine.requisition_id == draft.id)
    ).all()
    assert len(lines) > 10
    assert any(line.amc for line in lines)


def test_the_storekeeper_receives_the_announced_order_by_its_carton(demo_county: Session) -> None:
    sent = select(PurchaseOrder).where(PurchaseOrder.state == OrderState.SENT)
    order = demo_county.scalars(sent.order_by(PurchaseOrder.id)).first()
    carton = demo_county.scalars(
        select(Unit).where(
            Unit.level == UnitLevel.CARTON, Unit.disposition == Disposition.ANNOUNCED
        )
    ).first()
    assert order is not None
    assert carton is not None
    storekeeper = somebody(demo_county, "storekeeper")

    receipt = purchasing.open_receipt(demo_county, storekeeper, order.reference, now=DEMO_NOW)
    scan = purchasing.ScanRequest(code=carton.code, client_key="first carton")
    scanned = purchasing.scan(demo_county, storekeeper, receipt.reference, scan, now=DEMO_NOW)

    assert scanned.line.first_count is not None
    assert scanned.line.first_count > 0


def test_yudu_finds_free_slots_on_the_machines_of_the_county(demo_county: Session) -> None:
    exam = demo_county.scalars(select(ExamItem).where(ExamItem.code == "CT-015")).one()
    tomorrow = DEMO_TODAY + timedelta(days=1)
    query = slots.SlotQuery(exam=exam, days=[tomorrow], now=DEMO_NOW)

    starts = slots.free_starts(demo_county, query, slots.fitting_devices(demo_county, exam))

    assert slots.earliest(starts, slots.needs_of(exam).ticks, 3)


def test_exactly_the_exams_that_took_place_are_charged(demo_county: Session) -> None:
    performed = demo_county.scalar(select(func.count()).select_from(PerformedExam))
    charged = demo_county.scalar(select(func.count()).select_from(Charge))

    assert performed
    assert charged == performed


def test_past_runs_add_up_and_cost_less_than_fetching_alone(demo_county: Session) -> None:
    runs = demo_county.scalars(select(Run)).all()
    metres = {run.id: run.metres for run in runs}
    shares = {
        run_id: int(shared)
        for run_id, shared in demo_county.execute(
            select(Stop.run_id, func.sum(Stop.metres_share)).group_by(Stop.run_id)
        )
    }

    assert shares == metres
    assert sum(run.metres for run in runs) < sum(run.baseline_metres for run in runs)
