"""Pages of facilities."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.actor import Actor, Permission
from app.kernel.ids import FacilityId
from app.network import queries, schemas, service
from app.network.models import FacilityKind
from app.network.queries import FacilityRow
from app.network.rules import CoordinateSystem, straight_metres
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.navigation import Entry, Group
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.search import MOST_HITS, Hit
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("network", __name__)
NEAREST = 5
"""Towns around a facility: enough to see where it lies."""

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
        towns = queries.list_townships(session)
    return render_template(
        "network/facility.html",
        facility=facility,
        served=served,
        children=children,
        systems=list(CoordinateSystem),
        map_data=_map(facility, towns),
        may_move=current_actor().may(Permission.DELIVERY_PLAN),
    )


@blueprint.post("/facilities/<int:facility_id>/position")
@requires(Permission.DELIVERY_PLAN)
@writes
def set_position(facility_id: int) -> ResponseReturnValue:
    """Say where a facility lies, in the coordinate system of the map at hand."""
    wanted = read_form(schemas.PositionFormSchema)
    key = FacilityId(facility_id)
    with transaction() as session:
        facility = service.set_position(session, current_actor(), key, wanted, now=clock.now())
    flash(_("The position of %(name)s is set.", name=facility.name), "success")
    return redirect(url_for("network.show_facility", facility_id=facility_id))


def _map(facility: FacilityRow, towns: Sequence[FacilityRow]) -> dict[str, Any]:
    """Return a facility among the nearest towns people find their way by."""
    at = (facility.latitude, facility.longitude)
    nearest = sorted(towns, key=lambda town: straight_metres(at, (town.latitude, town.longitude)))
    places = [
        {"lat": town.latitude, "lon": town.longitude, "name": town.short_name}
        for town in nearest[:NEAREST]
    ]
    pin = {"lat": at[0], "lon": at[1], "name": facility.name, "text": "●", "series": 1}
    return {"pins": [pin], "places": places, "wide": True}


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
