"""Pages of accounts: sign-in, language, and administration of people."""

from flask import Blueprint, flash, redirect, request, url_for
from flask import render_template as page
from flask import session as form_session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug import Response

from app.accounts import queries, schemas, service
from app.accounts.models import TokenKind
from app.accounts.rules import Role
from app.accounts.service import LIFETIME, Credentials, IssuedToken
from app.kernel import clock, history
from app.kernel.actor import Permission
from app.kernel.errors import DomainError
from app.kernel.ids import UserId
from app.network import service as network
from app.web import problems
from app.web.cookies import keep
from app.web.forms import read_form, read_query
from app.web.guard import SESSION_COOKIE, current_actor, current_profile, public, requires
from app.web.locale import COOKIE as LOCALE_COOKIE
from app.web.messages import text_of
from app.web.navigation import Entry, Group
from app.web.paging import PAGE_SIZE, decode, page_of
from app.web.redirects import local_target
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint("accounts", __name__)

NAVIGATION = (
    Entry(
        group=Group.RECORDS,
        order=50,
        label=lazy_gettext("People"),
        endpoint="accounts.list_users",
        icon="users",
        permissions=(Permission.ACCOUNT_MANAGE,),
    ),
)


@blueprint.get("/login")
@public
def show_sign_in() -> ResponseReturnValue:
    """Show the sign-in page; who is signed in already goes on."""
    target = local_target(request.args.get("next"))
    if current_profile():
        return redirect(target)
    return page("accounts/login.html", target=target, username="", problem=None)


@blueprint.post("/login")
@public
def sign_in() -> ResponseReturnValue:
    """Open a session under a new token and end the one the browser came with."""
    typed = read_form(schemas.SignInSchema)
    given = Credentials(
        username=typed["username"], password=typed["password"], address=request.remote_addr or ""
    )
    target = local_target(typed["next"])
    try:
        with transaction() as session:
            token = service.sign_in(session, given, TokenKind.PAGE, now=clock.now())
            service.sign_out(session, request.cookies.get(SESSION_COOKIE, ""), now=clock.now())
    except DomainError as refusal:
        answer = page(
            "accounts/login.html",
            target=target,
            username=given.username,
            problem=text_of(refusal),
        )
        return answer, problems.status_of(refusal), problems.headers_of(refusal)
    form_session.clear()
    return _with_session(redirect(target), token)


@blueprint.post("/logout")
@public
def sign_out() -> ResponseReturnValue:
    """End the session, here and on the server."""
    with transaction() as session:
        service.sign_out(session, request.cookies.get(SESSION_COOKIE, ""), now=clock.now())
    form_session.clear()
    response = redirect(url_for("accounts.show_sign_in"))
    response.delete_cookie(SESSION_COOKIE)
    return response


@blueprint.post("/locale")
@public
def choose_locale() -> ResponseReturnValue:
    """Switch the language and stay on the page."""
    chosen = read_form(schemas.LocaleSchema)
    profile = current_profile()
    if profile:
        with transaction() as session:
            service.choose_locale(session, profile.actor, chosen["locale"])
    response = redirect(local_target(chosen["next"]))
    keep(response, LOCALE_COOKIE, chosen["locale"], 365 * 24 * 3600)
    return response


@blueprint.get("/account/password")
@requires()
def show_own_password() -> str:
    """Show the form for one's own password."""
    return page("accounts/password.html")


@blueprint.post("/account/password")
@requires()
def change_own_password() -> ResponseReturnValue:
    """Change one's own password and sign in anew."""
    typed = read_form(schemas.OwnPasswordSchema)
    actor, now = current_actor(), clock.now()
    with transaction() as session:
        service.change_password(session, actor, typed["old"], typed["password"], now=now)
        token = service.issue_token(session, actor.user_id, TokenKind.PAGE, now=now)
    flash(_("Your password is changed. You are signed out everywhere else."), "success")
    return _with_session(redirect(url_for("home.home")), token)


@blueprint.get("/users")
@requires(Permission.ACCOUNT_MANAGE)
def list_users() -> str:
    """List people by user name."""
    query = read_query(schemas.PeopleQuerySchema)
    after = decode(query["cursor"], (str, int))
    with transaction() as session:
        rows = queries.list_people(session, text=query["q"], after=after, size=PAGE_SIZE)
    people = page_of(rows, lambda person: [person.username, person.id])
    return page("accounts/users.html", people=people, q=query["q"])


@blueprint.get("/users/new")
@requires(Permission.ACCOUNT_MANAGE)
def show_new_user() -> str:
    """Show the form for a new account."""
    with transaction() as session:
        facilities = network.list_names(session)
    return page("accounts/new_user.html", facilities=facilities, roles=list(Role))


@blueprint.post("/users")
@requires(Permission.ACCOUNT_MANAGE)
@writes
def create_user() -> ResponseReturnValue:
    """Create an account."""
    new = read_form(schemas.NewPersonSchema)
    with transaction() as session:
        person = service.create_person(session, current_actor(), new, now=clock.now())
    flash(_("The account %(username)s is created.", username=person.username), "success")
    return redirect(url_for("accounts.show_user", user_id=person.id))


@blueprint.get("/users/<int:user_id>")
@requires(Permission.ACCOUNT_MANAGE)
def show_user(user_id: int) -> str:
    """Show one person with their roles and history."""
    with transaction() as session:
        person = service.get_person(session, UserId(user_id))
        changes = history.list_changes(session, service.SUBJECT, user_id)
    return page("accounts/user.html", person=person, changes=changes, roles=list(Role))


@blueprint.post("/users/<int:user_id>/roles")
@requires(Permission.ACCOUNT_MANAGE)
@writes
def change_roles(user_id: int) -> ResponseReturnValue:
    """Let a person hold exactly the ticked roles."""
    roles = frozenset(read_form(schemas.TickedRolesSchema)["roles"])
    with transaction() as session:
        service.change_roles(session, current_actor(), UserId(user_id), roles, now=clock.now())
    flash(_("The roles are changed."), "success")
    return redirect(url_for("accounts.show_user", user_id=user_id))


@blueprint.post("/users/<int:user_id>/password")
@requires(Permission.ACCOUNT_MANAGE)
@writes
def reset_password(user_id: int) -> ResponseReturnValue:
    """Give a person a new password; their sessions end."""
    password = read_form(schemas.PasswordSchema)["password"]
    with transaction() as session:
        service.reset_password(session, current_actor(), UserId(user_id), password, now=clock.now())
    flash(_("The new password holds. All sessions of this person are ended."), "success")
    return redirect(url_for("accounts.show_user", user_id=user_id))


@blueprint.post("/users/<int:user_id>/deactivate")
@requires(Permission.ACCOUNT_MANAGE)
@writes
def deactivate_user(user_id: int) -> ResponseReturnValue:
    """Close an account; nothing is deleted."""
    with transaction() as session:
        service.deactivate(session, current_actor(), UserId(user_id), now=clock.now())
    flash(_("The account is closed."), "success")
    return redirect(url_for("accounts.show_user", user_id=user_id))


def _with_session(response: Response, token: IssuedToken) -> Response:
    keep(response, SESSION_COOKIE, token.text, int(LIFETIME.total_seconds()))
    return response
