"""JSON API of items and exams."""

from collections.abc import Sequence
from typing import Any

from flask_smorest import Blueprint

from app.catalogue import queries, schemas, service
from app.catalogue.queries import ExamRow, ItemFilter, ItemRow
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import ExamItemId, ItemId
from app.kernel.local_time import local_day
from app.web.guard import requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction

blueprint = Blueprint(
    "catalogue_api", __name__, url_prefix="/api/v1", description="Items, exams and prices"
)


@blueprint.get("/items")
@requires(Permission.CATALOGUE_READ)
@blueprint.arguments(schemas.ItemQuerySchema, location="query")
@blueprint.response(200, schemas.ItemsSchema)
def list_items(query: dict[str, Any]) -> Page[ItemRow]:
    """List items by pinyin."""
    wanted = ItemFilter(text=query["q"], kind=query["kind"], stocked_only=query["stocked"])
    after = decode(query["cursor"], (str, int))
    with transaction() as session:
        rows = queries.list_items(session, wanted, after=after, size=PAGE_SIZE)
    return page_of(rows, lambda row: [row.pinyin, row.id])


@blueprint.get("/items/<int:item_id>")
@requires(Permission.CATALOGUE_READ)
@blueprint.response(200, schemas.ItemSchema)
def show_item(item_id: int) -> ItemRow:
    """Return one item."""
    with transaction() as session:
        return service.get_item(session, ItemId(item_id))


@blueprint.get("/exam-items")
@requires(Permission.CATALOGUE_READ)
@blueprint.arguments(schemas.ExamQuerySchema, location="query")
@blueprint.response(200, schemas.ExamsSchema)
def list_exams(query: dict[str, Any]) -> dict[str, Sequence[ExamRow]]:
    """List exams with today's price."""
    today = local_day(clock.now())
    with transaction() as session:
        rows = queries.list_exams(session, on=today, text=query["q"], modality=query["modality"])
    return {"rows": rows}


@blueprint.get("/exam-items/<int:exam_item_id>")
@requires(Permission.CATALOGUE_READ)
@blueprint.response(200, schemas.ExamSchema)
def show_exam(exam_item_id: int) -> ExamRow:
    """Return one exam with today's price."""
    with transaction() as session:
        return service.get_exam(session, ExamItemId(exam_item_id), on=local_day(clock.now()))
