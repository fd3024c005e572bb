"""Pages of the dispatcher's desk: map and time lines side by side, changes tried before kept."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.delivery import queries, schemas
from app.delivery.queries import Version
from app.delivery.rules.states import PlanState, RunState
from app.delivery.rules.timeline import Axis, axis_of
from app.delivery.service import board, comparing, desk, planning, timelines
from app.delivery.service.timelines import Row
from app.delivery.service.trial import Edit, TakenMove, Trial, try_out
from app.delivery.views.live import Driving, driving_of, seconds_on
from app.delivery.views.maps import clock_text, map_of_rows, series_of
from app.delivery.views.words import why_left
from app.kernel import clock
from app.kernel.actor import Actor, Permission
from app.kernel.ids import PlanId
from app.kernel.local_time import local_day
from app.network import queries as network
from app.web.forms import read_form, read_query
from app.web.guard import current_actor, requires
from app.web.pages import render
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("dispatch", __name__, url_prefix="/delivery/desk")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPage:
    """What the desk shows of one day."""

    day: date
    versions: list[Version]
    seen: int
    published: PlanId | None
    out: list[Driving]
    trial: Trial | None = None
    rows: tuple[Row, ...] = ()
    axis: Axis = field(default_factory=lambda: axis_of([]))
    now: int | None = None

    @property
    def version(self) -> Version | None:
        """The version on the desk."""
        plan_id = self.trial.plan.id if self.trial else None
        return next((one for one in self.versions if one.plan.id == plan_id), None)

    @property
    def solving(self) -> Version | None:
        """The version that is being computed."""
        return next((one for one in self.versions if one.plan.state is PlanState.SOLVING), None)

    @property
    def row_choices(self) -> list[tuple[str, str]]:
        """The vehicles a stop can move to."""
        return [(row.code, f"{row.name.plate} {row.name.driver}") for row in self.rows]


@blueprint.get("/")
@requires(Permission.DELIVERY_PLAN)
def show_desk() -> str:
    """Show a version, as it is or as it would be after the moves; nothing is stored."""
    query = read_query(schemas.DeskQuerySchema)
    moves = _moves_of(query)
    actor = current_actor()
    with transaction() as session:
        page = _page_of(session, actor, query, moves)
        towns = network.list_townships(session)
    return render(
        "delivery/desk.html",
        "delivery/_desk.html",
        desk=page,
        moves=[schemas.text_of_move(move) for move in moves],
        verdict=schemas.verdict_of(page.trial) if page.trial else None,
        left=timelines.left_of(page.trial) if page.trial else [],
        map_data=map_of_rows(page.trial, page.rows, towns) if page.trial else {},
        why_left=why_left,
        series_of=series_of,
        clock_text=clock_text,
    )


def _moves_of(query: dict[str, Any]) -> list[TakenMove]:
    moves = list(query["moves"])
    if query["undo"]:
        return moves[:-1]
    if query["what"] and query["to"]:
        at = query["at"]
        totes = tuple(query["what"].split(","))
        position = None if at is None else at - 1
        moves.append(TakenMove(totes=totes, vehicle=query["to"], position=position))
    return moves


def _page_of(
    session: Session, actor: Actor, query: dict[str, Any], moves: list[TakenMove]
) -> DeskPage:
    now = clock.now()
    facility_id = board.depot_of(session, actor)
    day = query["day"] or board.first_busy_day(board.day_tabs(session, actor, local_day(now)))
    if query["plan"]:
        day = planning.get_plan(session, actor, PlanId(query["plan"])).day
    versions = queries.versions_of_day(session, facility_id, day)
    runs = queries.runs_of_day(session, facility_id, day)
    page = DeskPage(
        day=day,
        versions=versions,
        seen=desk.newest_version(session, facility_id, day),
        published=queries.published_plan(session, facility_id, day),
        out=[driving_of(run, now) for run in runs if run.state is not RunState.PLANNED],
        now=seconds_on(day, now) if day == local_day(now) else None,
    )
    plan_id = query["plan"] or _first_choice(page)
    if plan_id is None:
        return page
    edit = Edit(
        plan_id=PlanId(plan_id),
        moves=tuple(moves),
        lock=tuple(query["lock"]),
        hold=tuple(code for codes in query["hold"] for code in codes.split(",")),
    )
    trial = try_out(session, actor, edit, now=now)
    rows = tuple(timelines.rows_of(session, trial))
    return replace(page, trial=trial, rows=rows, axis=_axis(rows, page.out))


def _first_choice(page: DeskPage) -> PlanId | None:
    """Return the version to open: the newest one that can be changed."""
    ready = (one.plan.id for one in page.versions if one.plan.finished_at and one.plan.totes)
    return next(ready, None)


def _axis(rows: tuple[Row, ...], out: list[Driving]) -> Axis:
    moments = [moment for row in rows if row.route for moment in (row.route.leave, row.route.back)]
    moments += [moment for one in out for moment in (one.leave, one.back)]
    return axis_of(moments)


@blueprint.post("/drafts")
@requires(Permission.DELIVERY_PLAN)
@writes
def keep_draft() -> ResponseReturnValue:
    """Keep the moves as a new version."""
    data = read_form(schemas.DraftFormSchema)
    edit = schemas.edit_of(data["plan"], data)
    with transaction() as session:
        plan = desk.keep_draft(
            session, current_actor(), edit, schemas.keeping_of(data), now=clock.now()
        )
    flash(_("Kept as version %(version)s.", version=plan.version), "success")
    return redirect(url_for("dispatch.show_desk", plan=plan.id))


@blueprint.post("/searches")
@requires(Permission.DELIVERY_PLAN)
@writes
def search_again() -> ResponseReturnValue:
    """Let the search improve what is not locked."""
    data = read_form(schemas.DraftFormSchema)
    edit = schemas.edit_of(data["plan"], data)
    with transaction() as session:
        plan = desk.search_again(
            session, current_actor(), edit, schemas.keeping_of(data), now=clock.now()
        )
    return redirect(url_for("dispatch.show_desk", day=plan.day.isoformat()))


@blueprint.post("/plans/<int:plan_id>/publish")
@requires(Permission.DELIVERY_PLAN)
@writes
def publish(plan_id: int) -> ResponseReturnValue:
    """Make a draft's runs the day's."""
    data = read_form(schemas.PublishSchema)
    with transaction() as session:
        plan = desk.publish(
            session, current_actor(), PlanId(plan_id), data["published"], now=clock.now()
        )
    flash(_("Version %(version)s is published: drivers see it.", version=plan.version), "success")
    return redirect(url_for("delivery.show_board", day=plan.day.isoformat()))


@blueprint.get("/plans/<int:plan_id>/compare")
@requires(Permission.DELIVERY_READ)
def compare(plan_id: int) -> str:
    """Show two versions of a day side by side."""
    query = read_query(schemas.CompareQuerySchema)
    actor = current_actor()
    with transaction() as session:
        pair = comparing.compare(session, actor, PlanId(plan_id), PlanId(query["other"]))
        versions = queries.versions_of_day(session, pair.one.facility_id, pair.one.day)
    authors = {one.plan.id: one.author for one in versions}
    return render_template("delivery/compare.html", pair=pair, versions=versions, authors=authors)
