"""The day of the demo county can be lived: its documents take every next step."""

from datetime import UTC, date, datetime, timedelta

import pytest
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
from app.demo.load.county import load_county
from app.demo.plan import CountyPlan, Scope, county_plan
from app.fulfilment import service as fulfilment
from app.fulfilment.models import PickLine, PickTask, Requisition, RequisitionLine
from app.fulfilment.rules import Decision, RequisitionState, Source
from app.inventory import service as inventory
from app.kernel.actor import Actor
from app.network import service as network
from app.network.models import Facility
from app.purchasing import service as purchasing
from app.purchasing.models import PurchaseOrder
from app.traceability.models import Disposition, Unit, UnitLevel
from tests.factories.cast import PASSWORD

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def plan() -> CountyPlan:
    scope = Scope(townships=frozenset({"渔渡镇", "盐场镇", "观音镇"}), every_item=4)
    return county_plan(TODAY, 1_000, scope=scope)


@pytest.fixture
def county(session: Session, plan: CountyPlan) -> Session:
    load_county(session, plan, PASSWORD, now=NOW)
    return session


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


def test_sealed_totes_wait_for_everybody_served_today_but_yudu(county: Session) -> None:
    depot = network.central_pharmacy(county)
    totes = fulfilment.list_released_totes(county, depot.id, TODAY)
    waiting = {tote.facility_id for tote in totes}
    yudu = county.scalars(select(Facility).where(Facility.code == "610728101-T")).one()
    yanchang = county.scalars(select(Facility).where(Facility.code == "610728102-T")).one()

    assert yanchang.id in waiting
    assert yudu.id not in waiting
    assert all(tote.weight_grams > 0 and tote.volume_cm3 > 0 for tote in totes)


def test_a_sealed_tote_can_be_loaded_and_handed_over(county: Session) -> None:
    depot = network.central_pharmacy(county)
    tote = fulfilment.list_released_totes(county, depot.id, TODAY)[0]
    dispatcher = somebody(county, "dispatcher")
    van = inventory.vehicle_place(county, depot.id, "V01")

    fulfilment.load_tote(county, dispatcher, tote.code, van.id, "load", happening_time=NOW, now=NOW)
    fulfilment.hand_over_tote(
        county, dispatcher, tote.code, "hand over", happening_time=NOW, now=NOW
    )

    assert fulfilment.get_tote(county, dispatcher, tote.code).state.value == "handed_over"
    assert inventory.prove(county) == []


def test_a_submitted_requisition_can_be_approved(county: Session) -> None:
    waiting = a_requisition(county, RequisitionState.SUBMITTED)
    lines = county.scalars(
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

    approved = fulfilment.approve(county, somebody(county, "pharmacist"), approval, now=NOW)

    assert approved.state is RequisitionState.APPROVED
    assert inventory.prove(county) == []


def test_an_approved_requisition_can_be_picked(county: Session) -> None:
    approved = a_requisition(county, RequisitionState.APPROVED)
    task = county.scalars(select(PickTask).where(PickTask.requisition_id == approved.id)).one()
    line = county.scalars(
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

    picked = fulfilment.pick_counted(county, somebody(county, "storekeeper"), count, now=NOW)

    assert picked.line.open_quantity == 0
    assert inventory.prove(county) == []


def test_yudu_starts_its_requisition_from_its_template(county: Session) -> None:
    clinic = somebody(county, "clinic")
    wanted = fulfilment.NewRequisition(facility_id=clinic.facility_id, source=Source.TEMPLATE)

    draft = fulfilment.create(county, clinic, wanted, now=NOW)

    lines = county.scalars(
        select(RequisitionLine).where(RequisitionLine.requisition_id == draft.id)
    ).all()
    assert len(lines) > 10
    assert any(line.amc for line in lines)


def test_the_storekeeper_receives_the_announced_order_by_its_carton(county: Session) -> None:
    order = county.scalars(select(PurchaseOrder).order_by(PurchaseOrder.id)).first()
    carton = county.scalars(
        select(Unit).where(
            Unit.level == UnitLevel.CARTON, Unit.disposition == Disposition.ANNOUNCED
        )
    ).first()
    assert order is not None
    assert carton is not None
    storekeeper = somebody(county, "storekeeper")

    receipt = purchasing.open_receipt(county, storekeeper, order.reference, now=NOW)
    scan = purchasing.ScanRequest(code=carton.code, client_key="first carton")
    scanned = purchasing.scan(county, storekeeper, receipt.reference, scan, now=NOW)

    assert scanned.line.first_count is not None
    assert scanned.line.first_count > 0


def test_yudu_finds_free_slots_on_the_machines_of_the_county(county: Session) -> None:
    exam = county.scalars(select(ExamItem).where(ExamItem.code == "CT-015")).one()
    tomorrow = TODAY + timedelta(days=1)
    query = slots.SlotQuery(exam=exam, days=[tomorrow], now=NOW)

    starts = slots.free_starts(county, query, slots.fitting_devices(county, exam))

    assert slots.earliest(starts, slots.needs_of(exam).ticks, 3)


def test_exactly_the_exams_that_took_place_are_charged(county: Session) -> None:
    performed = county.scalar(select(func.count()).select_from(PerformedExam))
    charged = county.scalar(select(func.count()).select_from(Charge))

    assert performed
    assert charged == performed


def test_past_runs_add_up_and_cost_less_than_fetching_alone(county: Session) -> None:
    runs = county.scalars(select(Run)).all()
    metres = {run.id: run.metres for run in runs}
    shares = {
        run_id: int(shared)
        for run_id, shared in county.execute(
            select(Stop.run_id, func.sum(Stop.metres_share)).group_by(Stop.run_id)
        )
    }

    assert shares == metres
    assert sum(run.metres for run in runs) < sum(run.baseline_metres for run in runs)
