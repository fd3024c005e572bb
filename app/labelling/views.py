"""Pages of labelling: choose, look, print, print again."""

from collections.abc import Sequence

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from sqlalchemy.orm import Session

from app.equipment import queries as equipment
from app.kernel import clock
from app.kernel.actor import Actor, Permission
from app.kernel.errors import NotFound
from app.kernel.local_time import local_day
from app.labelling import documents, queries, schemas, service
from app.labelling.documents import Sheet
from app.labelling.models import LabelPrint
from app.labelling.rules import GRIDS, LabelSource, Layout, SymbolKind
from app.labelling.service import Choice
from app.labelling.service.printing import repeated
from app.traceability.rules import device_key, recognise
from app.web.downloads import pdf_response
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.sealing import label_signer
from app.web.search import Hit
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("labels", __name__, url_prefix="/labels")
PRINT = Permission.LABEL_PRINT
WHOLE = (LabelSource.BINS, LabelSource.TOTES, LabelSource.DEVICES)
"""Sources of which everything is shown where nothing is named."""

NAVIGATION = (
    Entry(
        group=Group.STOCK,
        order=95,
        label=lazy_gettext("Print labels"),
        endpoint="labels.show_labels",
        icon="tag",
        permissions=(PRINT,),
    ),
)


@blueprint.get("")
@requires(PRINT)
def show_labels() -> str:
    """Choose what to label, from a receipt, a lot, a code, the bins, totes or machines."""
    query, actor = read_query(schemas.LabelQuerySchema), current_actor()
    sources = [source for source in LabelSource if service.may_choose(actor, source)]
    source = query["source"] or next(iter(sources), LabelSource.CODE)
    with transaction() as session:
        labels = []
        if query["named"] or source in WHOLE:
            choice = Choice(source=source, named=query["named"])
            labels = service.choose(session, actor, choice, on=local_day(clock.now()))
        prints = queries.list_prints(session, actor)
    return render_template(
        "labelling/labels.html",
        labels=labels,
        source=source,
        sources=sources,
        named=query["named"],
        layouts=list(Layout),
        symbols=list(SymbolKind),
        prints=prints,
    )


@blueprint.get("/preview")
@requires(PRINT)
def show_preview() -> str:
    """Show the first page of what is about to be printed, and how many labels it is."""
    wanted, actor = read_query(schemas.PreviewSchema), current_actor()
    with transaction() as session:
        found = service.choose(session, actor, wanted.choice, on=local_day(clock.now()))
    counted = repeated(found, wanted)
    sheet = Sheet(
        labels=[label for label, count in counted for _ in range(count)],
        layout=wanted.layout,
        symbol=wanted.symbol,
        skip=wanted.skip,
        root=_root(),
        signer=label_signer(),
    )
    return render_template("labelling/_preview.html", sheet=sheet, **_shown(sheet, 0))


@blueprint.post("")
@requires(PRINT)
@writes
def print_labels() -> ResponseReturnValue:
    """Write down what is printed, and lead to it."""
    wanted = read_form(schemas.LabelForm)
    with transaction() as session:
        printed = service.print_labels(session, current_actor(), wanted, now=clock.now())
    return redirect(url_for("labels.show_print", reference=printed.reference))


@blueprint.get("/<reference>")
@requires(PRINT)
def show_print(reference: str) -> str:
    """Show a print: who, when, of what, and its pages."""
    page = read_query(schemas.PageQuerySchema)["page"] - 1
    with transaction() as session:
        printed = service.get_print(session, current_actor(), reference)
    sheet = _sheet_of(printed)
    return render_template(
        "labelling/print.html", printed=printed, sheet=sheet, **_shown(sheet, page)
    )


@blueprint.get("/<reference>/labels.pdf")
@requires(PRINT)
def download_pdf(reference: str) -> Response:
    """Return all pages of a print."""
    with transaction() as session:
        printed = service.get_print(session, current_actor(), reference)
    return pdf_response(documents.sheet_pdf(_sheet_of(printed)), f"{reference}.pdf")


@blueprint.get("/<reference>/labels.svg")
@requires(PRINT)
def download_svg(reference: str) -> Response:
    """Return one page of a print as a picture."""
    page = read_query(schemas.PageQuerySchema)["page"] - 1
    with transaction() as session:
        printed = service.get_print(session, current_actor(), reference)
    response = make_response(_shown(_sheet_of(printed), page)["picture"])
    response.mimetype = "image/svg+xml"
    name = f"{reference}-{page + 1}.svg"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _sheet_of(printed: LabelPrint) -> Sheet:
    return Sheet(
        labels=service.labels_of(printed),
        layout=printed.layout,
        symbol=printed.symbol,
        skip=printed.skip,
        root=_root(),
        signer=label_signer(),
    )


def _root() -> str:
    """Return the address under which whoever scans a label finds us."""
    return request.url_root.rstrip("/")


def _shown(sheet: Sheet, page: int) -> dict[str, object]:
    """Return one page as a picture, and which of how many it is."""
    pages = documents.page_count(sheet)
    if not 0 <= page < pages:
        raise NotFound("label print")
    name = gettext("Page %(page)s of %(pages)s", page=page + 1, pages=pages)
    return {
        "picture": documents.page_svg(sheet, page, name),
        "page": page + 1,
        "pages": pages,
        "is_roll": GRIDS[sheet.layout].places == 1,
    }


def find_devices(session: Session, actor: Actor, text: str) -> Sequence[Hit]:
    """Find the machine whose label was scanned."""
    key = device_key(recognise(text).code)
    if key is None or not actor.may(Permission.BOOKING_READ):
        return []
    href = f"{url_for('equipment.list_devices')}#device-{key}"
    return [
        Hit(kind="device", title=device.name, detail=centre.name, href=href, exact=True)
        for device, centre in equipment.list_devices(session)
        if device.id == key
    ]
