"""Pick lists as scanners and other programs work on them."""

from typing import Any

from flask_babel import gettext as _
from flask_smorest import Blueprint

from app.fulfilment import service
from app.fulfilment.models import PickLine, PickTask
from app.fulfilment.queries import picking as queries
from app.fulfilment.queries.picking import PickTaskRow
from app.fulfilment.schemas import totes as schemas
from app.fulfilment.schemas.requisitions import LotChoiceSchema
from app.fulfilment.service import CountPick, LotChoice, Picked, ScanPick, Swap
from app.kernel import clock
from app.kernel.actor import Permission
from app.web.guard import current_actor, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import posting_key, writes

blueprint = Blueprint(
    "pick_tasks_api",
    __name__,
    url_prefix="/api/v1/pick-tasks",
    description="Pick lists of approved requisitions",
)
PICKERS = (Permission.REQUISITION_PICK,)


@blueprint.get("")
@requires(*PICKERS)
@blueprint.arguments(schemas.CursorSchema, location="query")
@blueprint.response(200, schemas.PickTasksSchema)
def list_pick_tasks(query: dict[str, Any]) -> Page[PickTaskRow]:
    """List the open pick lists, the oldest first."""
    after = decode(query["cursor"], (int,))
    with transaction() as session:
        rows = queries.list_pick_tasks(session, current_actor(), after=after, size=PAGE_SIZE)
    return page_of(rows, lambda row: [row.id])


@blueprint.get("/<string:reference>")
@requires(*PICKERS)
@blueprint.response(200, schemas.PickTaskSchema)
def show_pick_task(reference: str) -> dict[str, Any]:
    """Return a pick list in walking order of the bins."""
    with transaction() as session:
        task = service.get_task(session, current_actor(), reference)
        return {"task": task, "lines": queries.list_pick_lines(session, task.id)}


@blueprint.post("/<string:reference>/scans")
@requires(*PICKERS)
@writes
@blueprint.arguments(schemas.PickScanSchema)
@blueprint.response(201, schemas.PickedSchema)
@blueprint.alt_response(409, description="already-done, expired, not-here, …")
@blueprint.alt_response(423, description="quality-hold, recalled")
def scan(body: dict[str, str], reference: str) -> dict[str, Any]:
    """Pick a scanned pack, or a carton whole where it fits."""
    pick = ScanPick(task=reference, code=body["code"], key=posting_key())
    with transaction() as session:
        return _told(service.pick_scanned(session, current_actor(), pick, now=clock.now()))


def _told(picked: Picked) -> dict[str, Any]:
    return {
        "outcome": "accepted",
        "message": _(
            "Line %(line)s: %(quantity)s taken, %(left)s left. Into tote %(tote)s.",
            line=picked.line.position,
            quantity=picked.content.quantity,
            left=picked.line.open_quantity,
            tote=picked.tote.code,
        ),
        "line": picked.line.position,
        "quantity": picked.content.quantity,
        "open": picked.line.open_quantity,
        "tote": picked.tote.code,
    }


@blueprint.post("/<string:reference>/lines/<int:position>/pick")
@requires(*PICKERS)
@writes
@blueprint.arguments(schemas.CountPickSchema)
@blueprint.response(201, schemas.PickedSchema)
def pick_line(body: dict[str, Any], reference: str, position: int) -> dict[str, Any]:
    """Pick goods without codes by lot and quantity."""
    pick = CountPick(task=reference, position=position, key=posting_key(), **body)
    with transaction() as session:
        return _told(service.pick_counted(session, current_actor(), pick, now=clock.now()))


@blueprint.post("/<string:reference>/lines/<int:position>/short")
@requires(*PICKERS)
@writes
@blueprint.arguments(schemas.ShortPickSchema)
@blueprint.response(200, schemas.SettledLineSchema)
def report_short(body: dict[str, Any], reference: str, position: int) -> PickLine:
    """Settle a line with less than it asks; other lots fill the rest, or it is a shortage."""
    named = (reference, position)
    with transaction() as session:
        settled = service.report_short(
            session, current_actor(), named, body["reason"], now=clock.now()
        )
        return settled.line


@blueprint.post("/<string:reference>/lines/<int:position>/lot")
@requires(Permission.REQUISITION_APPROVE)
@writes
@blueprint.arguments(LotChoiceSchema)
@blueprint.response(200, schemas.SwappedLotSchema)
@blueprint.alt_response(409, description="lot-not-free, pick-line-settled")
@blueprint.alt_response(423, description="quality-hold, recalled")
def swap_lot(choice: LotChoice, reference: str, position: int) -> Swap:
    """Take another lot than the one that expires first, for a reason."""
    named = (reference, position)
    with transaction() as session:
        return service.swap_lot(session, current_actor(), named, choice, now=clock.now())


@blueprint.post("/<string:reference>/reallocate")
@requires(*PICKERS)
@writes
@blueprint.response(200, schemas.ReallocatedSchema)
def reallocate(reference: str) -> dict[str, int]:
    """Find other lots where a lot was frozen or its promise lapsed."""
    with transaction() as session:
        added = service.reallocate(session, current_actor(), reference, now=clock.now())
    return {"added": added}


@blueprint.post("/<string:reference>/finish")
@requires(*PICKERS)
@writes
@blueprint.response(200, schemas.PickTaskSchema)
def finish(reference: str) -> dict[str, Any]:
    """End picking: every line is settled, its totes can be checked."""
    with transaction() as session:
        task: PickTask = service.finish(session, current_actor(), reference, now=clock.now())
        return {"task": task, "lines": queries.list_pick_lines(session, task.id)}
