"""The first page after sign-in: each role begins where its day begins."""

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from app.web.guard import current_actor, requires
from app.web.navigation import home_of

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@requires()
def home() -> ResponseReturnValue:
    """Open the page of the navigation that this person starts from."""
    href = home_of(current_actor())
    return redirect(href) if href else render_template("home/empty.html")
