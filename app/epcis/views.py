"""The page of the exchange of events: documents that came, and whom we call."""

from flask import Blueprint, render_template
from flask_babel import lazy_gettext

from app.epcis import schemas
from app.epcis.queries import overview
from app.kernel.actor import Permission
from app.web.forms import read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.settings import current_settings
from app.web.unit_of_work import transaction

blueprint = Blueprint("epcis", __name__, url_prefix="/event-exchange")

NAVIGATION = (
    Entry(
        group=Group.RECORDS,
        order=6,
        label=lazy_gettext("Exchange of trace events"),
        endpoint="epcis.list_documents",
        icon="arrows-exchange",
        permissions=(Permission.EPCIS_READ,),
    ),
)


@blueprint.get("")
@requires(Permission.EPCIS_READ)
def list_documents() -> str:
    """List the documents that came, newest first, and those whom we call."""
    query = read_query(schemas.DocumentListSchema)
    cursor = decode(query["cursor"], (int,))
    which = (query["shown"] == "troubled", int(cursor[0]) if cursor else None)
    with transaction() as session:
        rows = overview.list_documents(session, current_actor(), which, PAGE_SIZE)
        subscribers = overview.list_subscribers(session, current_actor())
    return render_template(
        "epcis/documents.html",
        page=page_of(rows, lambda row: [row.id]),
        shown=query["shown"],
        subscribers=subscribers,
        may_call=bool(current_settings().epcis_callback_hosts),
    )
