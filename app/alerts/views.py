"""The alerts desk (待处理告警台): what looks suspicious, most serious and oldest first."""

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import format_timedelta, gettext, lazy_gettext
from flask_babel import gettext as _
from werkzeug import Response

from app.alerts import queries, schemas, service
from app.alerts.queries import AlertRow, Wanted
from app.alerts.rules import LEVELS, may_close
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import AlertId
from app.kernel.local_time import local
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.messages.alerts import DETAILS, KINDS
from app.web.navigation import Entry, Group
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("alerts", __name__, url_prefix="/alerts")
HANDLE = Permission.ALERT_HANDLE
MOMENTS = frozenset({"event_time"})
SAID_ALREADY = frozenset({"quarantine"})
"""The code stands below, and a badge says that the pack is set apart."""

NAVIGATION = (
    Entry(
        group=Group.STOCK,
        order=5,
        label=lazy_gettext("Alerts"),
        endpoint="alerts.list_alerts",
        icon="alert-octagon",
        permissions=(HANDLE, Permission.COUNTY_READ),
    ),
)


@blueprint.get("")
@requires(HANDLE, Permission.COUNTY_READ)
def list_alerts() -> str:
    """Show what waits for a person, or what was closed."""
    query, actor = read_query(schemas.AlertQuerySchema), current_actor()
    wanted = Wanted(
        closed=query["closed"],
        level=query["level"],
        code=query["code"],
        after=decode(query["cursor"], (int, int)),
    )
    with transaction() as session:
        rows = queries.list_alerts(session, actor, wanted, PAGE_SIZE)
        counts = queries.count_waiting(session, actor)
    return render_template(
        "alerts/list.html",
        page=page_of(rows, lambda row: [row.level, row.id]),
        query=query,
        counts=counts,
        levels=LEVELS,
        **_words(),
    )


@blueprint.post("/<int:alert_id>/take")
@requires(HANDLE)
@writes
def take_alert(alert_id: int) -> Response:
    """Take an alert over."""
    with transaction() as session:
        service.take_alert(session, current_actor(), AlertId(alert_id), now=clock.now())
    flash(_("The alert is yours now."), "success")
    return redirect(url_for("alerts.list_alerts"))


@blueprint.post("/<int:alert_id>/close")
@requires(HANDLE)
@writes
def close_alert(alert_id: int) -> Response:
    """Close an alert with what it was."""
    reason = read_form(schemas.CloseAlertForm)["reason"]
    with transaction() as session:
        found = AlertId(alert_id)
        service.close_alert(session, current_actor(), found, reason, now=clock.now())
    flash(_("The alert is closed."), "success")
    return redirect(url_for("alerts.list_alerts"))


def _told(name: str, told: object) -> object:
    """Return a detail as people read it: moments are kept for programs."""
    if name in MOMENTS:
        return f"{local(datetime.fromisoformat(str(told))):%Y-%m-%d %H:%M}"
    return told


def _words() -> dict[str, object]:
    """Return what the page needs to speak of an alert."""
    now, actor = clock.now(), current_actor()

    def age(moment: datetime) -> str:
        return format_timedelta(moment - now, add_direction=True)

    def what(row: AlertRow) -> str:
        return gettext(KINDS.get(row.kind, row.kind))

    def facts(row: AlertRow) -> list[tuple[str, object]]:
        shown = {name: told for name, told in row.details.items() if name not in SAID_ALREADY}
        return [(gettext(DETAILS.get(name, name)), _told(name, one)) for name, one in shown.items()]

    def may_handle(row: AlertRow) -> bool:
        everywhere = actor.may(Permission.TRACEABILITY_HOLD)
        return actor.may(HANDLE) and (everywhere or row.facility_id in actor.facility_ids)

    def may_end(row: AlertRow) -> bool:
        is_quality = actor.may(Permission.TRACEABILITY_HOLD)
        return may_handle(row) and may_close(row.level, is_quality=is_quality)

    def may_set_apart(row: AlertRow) -> bool:
        return row.is_unit and actor.may(Permission.TRACEABILITY_HOLD)

    return {
        "age": age,
        "may_set_apart": may_set_apart,
        "what": what,
        "facts_of": facts,
        "may_handle": may_handle,
        "may_end": may_end,
    }
