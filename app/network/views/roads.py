"""The page of road data: where figures come from, calibration, closed and slow roads."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.errors import NotFound
from app.kernel.ids import RoadConditionId
from app.kernel.local_time import local_day
from app.network import queries, schemas, service
from app.network.queries import ConditionRow, TownshipRow
from app.network.rules.calibration import PRIOR_LEGS
from app.network.rules.conditions import ConditionKind
from app.network.rules.great_circle import ACCESS_SECONDS, CLASSES, USUAL_PERMILLE, Terrain
from app.network.rules.roads import VAN
from app.network.rules.sheets import RowFault
from app.web.forms import read_form
from app.web.guard import current_actor, requires
from app.web.messages.network import ROW_FAULTS
from app.web.navigation import Entry, Group
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("roads", __name__, url_prefix="/roads")

NAVIGATION = (
    Entry(
        group=Group.REQUISITIONS,
        order=55,
        label=lazy_gettext("Road data"),
        endpoint="roads.show_roads",
        icon="road",
        permissions=(Permission.DELIVERY_PLAN,),
    ),
)
MOST_FAULTS = 100
SERIES = ((900, 3), (1_100, 1), (1_400, 2))
"""Up to which factor, in thousandths, a township has which colour; beyond them the fourth."""
SLOWEST_SERIES = 4


@blueprint.get("/")
@requires(Permission.DELIVERY_READ)
def show_roads() -> str:
    """Show what plans are driven on."""
    with transaction() as session:
        return _page(session, ())


@blueprint.post("/conditions")
@requires(Permission.DELIVERY_PLAN)
@writes
def enter_condition() -> ResponseReturnValue:
    """Close a road, cut a township off, or slow a kind of country down for some days."""
    wanted = read_form(schemas.ConditionFormSchema)
    with transaction() as session:
        service.enter_condition(session, current_actor(), wanted, now=clock.now())
    flash(_("Entered. Plans made from now on heed it."), "success")
    return redirect(url_for("roads.show_roads"))


@blueprint.post("/conditions/<int:condition_id>/lift")
@requires(Permission.DELIVERY_PLAN)
@writes
def lift_condition(condition_id: int) -> ResponseReturnValue:
    """End a condition today."""
    with transaction() as session:
        service.lift_condition(
            session, current_actor(), RoadConditionId(condition_id), now=clock.now()
        )
    flash(_("Lifted. Plans made from now on drive there as usual."), "success")
    return redirect(url_for("roads.show_roads"))


@blueprint.post("/townships")
@requires(Permission.DELIVERY_PLAN)
@writes
def set_terrain() -> ResponseReturnValue:
    """Say what the country of a township is like."""
    wanted = read_form(schemas.TerrainFormSchema)
    with transaction() as session:
        service.set_terrain(session, wanted["township"], wanted["terrain"])
    said = _("%(town)s is set; its drives are counted anew tonight.", town=wanted["township"])
    flash(said, "success")
    return redirect(url_for("roads.show_roads"))


@blueprint.post("/sheets")
@requires(Permission.DELIVERY_PLAN)
@writes
def enter_sheet() -> ResponseReturnValue:
    """Take the drives of a sheet, or say what is wrong with which row."""
    file = request.files.get("file")
    text = schemas.sheet_text(file)
    with transaction() as session:
        count, faults = service.enter_sheet(
            session, current_actor(), text, (file and file.filename) or "csv"
        )
        if faults:
            return _page(session, faults), 422
    flash(_("%(count)s drives are entered.", count=count), "success")
    return redirect(url_for("roads.show_roads"))


def _page(session: Session, faults: Sequence[RowFault]) -> str:
    today = local_day(clock.now())
    towns = queries.list_towns(session)
    conditions = queries.list_conditions(session, today)
    return render_template(
        "network/roads.html",
        today=today,
        towns=towns,
        conditions=conditions,
        in_force=[one for one in conditions if one.condition.starts_on <= today],
        entered=queries.list_entered(session),
        fetch=queries.holding_fetch(session, VAN),
        facilities=queries.list_names(session),
        map_data=_map(session, towns, conditions, today),
        series_of=series_of,
        town_choices=[(town.township, town.township) for town in towns],
        terrains=list(Terrain),
        classes=CLASSES,
        access_minutes=ACCESS_SECONDS // 60,
        prior_legs=PRIOR_LEGS,
        may_plan=current_actor().may(Permission.DELIVERY_PLAN),
        faults=[(fault.row, words_of(fault)) for fault in faults[:MOST_FAULTS]],
        more_faults=max(0, len(faults) - MOST_FAULTS),
    )


def words_of(fault: RowFault) -> str:
    """Say what is wrong with a row."""
    return _(ROW_FAULTS[fault.fault.value], value=fault.value[:60])


def series_of(town: TownshipRow) -> int:
    """Return the colour of a township by how slow it is."""
    beyond = (series for most, series in SERIES if town.factor_permille <= most)
    return next(beyond, SLOWEST_SERIES)


def _map(
    session: Session, towns: Sequence[TownshipRow], conditions: Sequence[ConditionRow], today: date
) -> dict[str, Any]:
    """Return the townships with their factors, and what is closed today."""
    shut = [one for one in conditions if one.condition.starts_on <= today]
    cut_off = {one.condition.township for one in shut}
    placed = [town for town in towns if town.latitude is not None]
    try:
        depot = service.central_pharmacy(session)
    except NotFound:
        return {}
    return {
        "depot": {"lat": depot.latitude, "lon": depot.longitude, "name": depot.short_name},
        "places": [
            {"lat": town.latitude, "lon": town.longitude, "name": town.township} for town in placed
        ],
        "pins": [_pin(town, is_cut_off=town.township in cut_off) for town in placed],
        "routes": [_closed(one) for one in shut if one.condition.kind is ConditionKind.CLOSED],
    }


def _pin(town: TownshipRow, *, is_cut_off: bool) -> dict[str, Any]:
    factor = f"{town.factor_permille / USUAL_PERMILLE:.1f}"
    told = _("%(legs)s drives, factor %(factor)s", legs=town.legs, factor=factor)
    words = _("cut off") if is_cut_off else told
    return {
        "lat": town.latitude,
        "lon": town.longitude,
        "text": "✕" if is_cut_off else factor,
        "name": f"{town.township} · {words}",
        "series": SLOWEST_SERIES if is_cut_off else series_of(town),
    }


def _closed(row: ConditionRow) -> dict[str, Any]:
    ends = [end for end in (row.origin, row.target) if end is not None]
    return {
        "id": row.condition.id,
        "label": row.condition.reason,
        "series": SLOWEST_SERIES,
        "line": [[end.latitude, end.longitude] for end in ends],
        "stops": [],
    }
