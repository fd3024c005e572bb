"""Pages of codes: the life line, and the label of a thing without a code of its maker."""

from collections.abc import Sequence

from flask import Blueprint, render_template, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from app.kernel.actor import Actor, Permission
from app.traceability import queries, service
from app.traceability.errors import UnknownCode
from app.traceability.queries import LifeEvent
from app.traceability.rules import CodeKind, recognise
from app.web.guard import current_actor, requires
from app.web.messages.stock import LABELS
from app.web.search import Hit
from app.web.symbols import qr
from app.web.unit_of_work import transaction

blueprint = Blueprint("traceability", __name__)
READ = Permission.TRACEABILITY_READ


@blueprint.get("/c/<code>")
@requires(READ)
def show_code(code: str) -> str:
    """Show the life line of a code."""
    with transaction() as session:
        life = service.life_line(session, current_actor(), recognise(code).code)
    return render_template(
        "traceability/life.html", life=life, facts=life.facts, place_of=_place_of
    )


@blueprint.get("/c/<code>/label")
@requires(READ)
def show_label(code: str) -> str:
    """Show the label of a code, 50 × 30 mm, to be printed."""
    with transaction() as session:
        life = service.life_line(session, current_actor(), recognise(code).code)
    link = url_for("traceability.show_code", code=life.facts.code, _external=True)
    return render_template(
        "traceability/label.html", facts=life.facts, qr=qr(link).svg(life.facts.code)
    )


def _place_of(event: LifeEvent) -> str:
    """Return where an event happened in words: the facility, and the place within it."""
    kind = LABELS["PlaceKind"].get(event.place_kind or "")
    word = event.place_name or (gettext(kind) if kind else "")
    return f"{event.facility_name} · {word}" if word else event.facility_name


def find_codes(session: Session, actor: Actor, text: str) -> Sequence[Hit]:
    """Find a scanned code for the search field."""
    found = recognise(text)
    if not actor.may(READ) or found.kind is CodeKind.GOODS:
        return []
    if queries.find_facts(session, found.code) is None:
        return []
    try:
        facts = service.life_line(session, actor, found.code).facts
    except UnknownCode:
        return []
    href = url_for("traceability.show_code", code=facts.code)
    detail = f"{facts.item_name or ''} {facts.lot_number or ''}".strip()
    return [Hit(kind="code", title=facts.code, detail=detail, href=href, exact=True)]
