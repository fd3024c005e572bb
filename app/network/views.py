"""Pages of facilities."""

from collections.abc import Sequence

from flask import Blueprint, render_template, url_for
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.actor import Actor, Permission
from app.kernel.ids import FacilityId
from app.network import queries, schemas, service
from app.network.models import FacilityKind
from app.web.forms import read_query
from app.web.guard import requires
from app.web.navigation import Entry, Group
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.search import MOST_HITS, Hit
from app.web.unit_of_work import transaction

blueprint = Blueprint("network", __name__)

NAVIGATION = (
    Entry(
        group=Group.RECORDS,
        order=30,
        label=lazy_gettext("Facilities"),
        endpoint="network.list_facilities",
        icon="building-hospital",
        permissions=(Permission.CATALOGUE_READ, Permission.COUNTY_READ),
    ),
)


@blueprint.get("/facilities")
@requires()
def list_facilities() -> str:
    """List the members of the alliance by pinyin, with their next delivery."""
    query = read_query(schemas.FacilityQuerySchema)
    after = decode(query["cursor"], (str, int))
    with transaction() as session:
        rows = queries.list_facilities(
            session, text=query["q"], kind=query["kind"], after=after, size=PAGE_SIZE
        )
        facilities = page_of(rows, lambda row: [row.pinyin, row.id])
        ids = [row.id for row in facilities.rows]
        deliveries = service.next_deliveries(session, ids, now=clock.now())
    return render_template(
        "network/facilities.html",
        facilities=facilities,
        deliveries=deliveries,
        query=query,
        kinds=list(FacilityKind),
    )


@blueprint.get("/facilities/<int:facility_id>")
@requires()
def show_facility(facility_id: int) -> str:
    """Show one facility: where it is, when it is served, who belongs to it."""
    with transaction() as session:
        facility = service.get_facility(session, FacilityId(facility_id))
        served = queries.served_days(session, [facility.id]).get(facility.id, [])
        children = queries.list_children(session, facility.id)
    return render_template(
        "network/facility.html", facility=facility, served=served, children=children
    )


def find_facilities(session: Session, actor: Actor, text: str) -> Sequence[Hit]:
    """Find facilities for the search field."""
    del actor  # every member may know the members
    rows = queries.list_facilities(session, text=text, size=MOST_HITS)
    return [
        Hit(
            kind="facility",
            title=row.name,
            detail=f"{row.code} · {row.township}",
            href=url_for("network.show_facility", facility_id=row.id),
            exact=row.code == text.upper(),
        )
        for row in rows
    ]
