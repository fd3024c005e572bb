"""A small site that shows every macro and script of ours, with a server that can be made bad."""

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask, Response, flash, g, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from jinja2 import ChoiceLoader, FileSystemLoader

from app.kernel.actor import Actor, Permission
from app.kernel.ids import FacilityId, UserId
from app.web import labels, locale, navigation, offline, pages, security
from tests.chromium import ROOT

TEMPLATES = Path(__file__).parent / "gallery"
ALREADY = "ALREADY"
REFUSED = "REFUSED"
WHOLE = "WHOLE PAGE"


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """The signed-in person of the gallery."""

    actor: Actor
    facility_name: str = "镇巴县人民医院中心药房"
    roles: tuple[str, ...] = ("pharmacist",)
    locale: str | None = None


@dataclass
class Site:
    """The gallery and what its server received."""

    app: Flask
    keys: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)
    scans: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    losing: list[str] = field(default_factory=list)
    """What happens to the next batches: lost ``before`` or ``after`` the work, or ``ok``."""

    def doubled(self) -> list[str]:
        """Return the events stored more than once."""
        times = Counter(event["client_event_id"] for event in self.events)
        return [name for name, count in times.items() if count > 1]


def a_site() -> Site:
    """Build the gallery."""
    app = Flask("gallery", static_folder=str(ROOT / "static"))
    app.config.update(SECRET_KEY="a secret of tests", DEMO=True)
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(str(ROOT / "app" / "templates")), FileSystemLoader(str(TEMPLATES))]
    )
    for glue in (labels, locale, pages, security):
        glue.init_app(app)
    app.register_blueprint(offline.blueprint)
    site = Site(app)
    _add_pages(app, site)
    _add_receivers(app, site)
    with app.app_context():
        navigation.add_entries(_entry(1, "parts", "home"), _entry(2, "sheet", "printer"))
    return site


def _entry(order: int, endpoint: str, icon: str) -> navigation.Entry:
    return navigation.Entry(
        group=navigation.Group.COUNTY,
        order=order,
        label=lazy_gettext("Search"),
        endpoint=endpoint,
        icon=icon,
        permissions=(Permission.CATALOGUE_READ,),
    )


def _add_pages(app: Flask, site: Site) -> None:
    @app.before_request
    def sign_in() -> None:
        g.profile = Visitor(
            actor=Actor(
                user_id=UserId(1),
                name="李药师",
                facility_id=FacilityId(1),
                facility_ids=frozenset({FacilityId(1)}),
                permissions=frozenset({Permission.CATALOGUE_READ}),
            )
        )

    @app.get("/")
    def parts() -> str:
        flash("请领单已提交", "success")
        return render_template("parts.html", plan=_plan())

    @app.get("/sheet")
    def sheet() -> str:
        return render_template("sheet.html")

    @app.get("/driver/run")
    def run() -> str:
        return render_template("run.html")

    @app.get("/notices", endpoint="notices.list_notices")
    def notices() -> str:
        return render_template("sheet.html")

    @app.get("/wrong")
    def wrong() -> str:
        context = {"code": "not-found", "detail": "没有这张单据。", "extra": {}}
        return render_template("errors/problem.html", **context)

    app.add_url_rule("/submitted", "submitted", partial(_take_form, site), methods=["POST"])


def _take_form(site: Site) -> ResponseReturnValue:
    site.forms.append(request.form.to_dict())
    if request.form.get("why") == REFUSED:
        context = {"code": "wrong-lot", "detail": "批号不符", "extra": {}}
        return render_template("errors/_problem.html", **context), 422
    if request.form.get("why") == WHOLE:
        return render_template("parts.html", plan=_plan(), retry="批号已用过"), 409
    flash("已保存", "success")
    return redirect("/sheet" if "again" not in request.form else "/#lines")


def _add_receivers(app: Flask, site: Site) -> None:
    @app.post("/api/v1/scans")
    def scan() -> ResponseReturnValue:
        key = request.headers["Idempotency-Key"]
        body: dict[str, Any] = json.loads(request.data)
        if key not in site.keys:
            site.keys.append(key)
            site.scans.append(body)
        return _verdict(body["code"])

    @app.post("/api/v1/events")
    def take_events() -> ResponseReturnValue:
        fate = site.losing.pop(0) if site.losing else "ok"
        if fate == "before":
            return Response("", status=502)
        answers = [_store(site, event) for event in json.loads(request.data)["events"]]
        return Response("", status=502) if fate == "after" else jsonify(events=answers)


def _verdict(code: str) -> ResponseReturnValue:
    if code == ALREADY:
        return {"code": "already-done", "detail": "已扫过"}, 409
    if code == REFUSED:
        return {"code": "wrong-stop", "detail": "不属于本站"}, 422
    return {"message": "阿莫西林胶囊"}, 201


def _store(site: Site, event: dict[str, Any]) -> dict[str, Any]:
    name = event["client_event_id"]
    if event["code"] == REFUSED:
        return {"client_event_id": name, "outcome": "rejected", "detail": "不属于本站"}
    if any(stored["client_event_id"] == name for stored in site.events):
        return {"client_event_id": name, "outcome": "duplicate"}
    site.events.append(event)
    return {"client_event_id": name, "outcome": "accepted"}


def _plan() -> dict[str, Any]:
    """Return a plan whose stops lie on top of each other."""
    stops = [
        {"lat": 32.3 + 0.001 * turn, "lon": 108.1, "number": turn + 1, "name": f"渔渡 {turn}"}
        for turn in range(12)
    ]
    line = [[32.536, 107.9], *([stop["lat"], stop["lon"]] for stop in stops)]
    return {
        "depot": {"lat": 32.536, "lon": 107.9, "name": "中心药房"},
        "places": [{"lat": 32.7, "lon": 107.7, "name": "<b>三元镇"}],
        "ground": [[[32.2, 107.5], [32.2, 108.3], [32.9, 108.2], [32.9, 107.6]]],
        "roads": [[[32.3, 108.1], [32.7, 107.7]]],
        "routes": [{"id": 1, "label": "1 号车", "series": 1, "line": line, "stops": stops}],
    }
