"""Pages of counting: the list, the counter's phone, review and result, the policy."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from werkzeug import Response

from app.counting import documents, queries, schemas, service
from app.counting.queries import SheetQuery, SheetRow
from app.counting.rules import SheetState
from app.inventory import queries as stock
from app.inventory import service as inventory
from app.kernel import clock, history
from app.kernel.actor import Actor, Permission
from app.kernel.errors import NotFound
from app.kernel.ids import CountLineId
from app.web.downloads import pdf_response
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.search import Hit
from app.web.unit_of_work import transaction
from app.web.writes import posting_key, writes

blueprint = Blueprint("counting", __name__, url_prefix="/counting")
READ, COUNT = Permission.INVENTORY_READ, Permission.COUNTING_COUNT
APPROVE = Permission.COUNTING_APPROVE
BLIND = (SheetState.PROPOSED, SheetState.COUNTING)

NAVIGATION = (
    Entry(
        group=Group.STOCK,
        order=30,
        label=lazy_gettext("Stock counts"),
        endpoint="counting.list_counts",
        icon="clipboard-check",
        permissions=(READ,),
    ),
)


@blueprint.get("")
@requires(READ)
def list_counts() -> str:
    """List counts: what is proposed, being counted, to approve."""
    query, actor = read_query(schemas.CountQuerySchema), current_actor()
    cursor = decode(query["cursor"], (int,))
    wanted = SheetQuery(whole=query["all"], before=int(cursor[0]) if cursor else None)
    with transaction() as session:
        rows = queries.list_sheets(session, actor, wanted, PAGE_SIZE)
        sites = stock.list_sites(session, actor.facility_ids)
    return render_template(
        "counting/list.html",
        page=page_of(rows, lambda row: [row.id]),
        query=query,
        sites=sites,
        own=actor.facility_ids,
        may_count=actor.may(COUNT),
    )


@blueprint.post("")
@requires(COUNT)
@writes
def open_count() -> Response:
    """Open a count of chosen shelves and go to the phone's page."""
    typed, actor = read_form(schemas.NewCountSchema), current_actor()
    with transaction() as session:
        wanted = schemas.new_count(typed, actor.facility_id)
        sheet = service.open_count(session, actor, wanted, now=clock.now())
    return redirect(url_for("counting.show_phone", reference=sheet.reference))


@blueprint.get("/policy")
@requires(COUNT, APPROVE)
def show_policy() -> str:
    """Show how the facility counts, and how its items are classed."""
    actor = current_actor()
    with transaction() as session:
        policy = service.policy_of(session, actor.facility_id)
        classes = service.classes_of(session, actor.facility_id, now=clock.now())
    kinds = [kind.value for kind in classes.values()]
    return render_template(
        "counting/policy.html",
        policy=policy,
        sizes={kind: kinds.count(kind) for kind in ("a", "b", "c")},
        may_change=actor.may(APPROVE),
    )


@blueprint.post("/policy")
@requires(APPROVE)
@writes
def change_policy() -> Response:
    """Set how the facility counts."""
    policy, actor = read_form(schemas.PolicySchema), current_actor()
    with transaction() as session:
        service.change_policy(session, actor, actor.facility_id, policy, now=clock.now())
    flash(_("Saved."), "success")
    return redirect(url_for("counting.show_policy"))


@blueprint.get("/<string:reference>")
@requires(READ)
def show_count(reference: str) -> str:
    """Show a count: progress while it is blind, then differences with their value."""
    actor = current_actor()
    with transaction() as session:
        row = _found(session, actor, reference)
        sheet = service.get_sheet(session, actor, reference)
        found = [] if row.state in BLIND else service.differences(session, sheet)
        lines = queries.list_lines(session, row.id)
        changes = history.list_changes(session, "count_sheet", row.id)
        counters = queries.counters_of(session, row.id)
    differing = [one for one in found if one.difference or one.strays]
    return render_template(
        "counting/sheet.html",
        sheet=row,
        lines=lines,
        found=found,
        differing=differing,
        total_fen=sum(one.value_fen for one in found),
        seen=service.seen(found),
        controlled=any(line.is_controlled for line in lines),
        changes=changes,
        may_count=actor.may(COUNT) and row.facility_id in actor.facility_ids,
        may_approve=actor.may(APPROVE) and actor.user_id not in counters,
    )


