"""Who is signed in, and the permission check at every edge."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar

from flask import Flask, abort, current_app, g, request

from app.kernel.actor import Actor, Permission
from app.kernel.clock import now
from app.web.unit_of_work import look

P = ParamSpec("P")
R = TypeVar("R")

SESSION_COOKIE = "tongcang_session"
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
MACHINE_PATHS = ("/api/", "/epcis/", "/fhir/")


class Profile(Protocol):
    """What a page shows of the signed-in person."""

    @property
    def actor(self) -> Actor:
        """The person as services know them."""

    @property
    def facility_name(self) -> str:
        """Where they work."""

    @property
    def roles(self) -> tuple[str, ...]:
        """Their roles at that facility."""

    @property
    def locale(self) -> str | None:
        """The language they chose, if any."""


Authenticate = Callable[..., Profile | None]
"""``(session, token, kind, now=…)``: the profile a live token stands for, or None."""


def init_app(app: Flask, authenticate: Authenticate) -> None:
    """Find out who asks before every request."""
    app.extensions["authenticate"] = authenticate
    app.before_request(identify)


def is_machine_path(path: str) -> bool:
    """Say whether an address is answered with documents for programs, not pages."""
    return path.startswith(MACHINE_PATHS)


def identify() -> None:
    """Store the profile of a bearer token or session cookie; refuse foreign browser writes."""
    if request.endpoint == "static":
        return
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    cookie = request.cookies.get(SESSION_COOKIE)
    if scheme.lower() == "bearer" and bearer:
        sign_in(bearer.strip(), "api")
    elif cookie:
        if request.method in UNSAFE and is_machine_path(request.path) and not _same_origin():
            abort(403)
        sign_in(cookie, "page")


def sign_in(token: str, kind: str) -> None:
    """Make the owner of a live token the person of this request."""
    authenticate: Authenticate = current_app.extensions["authenticate"]
    with look() as session:
        g.profile = authenticate(session, token, kind, now=now())
    g.token = token


def current_token() -> str:
    """Return the token of this request, for signing out."""
    token: str = g.get("token", "")
    return token


def _same_origin() -> bool:
    """Say whether a browser sent this from one of our own pages (Fetch metadata, Origin)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return request.headers.get("Origin", "") == request.host_url.rstrip("/")


def current_profile() -> Profile | None:
    """Return who is signed in, or None."""
    profile: Profile | None = g.get("profile")
    return profile


def current_actor() -> Actor:
    """Return the actor of this request, or answer 401."""
    profile = current_profile()
    if profile is None:
        abort(401)
    return profile.actor


def requires(*any_of: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Answer 401 to strangers and 403 unless the actor holds one of the permissions.

    Without a permission, signing in is enough.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            actor = current_actor()
            if any_of and not any(actor.may(permission) for permission in any_of):
                abort(403)
            return view(*args, **kwargs)

        guarded.__dict__["access"] = any_of
        return guarded

    return decorate


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Mark an edge that strangers may use; a test refuses edges with neither mark."""

    @wraps(view)
    def opened(*args: P.args, **kwargs: P.kwargs) -> R:
        return view(*args, **kwargs)

    opened.__dict__["access"] = "public"
    return opened
