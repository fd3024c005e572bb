"""The page of patients to call back: who holds a pack that should not have left."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug import Response

from app.capture import queries, schemas, service
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import CallBackId
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("call_backs", __name__, url_prefix="/call-backs")
READ, CALL = Permission.TRACEABILITY_READ, Permission.DISPENSING_DISPENSE

NAVIGATION = (
    Entry(
        group=Group.DISPENSING,
        order=40,
        label=lazy_gettext("Patients to call back"),
        endpoint="call_backs.list_call_backs",
        icon="phone",
        permissions=(READ,),
    ),
)


@blueprint.get("")
@requires(READ)
def list_call_backs() -> str:
    """List patients who hold a pack that was given twice, or recalled meanwhile."""
    query, actor = read_query(schemas.CallBackQuerySchema), current_actor()
    cursor = decode(query["cursor"], (int,))
    before = int(cursor[0]) if cursor else None
    with transaction() as session:
        rows = queries.list_call_backs(session, actor, before, PAGE_SIZE, whole=query["all"])
    return render_template(
        "capture/call_backs.html",
        page=page_of(rows, lambda row: [row.id]),
        query=query,
        own=actor.facility_ids,
        may_call=actor.may(CALL),
    )


@blueprint.post("/<int:call_back_id>/result")
@requires(CALL)
@writes
def close_call_back(call_back_id: int) -> Response:
    """Write down what a call to the patient came to."""
    result = read_form(schemas.CallBackResultSchema)["result"]
    with transaction() as session:
        service.close_call_back(
            session, current_actor(), CallBackId(call_back_id), result, now=clock.now()
        )
    flash(_("Written down."), "success")
    return redirect(url_for("call_backs.list_call_backs"))
