"""One search field for everything: each domain registers what it can find."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, current_app, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.web.guard import current_actor, requires
from app.web.pages import render
from app.web.unit_of_work import transaction

MOST_HITS = 20
LONGEST = 120

blueprint = Blueprint("search", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Something found. ``exact`` hits are the thing itself: a scanned code, a reference."""

    kind: str
    title: str
    detail: str
    href: str
    exact: bool = False


Finder = Callable[[Session, Actor, str], Sequence[Hit]]
"""``(session, actor, text)``: at most 20 hits the actor may see; sends few statements."""


def add_finders(*finders: Finder) -> None:
    """Register finders; called by the factory with each domain's own."""
    current_app.extensions.setdefault("finders", []).extend(finders)


@blueprint.get("/search")
@requires()
def search() -> ResponseReturnValue:
    """Find a code, a reference or a name; a single exact hit opens at once."""
    text = request.args.get("q", "").replace("\x00", "").strip()[:LONGEST]
    hits: list[Hit] = []
    if text:
        with transaction() as session:
            for finder in current_app.extensions.get("finders", []):
                hits.extend(finder(session, current_actor(), text)[:MOST_HITS])
    exact = [hit for hit in hits if hit.exact]
    if len(exact) == 1:
        return redirect(exact[0].href)
    return render("search/results.html", "search/_results.html", q=text, hits=hits)
