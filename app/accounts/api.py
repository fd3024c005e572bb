"""JSON API of accounts: tokens, the signed-in person, and administration of people."""

from typing import Any

from flask import request
from flask_smorest import Blueprint

from app.accounts import queries, schemas, service
from app.accounts.models import TokenKind
from app.accounts.queries import Person
from app.accounts.rules import Role
from app.accounts.service import Credentials, IssuedToken, NewPerson
from app.kernel import clock
from app.kernel.actor import Permission
from app.kernel.ids import UserId
from app.web.guard import Profile, current_actor, current_profile, current_token, public, requires
from app.web.paging import PAGE_SIZE, Page, decode, page_of
from app.web.unit_of_work import transaction
from app.web.writes import writes

blueprint = Blueprint(
    "accounts_api", __name__, url_prefix="/api/v1", description="Sign-in and people"
)


@blueprint.post("/tokens")
@public
@writes
@blueprint.arguments(schemas.CredentialsSchema)
@blueprint.response(201, schemas.TokenSchema)
def create_token(credentials: dict[str, str]) -> IssuedToken:
    """Exchange user name and password for a bearer token."""
    given = Credentials(**credentials, address=request.remote_addr or "")
    with transaction() as session:
        return service.sign_in(session, given, TokenKind.API, now=clock.now())


@blueprint.post("/tokens/revoke")
@requires()
@writes
@blueprint.response(204)
def revoke_token() -> None:
    """Revoke the token this request carries."""
    with transaction() as session:
        service.sign_out(session, current_token(), now=clock.now())


@blueprint.get("/me")
@requires()
@blueprint.response(200, schemas.ProfileSchema)
def show_me() -> Profile | None:
    """Say who is signed in and what they may do."""
    return current_profile()


@blueprint.get("/users")
@requires(Permission.ACCOUNT_MANAGE)
@blueprint.arguments(schemas.PeopleQuerySchema, location="query")
@blueprint.response(200, schemas.PeopleSchema)
def list_users(query: dict[str, Any]) -> Page[Person]:
    """List people by user name."""
    after = decode(query["cursor"], (str, int))
    with transaction() as session:
        rows = queries.list_people(session, text=query["q"], after=after, size=PAGE_SIZE)
    return page_of(rows, lambda person: [person.username, person.id])


@blueprint.post("/users")
@requires(Permission.ACCOUNT_MANAGE)
@writes
@blueprint.arguments(schemas.NewPersonSchema)
@blueprint.response(201, schemas.PersonSchema)
def create_user(new: NewPerson) -> Person:
    """Create an account."""
    with transaction() as session:
        return service.create_person(session, current_actor(), new, now=clock.now())


@blueprint.get("/users/<int:user_id>")
@requires(Permission.ACCOUNT_MANAGE)
@blueprint.response(200, schemas.PersonSchema)
def show_user(user_id: int) -> Person:
    """Return one person."""
    with transaction() as session:
        return service.get_person(session, UserId(user_id))


@blueprint.put("/users/<int:user_id>/roles")
@requires(Permission.ACCOUNT_MANAGE)
@writes
@blueprint.arguments(schemas.RolesSchema)
@blueprint.response(200, schemas.PersonSchema)
def change_roles(body: dict[str, list[Role]], user_id: int) -> Person:
    """Let a person hold exactly these roles."""
    roles = frozenset(body["roles"])
    with transaction() as session:
        return service.change_roles(
            session, current_actor(), UserId(user_id), roles, now=clock.now()
        )


@blueprint.post("/users/<int:user_id>/password")
@requires(Permission.ACCOUNT_MANAGE)
@writes
@blueprint.arguments(schemas.PasswordSchema)
@blueprint.response(204)
def reset_password(body: dict[str, str], user_id: int) -> None:
    """Give a person a new password; their sessions end."""
    with transaction() as session:
        service.reset_password(
            session, current_actor(), UserId(user_id), body["password"], now=clock.now()
        )


@blueprint.post("/users/<int:user_id>/deactivate")
@requires(Permission.ACCOUNT_MANAGE)
@writes
@blueprint.response(200, schemas.PersonSchema)
def deactivate_user(user_id: int) -> Person:
    """Close an account; nothing is deleted."""
    with transaction() as session:
        return service.deactivate(session, current_actor(), UserId(user_id), now=clock.now())
