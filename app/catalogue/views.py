"""Pages of items and exams."""

from collections.abc import Sequence

from flask import Blueprint, render_template, url_for
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from app.catalogue import queries, schemas, service
from app.catalogue.models import ItemKind, Modality
from app.catalogue.queries import ItemFilter
from app.kernel import clock
from app.kernel.actor import Actor, Permission
from app.kernel.ids import ItemId
from app.kernel.local_time import local_day
from app.web.forms import read_query
from app.web.guard import requires
from app.web.navigation import Entry, Group
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.search import MOST_HITS, Hit
from app.web.unit_of_work import transaction

blueprint = Blueprint("catalogue", __name__)

NAVIGATION = (
    Entry(
        group=Group.RECORDS,
        order=10,
        label=lazy_gettext("Items"),
        endpoint="catalogue.list_items",
        icon="pill",
        permissions=(Permission.CATALOGUE_READ,),
    ),
    Entry(
        group=Group.RECORDS,
        order=20,
        label=lazy_gettext("Exams"),
        endpoint="catalogue.list_exams",
        icon="scan",
        permissions=(Permission.CATALOGUE_READ,),
    ),
)


@blueprint.get("/items")
@requires(Permission.CATALOGUE_READ)
def list_items() -> str:
    """List items by pinyin."""
    query = read_query(schemas.ItemQuerySchema)
    wanted = ItemFilter(text=query["q"], kind=query["kind"], stocked_only=query["stocked"])
    after = decode(query["cursor"], (str, int))
    with transaction() as session:
        rows = queries.list_items(session, wanted, after=after, size=PAGE_SIZE)
    items = page_of(rows, lambda row: [row.pinyin, row.id])
    return render_template("catalogue/items.html", items=items, wanted=wanted, kinds=list(ItemKind))


@blueprint.get("/items/<int:item_id>")
@requires(Permission.CATALOGUE_READ)
def show_item(item_id: int) -> str:
    """Show one item with its pack levels."""
    with transaction() as session:
        item = service.get_item(session, ItemId(item_id))
        packs = queries.list_packs(session, item.id)
    return render_template("catalogue/item.html", item=item, packs=packs)


@blueprint.get("/exam-items")
@requires(Permission.CATALOGUE_READ)
def list_exams() -> str:
    """List exams with today's price."""
    query = read_query(schemas.ExamQuerySchema)
    today = local_day(clock.now())
    with transaction() as session:
        rows = queries.list_exams(session, on=today, text=query["q"], modality=query["modality"])
    return render_template(
        "catalogue/exams.html", exams=rows, query=query, modalities=list(Modality), today=today
    )


def find_items(session: Session, actor: Actor, text: str) -> Sequence[Hit]:
    """Find items for the search field."""
    if not actor.may(Permission.CATALOGUE_READ):
        return []
    rows = queries.list_items(session, ItemFilter(text=text), after=None, size=MOST_HITS)
    return [
        Hit(
            kind="item",
            title=f"{row.name} {row.strength}",
            detail=f"{row.code} · {row.dose_form} · {row.maker}",
            href=url_for("catalogue.show_item", item_id=row.id),
            exact=row.code == text.upper(),
        )
        for row in rows
    ]
