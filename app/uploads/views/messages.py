"""Pages of uploads: where the day's messages stand, what failed and what to do about it."""

import json
from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from flask_babel import gettext as _
from werkzeug import Response

from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import FacilityId, ItemId, LotId, UploadId
from app.uploads import queries, schemas, service
from app.uploads.queries import UploadQuery
from app.uploads.rules import UploadKind, UploadState
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.messages.uploads import GAPS, MENDED
from app.web.navigation import Entry, Group
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.settings import current_settings
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("uploads", __name__, url_prefix="/uploads")
READ, MEND = Permission.UPLOADS_READ, Permission.UPLOADS_MEND
COVERED = timedelta(days=30)

NAVIGATION = (
    Entry(
        group=Group.RECORDS,
        order=5,
        label=lazy_gettext("Trace code uploads"),
        endpoint="uploads.show_overview",
        icon="cloud-upload",
        permissions=(READ,),
        covers=("bills",),
    ),
)


@blueprint.get("")
@requires(READ)
def show_overview() -> str:
    """Show today's share by facility, what waits, why messages failed, and the coverage."""
    moment = clock.now()
    with transaction() as session:
        figures = service.overview(session, current_actor(), COVERED, now=moment)
    return render_template(
        "uploads/overview.html",
        figures=figures,
        connected=bool(current_settings().upload_url),
        **_words(),
    )


@blueprint.get("/messages")
@requires(READ)
def list_messages() -> str:
    """List messages, newest first."""
    query = read_query(schemas.UploadQuerySchema)
    cursor = decode(query.pop("cursor"), (int,))
    wanted = UploadQuery(**query, before=int(cursor[0]) if cursor else None)
    with transaction() as session:
        rows = service.list_uploads(session, current_actor(), wanted, PAGE_SIZE)
        facilities = service.facilities_of(session, current_actor())
    return render_template(
        "uploads/messages.html",
        page=page_of(rows, lambda row: [row.id]),
        query=wanted,
        kinds=list(UploadKind),
        states=list(UploadState),
        facilities=facilities,
        **_words(),
    )


@blueprint.get("/messages/<int:upload_id>")
@requires(READ)
def show_message(upload_id: int) -> str:
    """Show one message: what it says and what it went through."""
    with transaction() as session:
        row = service.get_upload(session, current_actor(), UploadId(upload_id))
        body = queries.find_body(session, row.id)
        notes = queries.list_notes(session, row.id)
    text = json.dumps(body, ensure_ascii=False, indent=2) if body else ""
    return render_template("uploads/message.html", message=row, body=text, notes=notes, **_words())


@blueprint.post("/messages/<int:upload_id>/retry")
@requires(MEND)
@writes
def retry(upload_id: int) -> Response:
    """Tell a failed message again."""
    reason = read_form(schemas.UploadReasonSchema)["reason"]
    with transaction() as session:
        service.retry(session, current_actor(), UploadId(upload_id), reason, now=clock.now())
    flash(_("It is told again within the next minute."), "success")
    return redirect(url_for("uploads.show_message", upload_id=upload_id))


@blueprint.post("/retries")
@requires(MEND)
@writes
def retry_all() -> Response:
    """Tell all messages again that failed for one cause."""
    cause, reason = read_form(schemas.CauseSchema)
    with transaction() as session:
        count = service.retry_all(session, current_actor(), cause, reason, now=clock.now())
    flash(
        ngettext("%(num)d message is told again.", "%(num)d messages are told again.", count),
        "success",
    )
    return redirect(url_for("uploads.show_overview"))


@blueprint.get("/gaps")
@requires(READ)
def list_gaps() -> str:
    """List master data that messages wait for, each with a field to fill in."""
    actor = current_actor()
    with transaction() as session:
        gaps = {
            "facilities": queries.list_facility_gaps(session, actor),
            "items": queries.list_item_gaps(session, actor),
            "lots": queries.list_lot_gaps(session, actor),
        }
    return render_template("uploads/gaps.html", gaps=gaps, **_words())


@blueprint.post("/gaps/facilities/<int:facility_id>")
@requires(MEND)
@writes
def name_facility(facility_id: int) -> Response:
    """Enter a facility's number with the insurance."""
    code = read_form(schemas.InsuranceCodeSchema)["number"]
    with transaction() as session:
        service.name_facility(
            session, current_actor(), FacilityId(facility_id), code, now=clock.now()
        )
    return _mended()


@blueprint.post("/gaps/items/<int:item_id>")
@requires(MEND)
@writes
def name_item(item_id: int) -> Response:
    """Enter an item's insurance code."""
    code = read_form(schemas.InsuranceCodeSchema)["number"]
    with transaction() as session:
        service.name_item(session, current_actor(), ItemId(item_id), code, now=clock.now())
    return _mended()


@blueprint.post("/gaps/lots/<int:lot_id>")
@requires(MEND)
@writes
def date_lot(lot_id: int) -> Response:
    """Enter the day a lot was made."""
    made_on = read_form(schemas.MadeOnSchema)["made_on"]
    with transaction() as session:
        service.date_lot(session, current_actor(), LotId(lot_id), made_on, now=clock.now())
    return _mended()


def gap_text(fact: str) -> str:
    """Return what people call a fact that a message lacks."""
    return gettext(GAPS.get(fact, fact))


def _words() -> dict[str, object]:
    may_mend = current_actor().may(MEND)
    return {"gap": gap_text, "mended": MENDED, "may_mend": may_mend}


def _mended() -> Response:
    flash(_("Saved. The messages that waited for it go out by themselves."), "success")
    return redirect(url_for("uploads.list_gaps"))