@blueprint.get("/<string:reference>/count")
@requires(COUNT)
def show_phone(reference: str) -> str:
    """Show the counter's phone: bins, and the lines of one of them, without the book."""
    chosen, actor = read_query(schemas.CountPageSchema)["bin"].upper(), current_actor()
    with transaction() as session:
        row = _found(session, actor, reference)
        service.own_sheet(session, actor, reference)
        lines = queries.list_lines(session, row.id)
        bins = [place.code for place in inventory.list_bins(session, row.facility_id)]
    codes = list(dict.fromkeys(line.place_code for line in lines))
    here = chosen if chosen in bins else next(iter(codes), "")
    progress = [
        (
            code,
            sum(line.counted is not None for line in lines if line.place_code == code),
            sum(line.place_code == code for line in lines),
        )
        for code in codes
    ]
    return render_template(
        "counting/phone.html",
        sheet=row,
        here=here,
        progress=progress,
        lines=[line for line in lines if line.place_code == here],
        left=sum(line.counted is None for line in lines),
        items={line.item_code: f"{line.item_name} {line.strength}" for line in lines},
    )


@blueprint.post("/<string:reference>/start")
@requires(COUNT)
@writes
def start(reference: str) -> Response:
    """Begin a count the plan proposed."""
    with transaction() as session:
        service.start(session, current_actor(), reference, now=clock.now())
    return redirect(url_for("counting.show_phone", reference=reference))


@blueprint.post("/<string:reference>/lots")
@requires(COUNT)
@writes
def add_found_lot(reference: str) -> Response:
    """Add a lot that lies on the shelf but not in the book."""
    found = read_form(schemas.FoundLotSchema)
    with transaction() as session:
        told = (reference, found)
        service.add_found_lot(session, current_actor(), told, posting_key(), now=clock.now())
    flash(_("The lot is on the sheet."), "success")
    return redirect(url_for("counting.show_phone", reference=reference, bin=found.bin))


@blueprint.post("/<string:reference>/finish")
@requires(COUNT)
@writes
def finish(reference: str) -> Response:
    """Close the counting."""
    with transaction() as session:
        service.finish(session, current_actor(), reference, now=clock.now())
    flash(_("Counted. Somebody who did not count approves the differences."), "success")
    return redirect(url_for("counting.show_count", reference=reference))


@blueprint.post("/<string:reference>/recount")
@requires(COUNT, APPROVE)
@writes
def ask_recount(reference: str) -> Response:
    """Open lines for another blind count."""
    line_ids = [CountLineId(line_id) for line_id in read_form(schemas.RecountSchema)["line_id"]]
    with transaction() as session:
        asked = (reference, line_ids)
        service.ask_recount(session, current_actor(), asked, now=clock.now())
    flash(_("%(count)s lines are to be counted again.", count=len(line_ids)), "success")
    return redirect(url_for("counting.show_count", reference=reference))


@blueprint.post("/<string:reference>/approval")
@requires(APPROVE)
@writes
def approve(reference: str) -> Response:
    """Post the differences."""
    typed, actor = read_form(schemas.CountApprovalSchema), current_actor()
    given = schemas.credentials(typed, request.remote_addr)
    wanted = schemas.approval(typed, reference)
    with transaction() as session:
        second = service.cosigner(session, actor, given, now=clock.now())
        service.approve(session, actor, wanted, second, now=clock.now())
    flash(_("The differences are in the book, dated when they were counted."), "success")
    return redirect(url_for("counting.show_count", reference=reference))


@blueprint.post("/<string:reference>/cancel")
@requires(COUNT)
@writes
def cancel(reference: str) -> Response:
    """Give a count up."""
    reason = read_form(schemas.CountReasonSchema)["reason"]
    with transaction() as session:
        service.cancel(session, current_actor(), reference, reason, now=clock.now())
    return redirect(url_for("counting.show_count", reference=reference))


@blueprint.get("/<string:reference>/blank.pdf")
@requires(READ)
def download_blank(reference: str) -> Response:
    """Return the blind sheet to count on paper (盘点表)."""
    with transaction() as session:
        row = _found(session, current_actor(), reference)
        lines = queries.list_lines(session, row.id)
    return pdf_response(documents.blank_sheet(row, lines), f"{reference}.pdf")


@blueprint.get("/<string:reference>/result.pdf")
@requires(READ)
def download_result(reference: str) -> Response:
    """Return the result with differences and value (盘点结果)."""
    actor = current_actor()
    with transaction() as session:
        row = _found(session, actor, reference)
        if row.state in BLIND:
            raise NotFound("count")
        found = service.differences(session, service.get_sheet(session, actor, reference))
    return pdf_response(documents.result(row, found), f"{reference}-result.pdf")


def find_counts(session: Session, actor: Actor, text: str) -> Sequence[Hit]:
    """Find a count by its reference for the search field."""
    if not actor.may(READ) or not text.upper().startswith("PD-"):
        return []
    row = queries.find_sheet(session, actor, text.upper())
    if row is None:
        return []
    href = url_for("counting.show_count", reference=row.reference)
    return [Hit(kind="document", title=row.reference, detail=row.facility, href=href, exact=True)]


def _found(session: Session, actor: Actor, reference: str) -> SheetRow:
    row = queries.find_sheet(session, actor, reference)
    if row is None:
        raise NotFound("count")
    return row
