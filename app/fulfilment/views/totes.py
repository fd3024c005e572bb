"""Pages of totes: check, seal, label, and what waits for a vehicle."""

from datetime import timedelta

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
from app.fulfilment.queries import totes as queries
from app.fulfilment.rules import ToteState
from app.fulfilment.schemas import forms
from app.fulfilment.schemas.requisitions import RequisitionReasonSchema
from app.fulfilment.schemas.totes import ToteQuerySchema
from app.fulfilment.service import Dissolving
from app.kernel import clock, history
from app.kernel.actor import Permission
from app.kernel.local_time import local_day
from app.kernel.signing import Printed
from app.traceability.rules import contents
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.sealing import label_signer
from app.web.symbols import qr
from app.web.unit_of_work import transaction
from app.web.writes import posting_key, writes

blueprint = Blueprint("totes", __name__)
TRAVELLING = timedelta(days=60)
PICKERS = (Permission.REQUISITION_PICK,)
READERS = (Permission.REQUISITION_PICK, Permission.DELIVERY_READ)
SHOWN = (
    ToteState.PACKED,
    ToteState.CHECKED,
    ToteState.SEALED,
    ToteState.LOADED,
    ToteState.HANDED_OVER,
    ToteState.RETURNED,
    ToteState.OPEN,
    ToteState.RECEIVED,
)

NAVIGATION = (
    Entry(
        group=Group.REQUISITIONS,
        order=40,
        label=lazy_gettext("Totes"),
        endpoint="totes.list_totes",
        icon="box",
        permissions=READERS,
    ),
)


@blueprint.get("/totes")
@requires(*READERS)
def list_totes() -> str:
    """List totes of one state, the oldest first; those waiting for their check by default."""
    query, actor = read_query(ToteQuerySchema), current_actor()
    state = query["state"] or ToteState.PACKED
    after = decode(query["cursor"], (int,))
    with transaction() as session:
        wanted = ((state,), local_day(clock.now()))
        rows = queries.list_totes(session, actor, wanted, after=after, size=PAGE_SIZE)
        counts = queries.count_totes(session, actor)
    return render_template(
        "fulfilment/totes.html",
        totes=page_of(rows, lambda row: [row.id]),
        state=state,
        states=SHOWN,
        counts=counts,
    )


@blueprint.get("/totes/<string:code>")
@requires(*READERS)
def show_tote(code: str) -> str:
    """Show a tote: the blind check while it waits for one, its contents afterwards."""
    with transaction() as session:
        tote = service.get_tote(session, current_actor(), code)
        contents = queries.list_contents(session, [tote.id])[tote.id]
        return render_template(
            "fulfilment/tote.html",
            tote=tote,
            names=queries.tote_names(session, tote.id),
            contents=contents,
            lots=queries.by_lot(contents),
            changes=history.list_changes(session, "tote", tote.id),
            leaving=[row.position for row in contents if row.may_leave(local_day(clock.now()))],
        )


@blueprint.get("/totes/<string:code>/label")
@requires(*READERS)
def print_label(code: str) -> str:
    """Show the tote's label, 50 × 30 mm, for printing."""
    with transaction() as session:
        tote = service.get_tote(session, current_actor(), code)
        names = queries.tote_names(session, tote.id)
    name = _("QR code of %(code)s", code=tote.code)
    symbol = qr(_link(tote.code, names.requisition)).svg(name)
    return render_template("fulfilment/tote_label.html", tote=tote, names=names, qr=symbol)


@blueprint.get("/totes/<string:code>/label.pdf")
@requires(*READERS)
def download_label(code: str) -> Response:
    """Return the tote's label as PDF."""
    with transaction() as session:
        tote = service.get_tote(session, current_actor(), code)
        names = queries.tote_names(session, tote.id)
    response = make_response(documents.tote_label(tote, names, _link(tote.code, names.requisition)))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{tote.code}.pdf"'
    return response


def _link(code: str, requisition: str) -> str:
    """Return the sealed link a label carries; a tote's journey is over long before it ends."""
    until = local_day(clock.now()) + TRAVELLING
    seal = label_signer().seal(Printed(code, (requisition,), until))
    return contents.own_link(request.url_root.rstrip("/"), code, seal)


@blueprint.post("/totes/<string:code>/check")
@requires(*PICKERS)
@writes
def check(code: str) -> ResponseReturnValue:
    """Compare a second count with what was picked."""
    counts = read_form(forms.CheckForm)
    with transaction() as session:
        service.check(session, current_actor(), code, counts, now=clock.now())
    flash(_("The count of tote %(tote)s is right. Seal it.", tote=code), "success")
    return _back(code)


@blueprint.post("/totes/<string:code>/seal")
@requires(*PICKERS)
@writes
def seal(code: str) -> ResponseReturnValue:
    """Close a checked tote for good; its label can be printed."""
    with transaction() as session:
        service.seal(session, current_actor(), code, now=clock.now())
    flash(_("Tote %(tote)s is sealed. Print its label.", tote=code), "success")
    return _back(code)


@blueprint.post("/totes/<string:code>/close")
@requires(*PICKERS)
@writes
def close(code: str) -> ResponseReturnValue:
    """Say that a tote is full; the next pick opens another."""
    with transaction() as session:
        service.close_tote(session, current_actor(), code)
    flash(_("Tote %(tote)s is full. The next pick opens another.", tote=code))
    return _back(code)


@blueprint.post("/totes/<string:code>/release")
@requires(*PICKERS)
@writes
def release(code: str) -> ResponseReturnValue:
    """Let a returned tote go out with a later run."""
    with transaction() as session:
        service.release_again(session, current_actor(), code, now=clock.now())
    flash(_("Tote %(tote)s waits for the next run.", tote=code), "success")
    return _back(code)


@blueprint.post("/totes/<string:code>/dissolve")
@requires(*PICKERS)
@writes
def dissolve(code: str) -> ResponseReturnValue:
    """Lay the goods of a returned tote back into their bins."""
    reason = read_form(RequisitionReasonSchema)["reason"]
    wanted = Dissolving(code=code, reason=reason, key=posting_key())
    with transaction() as session:
        service.dissolve(session, current_actor(), wanted, now=clock.now())
    flash(_("Tote %(tote)s is dissolved; its goods are back in their bins.", tote=code), "success")
    return _back(code)


@blueprint.post("/totes/<string:code>/reopen")
@requires(*PICKERS)
@writes
def reopen(code: str) -> ResponseReturnValue:
    """Open a sealed tote in which a lot may not leave; its pick list is open again."""
    reason = read_form(RequisitionReasonSchema)["reason"]
    wanted = Dissolving(code=code, reason=reason, key=posting_key())
    with transaction() as session:
        opened = service.reopen(session, current_actor(), wanted, now=clock.now())
    if opened.added:
        told = _("Tote %(tote)s is open. Other lots are on the pick list.", tote=code)
        flash(told, "success")
    else:
        told = _("Tote %(tote)s is open. No other lot fills the line: it is a shortage.", tote=code)
        flash(told, "warning")
    return redirect(url_for("picking.show_task", reference=opened.task.reference))


@blueprint.post("/totes/<string:code>/contents/<int:position>/take-out")
@requires(*PICKERS)
@writes
def take_out(code: str, position: int) -> ResponseReturnValue:
    """Put one content back into its bin."""
    with transaction() as session:
        service.take_out(session, current_actor(), (code, position), posting_key(), now=clock.now())
    flash(_("It is back in its bin. Allocate again to pick it anew."), "warning")
    return _back(code)


def _back(code: str) -> ResponseReturnValue:
    return redirect(url_for("totes.show_tote", code=code))
