"""One search field for everything: each domain registers what it can find."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, current_app, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.web.guard import current_actor, requires
from app.web.pages import is_fragment, render
from app.web.unit_of_work import transaction

MOST_HITS = 20
LONGEST = 400
"""A link on a label, with lot, expiry and serial in it."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a scanned text is in words: its kind and parts; ``refusal`` where it is of no use."""

    kind: str
    parts: Sequence[tuple[str, str]] = ()
    refusal: str = ""


Reader = Callable[[str], Reading | None]
"""Says what kind of code a text is, or None where it is none."""


def set_reader(reader: Reader) -> None:
    """Register who tells codes from names; called by the factory."""
    current_app.extensions["code_reader"] = reader


def add_finders(*finders: Finder) -> None:
    """Register finders; called by the factory with each domain's own."""
    current_app.extensions.setdefault("finders", []).extend(finders)


@blueprint.get("/search")
@requires()
def search() -> ResponseReturnValue:
    """Find a code, a reference or a name; a single exact hit opens at once.

    A part of a page that asks gets a link instead: it must not lose what was typed in it.
    """
    text = request.args.get("q", "").replace("\x00", "").strip()[:LONGEST]
    hits: list[Hit] = []
    reader: Reader = current_app.extensions["code_reader"]
    reading = reader(text) if text else None
    if text and not (reading and reading.refusal):
        with transaction() as session:
            for finder in current_app.extensions.get("finders", []):
                hits.extend(finder(session, current_actor(), text)[:MOST_HITS])
    exact = [hit for hit in hits if hit.exact]
    if len(exact) == 1 and not is_fragment():
        return redirect(exact[0].href)
    context = {"q": text, "hits": exact or hits, "reading": reading}
    return render("search/results.html", "search/_results.html", **context)
