"""The consolidated purchase plan: from every facility's need to orders by supplier (采购计划)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.fulfilment import service as fulfilment
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.db import Json, refusing
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import FacilityId, ItemId, SupplierId
from app.kernel.local_time import local_day
from app.kernel.numbering import issue_number
from app.kernel.rows import as_table, insert_rows
from app.purchasing import queries
from app.purchasing.errors import OrderEmpty, PlanOpen, PlanStateChanged, SupplierMissing
from app.purchasing.models import PlanLine, PurchaseOrder, PurchasePlan, PurchasePlanState, Supplier
from app.purchasing.queries import Offer, PlannedItem
from app.purchasing.service.order_lines import OrderedItem
from app.purchasing.service.ordering import OrderRequest, draft_order
from app.replenishment import service as replenishment
from app.replenishment.rules import Need
from app.replenishment.service import OnTheWay

SUBJECT = "purchase_plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChoice:
    """What the buyer makes of a line: sales packs, and from whom (None: nobody yet)."""

    item_id: ItemId
    packs: int
    supplier_id: SupplierId | None = None


def make_plan(session: Session, actor: Actor, *, now: datetime) -> PurchasePlan:
    """Add up what the county needs, item by item, and advise from whom to buy it.

    The needs are those of replenishment: each facility's limits, its stock and what it awaits
    or asked for as of now, less what is free, arriving and on order at the centre.

    Raises:
        PlanOpen: another plan of the facility is still being adjusted.
    """
    plan = PurchasePlan(
        reference=issue_number(session, "PP", now=now),
        facility_id=actor.facility_id,
        created_at=now,
        user_id=actor.user_id,
    )
    with refusing(session, "uq_purchase_plan_draft", PlanOpen(plan.reference)):
        session.add(plan)
    today = local_day(now)
    needed = _needed(session, plan.facility_id, today=today)
    ids = [need.item_id for need in needed]
    about = queries.planned_items(session, ids)
    offers = queries.best_offers(session, ids, today=today)
    rows = [_row(plan, need, about[need.item_id], offers.get(need.item_id)) for need in needed]
    if rows:
        session.execute(insert_rows(PlanLine, rows))
    _record(session, actor, plan, "created", now=now)
    return plan


def get_plan(session: Session, actor: Actor, reference: str) -> PurchasePlan:
    """Return a plan the actor may see.

    Raises:
        NotFound: there is none, or it is another facility's.
    """
    plan = session.scalars(select(PurchasePlan).where(PurchasePlan.reference == reference)).first()
    if plan is None or not actor.sees(plan.facility_id):
        raise NotFound("plan")
    return plan


def adjust_plan(
    session: Session,
    actor: Actor,
    reference: str,
    choices: Sequence[PlanChoice],
    *,
    now: datetime,
) -> PurchasePlan:
    """Write the buyer's packs and suppliers into a draft, at what each supplier charges today.

    Raises:
        NotFound: the plan is unknown, or another facility's.
        PlanStateChanged: it was ordered or dropped.
    """
    plan = _own_plan(session, actor, reference)
    _step(session, plan, PurchasePlanState.DRAFT)
    if not choices:
        return plan
    given = as_table(
        [PlanLine.item_id, PlanLine.packs, PlanLine.supplier_id],
        [asdict(choice) for choice in choices],
    )
    session.execute(
        update(PlanLine)
        .where(PlanLine.plan_id == plan.id, PlanLine.item_id == given.c.item_id)
        .values(packs=given.c.packs, supplier_id=given.c.supplier_id)
        .execution_options(synchronize_session=False)
    )
    items = [choice.item_id for choice in choices]
    price = queries.price_of_line(PlanLine.supplier_id, PlanLine.item_id, on=local_day(now))
    session.execute(
        update(PlanLine)
        .where(PlanLine.plan_id == plan.id, PlanLine.item_id.in_(items))
        .values(price_fen=price)
        .execution_options(synchronize_session=False)
    )
    return plan


def choices_of(session: Session, typed: Sequence[Json]) -> list[PlanChoice]:
    """Return choices with suppliers named by their codes; an empty code chooses nobody.

    Raises:
        NotFound: a supplier is unknown.
    """
    codes = {row["supplier_code"] for row in typed if row["supplier_code"]}
    rows = session.execute(select(Supplier.code, Supplier.id).where(Supplier.code.in_(codes)))
    ids = {row.code: row.id for row in rows}
    if codes - set(ids):
        raise NotFound("supplier")
    return [
        PlanChoice(
            item_id=row["item_id"],
            packs=row["packs"],
            supplier_id=ids.get(row["supplier_code"]),
        )
        for row in typed
    ]


def drop_plan(session: Session, actor: Actor, reference: str, *, now: datetime) -> PurchasePlan:
    """Give a draft up; nothing is ordered.

    Raises:
        NotFound: the plan is unknown, or another facility's.
        PlanStateChanged: it was ordered or dropped.
    """
    plan = _own_plan(session, actor, reference)
    _step(session, plan, PurchasePlanState.DRAFT, PurchasePlanState.CANCELLED, closed_at=now)
    _record(session, actor, plan, "cancelled", now=now)
    return plan


def order_plan(
    session: Session, actor: Actor, reference: str, expected_on: date, *, now: datetime
) -> list[PurchaseOrder]:
    """Turn a plan into one draft order per supplier, at today's contract prices.

    Raises:
        NotFound: the plan is unknown, or another facility's.
        PlanStateChanged: it was ordered or dropped.
        OrderEmpty: nothing is to be bought.
        SupplierMissing: nobody is chosen for an item.
    """
    plan = _own_plan(session, actor, reference)
    _step(session, plan, PurchasePlanState.DRAFT, PurchasePlanState.ORDERED, closed_at=now)
    wanted: defaultdict[SupplierId, list[OrderedItem]] = defaultdict(list)
    for line in queries.list_plan_lines(session, plan.id):
        if line.packs and line.supplier_id is None:
            raise SupplierMissing(line.item_name, item=line.item_name)
        if line.packs and line.supplier_id is not None:
            wanted[line.supplier_id].append(OrderedItem(item_id=line.item_id, packs=line.packs))
    if not wanted:
        raise OrderEmpty(reference, reference=reference)
    orders = []
    for supplier_id, lines in sorted(wanted.items()):
        request = OrderRequest(
            supplier_id=supplier_id,
            facility_id=plan.facility_id,
            expected_on=expected_on,
            lines=lines,
            plan_id=plan.id,
        )
        orders.append(draft_order(session, actor, request, now=now))
    _record(session, actor, plan, "ordered", now=now)
    return orders


def _needed(session: Session, centre_id: FacilityId, *, today: date) -> list[Need]:
    """Return the items the county lacks or keeps: needs as of now, by their one arithmetic."""
    known = OnTheWay(
        on_order=queries.on_order(session, centre_id),
        pipeline=fulfilment.pipeline(session, centre_id),
    )
    return [need for need in replenishment.needs(session, known, today=today) if need.required]


def _row(plan: PurchasePlan, need: Need, about: PlannedItem, offer: Offer | None) -> Json:
    return {
        "plan_id": plan.id,
        "item_id": about.item_id,
        "item_name": about.name,
        "item_strength": about.strength,
        "base_unit": about.base_unit,
        "pack_unit": about.pack_unit,
        "units_per_pack": about.units_per_pack,
        "suggested_packs": need.packs,
        "packs": need.packs,
        "supplier_id": offer.supplier_id if offer else None,
        "price_fen": offer.price_fen if offer else about.listed_fen,
        "arithmetic": _told(need),
    }


def _told(need: Need) -> Json:
    """Return every piece of the sum, and the facilities that lack something."""
    lacking = [
        {**asdict(each), "proposed": each.proposed, "need": each.lacking}
        for each in need.facilities
        if each.lacking
    ]
    return {
        "per_month": need.per_month,
        "lacking": need.lacking,
        "keep": need.keep,
        "required": need.required,
        **asdict(need.stock),
        "net": need.net,
        "facilities": sorted(lacking, key=lambda each: -each["need"]),
    }


def _own_plan(session: Session, actor: Actor, reference: str) -> PurchasePlan:
    plan = get_plan(session, actor, reference)
    actor.must_act_for(plan.facility_id, "plan")
    return plan


def _step(
    session: Session,
    plan: PurchasePlan,
    expected: PurchasePlanState,
    state: PurchasePlanState | None = None,
    **values: object,
) -> None:
    moved = session.scalars(
        update(PurchasePlan)
        .where(PurchasePlan.id == plan.id, PurchasePlan.state == expected)
        .values(state=state or expected, **values)
        .returning(PurchasePlan.id)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        raise PlanStateChanged(plan.reference, reference=plan.reference)
    session.refresh(plan)


def _record(
    session: Session, actor: Actor, plan: PurchasePlan, action: str, *, now: datetime
) -> None:
    change = Change(subject=(SUBJECT, plan.id), action=action, after={"state": plan.state.value})
    history.record(session, actor, change, now=now)
