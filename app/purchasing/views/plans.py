"""Pages of the consolidated purchase plan."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.kernel import clock, history
from app.kernel.actor import Permission
from app.kernel.local_time import local_day
from app.purchasing import queries, service
from app.purchasing.models import PurchasePlanState
from app.purchasing.queries import NOBODY
from app.purchasing.schemas import plans as schemas
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("plans", __name__, url_prefix="/purchasing/plans")
READ, ORDER = Permission.PURCHASING_READ, Permission.PURCHASING_ORDER
USUAL_WAIT = timedelta(days=5)


@blueprint.get("")
@requires(READ)
def list_plans() -> str:
    """List purchase plans, newest first."""
    cursor = decode(read_query(schemas.PlanListQuerySchema)["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    with transaction() as session:
        rows = queries.list_plans(session, current_actor(), before, PAGE_SIZE)
    plans = page_of(rows, lambda row: [row.plan_id])
    return render_template("purchasing/plans.html", plans=plans)


@blueprint.post("")
@requires(ORDER)
@writes
def make_plan() -> ResponseReturnValue:
    """Add up what the county needs, and open the plan."""
    with transaction() as session:
        plan = service.make_plan(session, current_actor(), now=clock.now())
    return redirect(url_for("plans.show_plan", reference=plan.reference))


@blueprint.get("/<reference>")
@requires(READ)
def show_plan(reference: str) -> str:
    """Show a plan, supplier by supplier, with the arithmetic of each line."""
    query, actor, today = (
        read_query(schemas.PlanQuerySchema),
        current_actor(),
        local_day(clock.now()),
    )
    with transaction() as session:
        plan = service.get_plan(session, actor, reference)
        shares = queries.plan_shares(session, plan.id)
        first = (shares[0].supplier_code or NOBODY) if shares else ""
        chosen = query["supplier"] or first
        lines = queries.list_plan_lines(session, plan.id, chosen)
        suppliers = queries.list_suppliers(session, today=today)
        orders = queries.orders_of_plan(session, plan.id)
        changes = history.list_changes(session, "purchase_plan", plan.id)
    may_work = actor.may(ORDER) and plan.facility_id in actor.facility_ids
    return render_template(
        "purchasing/plan.html",
        plan=plan,
        shares=shares,
        chosen=chosen,
        lines=lines,
        suppliers=suppliers,
        orders=orders,
        changes=changes,
        nobody=NOBODY,
        editing=may_work and plan.state is PurchasePlanState.DRAFT,
        usual_day=today + USUAL_WAIT,
    )


@blueprint.post("/<reference>/choices")
@requires(ORDER)
@writes
def adjust(reference: str) -> ResponseReturnValue:
    """Keep the buyer's packs and suppliers."""
    typed, actor, now = read_form(schemas.PlanForm), current_actor(), clock.now()
    with transaction() as session:
        choices = service.choices_of(session, typed)
        service.adjust_plan(session, actor, reference, choices, now=now)
    flash(_("The plan is saved."), "success")
    return redirect(url_for("plans.show_plan", reference=reference))


@blueprint.post("/<reference>/orders")
@requires(ORDER)
@writes
def order(reference: str) -> ResponseReturnValue:
    """Turn a plan into one draft order per supplier."""
    day, actor = read_form(schemas.PlanOrdersSchema)["expected_on"], current_actor()
    with transaction() as session:
        orders = service.order_plan(session, actor, reference, day, now=clock.now())
    flash(
        _("%(count)s orders were drafted. Submit each for approval.", count=len(orders)), "success"
    )
    return redirect(url_for("plans.show_plan", reference=reference))


@blueprint.post("/<reference>/cancellation")
@requires(ORDER)
@writes
def drop(reference: str) -> ResponseReturnValue:
    """Give a draft up."""
    with transaction() as session:
        service.drop_plan(session, current_actor(), reference, now=clock.now())
    return redirect(url_for("plans.list_plans"))
