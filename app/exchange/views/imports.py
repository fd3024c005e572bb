"""Pages on which sheets are sent, judged and confirmed."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from app.accounts.schemas import second_person
from app.exchange import documents, queries, schemas, service
from app.exchange.models import ImportState
from app.exchange.rules import COLUMNS, ImportKind
from app.exchange.rules.cells import shown
from app.exchange.service import MAY, ONTO_DOCUMENTS, ImportView
from app.inventory import service as inventory
from app.kernel import clock
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId
from app.network import service as network
from app.web.documents.sheet_reader import MOST_BYTES, MOST_ROWS, NotAWorkbook
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.messages.exchange import sentence
from app.web.navigation import Entry, Group
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("imports", __name__)
ANY = tuple(MAY.values())
MOST_SHOWN = 200

NAVIGATION = (
    Entry(
        group=Group.RECORDS,
        order=40,
        label=lazy_gettext("Excel import"),
        endpoint="imports.show_new",
        icon="file-spreadsheet",
        permissions=tuple(MAY[kind] for kind in ImportKind if kind is not ImportKind.COUNT),
    ),
)


@blueprint.get("/imports")
@requires(*ANY)
def show_new() -> str:
    """Show what can be imported, and the imports one made last."""
    query, actor = read_query(schemas.ImportPageSchema), current_actor()
    kinds = [kind for kind in ImportKind if actor.may(MAY[kind])]
    if query["kind"] is not None and query["kind"] not in kinds:
        raise NotFound("import")
    with transaction() as session:
        recent = queries.list_recent(session, actor)
        facilities = network.list_names(session)
        chosen = inventory.choose_facility(session, actor, query["facility_id"])
    visible = [(key, name) for key, name in facilities if actor.sees(FacilityId(key))]
    return render_template(
        "exchange/new.html",
        kinds=_offered(kinds, query),
        query=query,
        chosen=chosen,
        facilities=visible,
        recent=recent,
        most_rows=MOST_ROWS,
        megabytes=MOST_BYTES // 2**20,
    )


def _offered(kinds: list[ImportKind], query: dict[str, Any]) -> list[ImportKind]:
    """Return what can be sent from here: onto a document only from that document's page."""
    if query["target"]:
        return [kind for kind in kinds if kind is (query["kind"] or ImportKind.REQUISITION)]
    return [kind for kind in kinds if kind not in ONTO_DOCUMENTS]


@blueprint.post("/imports")
@requires(*ANY)
@writes
def upload() -> ResponseReturnValue:
    """Judge a sheet; nothing changes yet."""
    form = read_form(schemas.ImportFormSchema)
    file = request.files.get("file")
    if file is None:
        raise NotAWorkbook
    sent = schemas.upload_of(form, file)
    with transaction() as session:
        found = service.upload(session, current_actor(), sent, now=clock.now())
    return redirect(url_for("imports.show", reference=found.reference))


@blueprint.get("/imports/<string:reference>")
@requires(*ANY)
def show(reference: str) -> str:
    """Show what is wrong with a sheet, or what it would do."""
    with transaction() as session:
        found = service.get_import(session, current_actor(), reference)
        names = network.names_of(session, [found.facility_id])
    view = service.view_of(found)
    sheet = service.sheet_from_json(found.cells)
    return render_template(
        "exchange/import.html",
        view=view,
        found=found,
        facility=names[found.facility_id],
        columns=COLUMNS[found.kind],
        headings=[shown(cell) for cell in sheet.headings.cells],
        rows=[(row.number, [shown(cell) for cell in row.cells]) for row in sheet.rows[:MOST_SHOWN]],
        more=max(0, len(sheet.rows) - MOST_SHOWN),
        sentence=sentence,
        after=_after(view),
    )


@blueprint.post("/imports/<string:reference>/confirm")
@requires(*ANY)
@writes
def confirm(reference: str) -> ResponseReturnValue:
    """Apply a sheet whose rows are all good."""
    typed = read_form(schemas.ImportConfirmFormSchema)
    second = second_person(typed, request.remote_addr)
    with transaction() as session:
        found = service.confirm(session, current_actor(), reference, second, now=clock.now())
    flash(_("%(rows)s rows are imported.", rows=found.outcomes["totals"]["rows"]), "success")
    return redirect(url_for("imports.show", reference=reference))


@blueprint.get("/imports/templates/<string:kind>.xlsx")
@requires(*ANY)
def download_template(kind: str) -> Response:
    """Return an empty sheet to fill in."""
    if kind not in list(ImportKind) or not current_actor().may(MAY[ImportKind(kind)]):
        raise NotFound("import")
    return documents.download(documents.template(ImportKind(kind)), f"template-{kind}")


def _after(view: ImportView) -> str | None:
    """Return where to look at what an import did."""
    found = view.found
    if found.state is not ImportState.DONE:
        return None
    if found.kind is ImportKind.REQUISITION:
        return url_for("requisitions.show_requisition", reference=found.target)
    if found.kind is ImportKind.COUNT:
        return url_for("counting.show_count", reference=found.target)
    if found.kind is ImportKind.OPENING:
        return url_for("inventory.list_stock", facility_id=found.facility_id)
    return url_for("catalogue.list_items")
