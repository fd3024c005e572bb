"""The page on which a tote before the wrong door is asked for, and redirected (改送)."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.fulfilment import service
from app.fulfilment.queries import redirects as queries
from app.fulfilment.schemas import redirects as schemas
from app.fulfilment.service import Asking, Ruling
from app.kernel import clock
from app.kernel.actor import Permission
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.sealing import label_signer
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("redirects", __name__)
READERS = (Permission.REQUISITION_READ,)
ASKERS = (Permission.DELIVERY_RECEIVE,)
DECIDERS = (Permission.REQUISITION_APPROVE,)

NAVIGATION = (
    Entry(
        group=Group.REQUISITIONS,
        order=75,
        label=lazy_gettext("Redirects"),
        endpoint="redirects.list_redirects",
        icon="arrow-fork",
        permissions=READERS,
    ),
)


@blueprint.get("/redirects")
@requires(*READERS)
def list_redirects() -> str:
    """List totes that turned up at the wrong door, the undecided ones unless all are asked for."""
    query, actor = read_query(schemas.RedirectQuerySchema), current_actor()
    after = decode(query["cursor"], (int,))
    with transaction() as session:
        rows = queries.list_redirects(
            session, actor, only_open=not query["all"], after=after, size=PAGE_SIZE
        )
    return render_template(
        "fulfilment/redirects.html",
        found=page_of(rows, lambda row: [row.id]),
        query=query,
        may_ask=any(actor.may(permission) for permission in ASKERS),
        may_decide=any(actor.may(permission) for permission in DECIDERS),
    )


@blueprint.post("/redirects")
@requires(*ASKERS)
@writes
def ask_redirect() -> ResponseReturnValue:
    """Ask the centre to let a tote stay here."""
    asking = Asking(signer=label_signer(), **read_form(schemas.AskRedirectSchema))
    with transaction() as session:
        asked = service.ask_redirect(session, current_actor(), asking, now=clock.now())
    flash(_("The centre is asked under %(reference)s.", reference=asked.reference), "success")
    return redirect(url_for("redirects.list_redirects"))


@blueprint.post("/redirects/<string:reference>")
@requires(*DECIDERS)
@writes
def decide_redirect(reference: str) -> ResponseReturnValue:
    """Redirect the tote, or let it go where it was sent."""
    ruling = Ruling(**read_form(schemas.RulingSchema))
    with transaction() as session:
        service.decide_redirect(session, current_actor(), reference, ruling, now=clock.now())
    told = (
        _("The tote is redirected; the other facility confirms it.")
        if ruling.approve
        else _("The tote goes where it was sent.")
    )
    flash(told, "success")
    return redirect(url_for("redirects.list_redirects"))
