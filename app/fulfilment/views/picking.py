"""Pages of pick lists."""

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.fulfilment import documents, service
from app.fulfilment.queries import picking as queries
from app.fulfilment.queries import requisitions
from app.fulfilment.queries.overrides import overrides_of
from app.fulfilment.rules import BY_HAND, LotReason
from app.fulfilment.schemas import forms
from app.fulfilment.schemas.totes import CursorSchema
from app.fulfilment.service import CountPick
from app.kernel import clock
from app.kernel.actor import Permission
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import posting_key, writes

blueprint = Blueprint("picking", __name__)
PICKERS = (Permission.REQUISITION_PICK,)

NAVIGATION = (
    Entry(
        group=Group.REQUISITIONS,
        order=30,
        label=lazy_gettext("Picking"),
        endpoint="picking.list_tasks",
        icon="basket",
        permissions=PICKERS,
    ),
)


@blueprint.get("/picking")
@requires(*PICKERS)
def list_tasks() -> str:
    """List the open pick lists, the oldest first."""
    after = decode(read_query(CursorSchema)["cursor"], (int,))
    with transaction() as session:
        rows = queries.list_pick_tasks(session, current_actor(), after=after, size=PAGE_SIZE)
    return render_template("fulfilment/pick_tasks.html", tasks=page_of(rows, lambda row: [row.id]))


@blueprint.get("/picking/<string:reference>")
@requires(*PICKERS)
def show_task(reference: str) -> str:
    """Show a pick list in walking order; htmx refreshes the lines alone."""
    actor, now = current_actor(), clock.now()
    with transaction() as session:
        task = service.get_task(session, actor, reference)
        lines = queries.list_pick_lines(session, task.id)
        swaps = actor.may(Permission.REQUISITION_APPROVE) and task.done_at is None
        context = {
            "task": task,
            "names": requisitions.names_of(session, task.requisition_id),
            "lines": lines,
            "totes": requisitions.totes_of(session, task.requisition_id),
            "reasons": BY_HAND,
            "overrides": overrides_of(session, task.requisition_id),
            "lot_reasons": list(LotReason),
            "choosable": service.lots_to_swap(session, task, now=now) if swaps else {},
        }
    part = request.headers.get("HX-Request") == "true"
    page = "fulfilment/_pick_lines.html" if part else "fulfilment/pick_task.html"
    return render_template(page, **context)


@blueprint.get("/picking/<string:reference>.pdf")
@requires(*PICKERS)
def download_list(reference: str) -> Response:
    """Return the pick list for paper (拣货单)."""
    with transaction() as session:
        task = service.get_task(session, current_actor(), reference)
        names = requisitions.names_of(session, task.requisition_id)
        lines = queries.list_pick_lines(session, task.id)
        by_hand = overrides_of(session, task.requisition_id)
    told = documents.pick_list((task, names), lines, by_hand, printed_at=clock.now())
    response = make_response(told)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{reference}.pdf"'
    return response


@blueprint.post("/picking/<string:reference>/lines/<int:position>")
@requires(*PICKERS)
@writes
def pick_line(reference: str, position: int) -> ResponseReturnValue:
    """Pick goods without codes by lot and quantity."""
    form = read_form(forms.PickForm)
    pick = CountPick(
        task=reference,
        position=position,
        lot_number=form["lot"],
        quantity=form["quantity"],
        key=posting_key(),
    )
    with transaction() as session:
        picked = service.pick_counted(session, current_actor(), pick, now=clock.now())
    flash(_("Line %(line)s went into tote %(tote)s.", line=position, tote=picked.tote.code))
    return _back(reference)


@blueprint.post("/picking/<string:reference>/lines/<int:position>/short")
@requires(*PICKERS)
@writes
def report_short(reference: str, position: int) -> ResponseReturnValue:
    """Settle a line with less than it asks."""
    reason = read_form(forms.ShortForm)["reason"]
    with transaction() as session:
        settled = service.report_short(
            session, current_actor(), (reference, position), reason, now=clock.now()
        )
    if settled.added:
        flash(_("%(count)s lines were added from other lots.", count=settled.added))
    if settled.lacking:
        flash(_("Line %(line)s is settled with a shortage.", line=position), "warning")
    return _back(reference)


@blueprint.post("/picking/<string:reference>/lines/<int:position>/lot")
@requires(Permission.REQUISITION_APPROVE)
@writes
def swap_lot(reference: str, position: int) -> ResponseReturnValue:
    """Take another lot than the one that expires first, for a reason."""
    choice, named = read_form(forms.LotForm), (reference, position)
    with transaction() as session:
        swap = service.swap_lot(session, current_actor(), named, choice, now=clock.now())
    if swap.left:
        told = _("Lot %(lot)s gives %(taken)s; %(left)s stay with the old lot.")
        flash(told % {"lot": swap.lot_number, "taken": swap.taken, "left": swap.left}, "warning")
    else:
        flash(_("The line is taken from lot %(lot)s now.", lot=swap.lot_number), "success")
    return _back(reference)


@blueprint.post("/picking/<string:reference>/reallocate")
@requires(*PICKERS)
@writes
def reallocate(reference: str) -> ResponseReturnValue:
    """Find other lots where a lot was frozen or its promise lapsed."""
    with transaction() as session:
        added = service.reallocate(session, current_actor(), reference, now=clock.now())
    flash(_("%(count)s lines were added from other lots.", count=added))
    return _back(reference)


@blueprint.post("/picking/<string:reference>/finish")
@requires(*PICKERS)
@writes
def finish(reference: str) -> ResponseReturnValue:
    """End picking; the totes wait for their check."""
    with transaction() as session:
        service.finish(session, current_actor(), reference, now=clock.now())
    flash(_("Picking is finished. The totes wait for their check."), "success")
    return redirect(url_for("totes.list_totes", state="packed"))


def _back(reference: str) -> ResponseReturnValue:
    return redirect(url_for("picking.show_task", reference=reference))
