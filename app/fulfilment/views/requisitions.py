"""Pages that list and show requisitions, and print their delivery note."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template
from flask_babel import lazy_gettext

from app.fulfilment import documents, service
from app.fulfilment.queries import requisitions as queries
from app.fulfilment.queries.overrides import overrides_of
from app.fulfilment.queries.requisitions import RequisitionFilter
from app.fulfilment.queries.waiting import list_waiting, waiting_of
from app.fulfilment.rules import RequisitionState
from app.fulfilment.schemas.requisitions import IssueNoteSchema, RequisitionQuerySchema
from app.kernel import clock, history
from app.kernel.actor import Permission
from app.network import service as network
from app.web.forms import read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.unit_of_work import transaction

blueprint = Blueprint("requisitions", __name__)
READERS = (Permission.REQUISITION_READ,)

NAVIGATION = (
    Entry(
        group=Group.REQUISITIONS,
        order=10,
        label=lazy_gettext("Requisitions"),
        endpoint="requisitions.list_requisitions",
        covers=("drafts",),
        icon="clipboard-list",
        permissions=READERS,
    ),
)


@blueprint.get("/requisitions")
@requires(*READERS)
def list_requisitions() -> str:
    """List requisitions, the newest first, by state."""
    query, actor = read_query(RequisitionQuerySchema), current_actor()
    states = (query["state"],) if query["state"] else ()
    wanted = RequisitionFilter(states=states, text=query["q"])
    after = decode(query["cursor"], (int,))
    with transaction() as session:
        rows = queries.list_requisitions(session, actor, wanted, after=after, size=PAGE_SIZE)
        counts = queries.count_by_state(session, actor)
        waiting = list_waiting(session, actor)
    return render_template(
        "fulfilment/requisitions.html",
        requisitions=page_of(rows, lambda row: [row.id]),
        query=query,
        counts=counts,
        waiting=waiting,
        states=list(RequisitionState),
    )


@blueprint.get("/requisitions/<string:reference>")
@requires(*READERS)
def show_requisition(reference: str) -> str:
    """Show one requisition: the draft to write, or what was decided and what came of it."""
    actor, now = current_actor(), clock.now()
    with transaction() as session:
        requisition = service.get_requisition(session, actor, reference)
        is_own = requisition.facility_id in actor.facility_ids
        context: dict[str, Any] = {
            "requisition": requisition,
            "names": queries.names_of(session, requisition.id),
            "lines": service.show_lines(session, requisition, now=now),
            "is_own": is_own,
        }
        is_draft = requisition.state is RequisitionState.DRAFT
        if is_draft and is_own and actor.may(Permission.REQUISITION_WRITE):
            window = network.next_delivery(session, requisition.facility_id, now=now)
            return render_template("fulfilment/draft.html", window=window, **context)
        context["progress"] = queries.progress_of(session, requisition.id)
        context["overrides"] = overrides_of(session, requisition.id)
        context["waiting"] = waiting_of(session, requisition.id)
        context["totes"] = queries.totes_of(session, requisition.id)
        context["changes"] = history.list_changes(session, "requisition", requisition.id)
    return render_template("fulfilment/requisition.html", **context)


@blueprint.get("/requisitions/<string:reference>/lines/<int:position>/arithmetic")
@requires(*READERS)
def show_arithmetic(reference: str, position: int) -> str:
    """Show how one line's figures come about, when somebody asks."""
    with transaction() as session:
        requisition = service.get_requisition(session, current_actor(), reference)
        view = service.show_line(session, requisition, position, now=clock.now())
    return render_template("fulfilment/_arithmetic.html", view=view)


@blueprint.get("/requisitions/<string:reference>/delivery-note")
@requires(*READERS, Permission.DELIVERY_RECEIVE)
def print_delivery_note(reference: str) -> str:
    """Show the delivery note for printing (随货同行单)."""
    with transaction() as session:
        note = service.delivery_note(session, current_actor(), reference)
    return render_template("fulfilment/delivery_note.html", note=note, printed_at=clock.now())


@blueprint.get("/requisitions/<string:reference>/delivery-note.pdf")
@requires(*READERS, Permission.DELIVERY_RECEIVE)
def download_delivery_note(reference: str) -> Response:
    """Return the delivery note as PDF."""
    with transaction() as session:
        note = service.delivery_note(session, current_actor(), reference)
    response = make_response(documents.delivery_note(note, printed_at=clock.now()))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{reference}.pdf"'
    return response


@blueprint.get("/requisitions/<string:reference>/issue-note.pdf")
@requires(*READERS)
def download_issue_note(reference: str) -> Response:
    """Return the issue note, on A4 or three-part paper (出库单)."""
    on = read_query(IssueNoteSchema)["paper"]
    with transaction() as session:
        note = service.delivery_note(session, current_actor(), reference)
    response = make_response(documents.issue_note(note, on, printed_at=clock.now()))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{reference}-issue.pdf"'
    return response
