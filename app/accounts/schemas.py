"""JSON shapes of accounts."""

from typing import Any

from marshmallow import fields, post_load, validate

from app.accounts.rules import Role
from app.accounts.service import Credentials, NewPerson
from app.web.locale import LOCALES
from app.web.schema import ApiSchema, QuerySchema, Secret, Text, an_id

USERNAME = r"^[A-Za-z0-9._-]{2,40}$"


class CredentialsSchema(ApiSchema):
    """User name and password."""

    username = Text(required=True, shortest=1, longest=64)
    password = Secret(required=True)


class TokenSchema(ApiSchema):
    """A bearer token, shown this once."""

    token = fields.String(required=True, attribute="text")
    expires_at = fields.AwareDateTime(required=True)


class ProfileSchema(ApiSchema):
    """The signed-in person."""

    username = fields.String(required=True)
    name = fields.String(required=True, attribute="actor.name")
    facility_id = fields.Integer(required=True, attribute="actor.facility_id")
    facility_name = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    permissions = fields.Function(
        lambda profile: sorted(profile.actor.permissions),
        required=True,
        metadata={"type": "array", "items": {"type": "string"}},
    )
    locale = fields.String(required=True, allow_none=True)


class PersonSchema(ApiSchema):
    """A person as administrators see them."""

    id = fields.Integer(required=True)
    username = fields.String(required=True)
    name = fields.String(required=True)
    facility_id = fields.Integer(required=True)
    facility_name = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    active = fields.Boolean(required=True)


class PeopleSchema(ApiSchema):
    """A page of people."""

    rows = fields.List(fields.Nested(PersonSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PeopleQuerySchema(QuerySchema):
    """Which people."""

    q = Text(load_default="", longest=50)
    cursor = fields.String(load_default=None, validate=validate.Length(max=200))


class RolesSchema(ApiSchema):
    """Exactly the roles somebody shall hold."""

    roles = fields.List(fields.Enum(Role, by_value=True), required=True)


class PasswordSchema(ApiSchema):
    """A new password."""

    password = Secret(required=True)


class NewPersonSchema(RolesSchema):
    """Somebody who will sign in."""

    username = Text(required=True, pattern=USERNAME)
    name = Text(required=True, shortest=1, longest=50)
    facility_id = an_id(required=True)
    password = Secret(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> NewPerson:
        return NewPerson(**{**data, "roles": frozenset(data["roles"])})


class SignInSchema(CredentialsSchema):
    """The sign-in form; ``next`` is where the person wanted to go."""

    next = fields.String(load_default="")


class LocaleSchema(ApiSchema):
    """The language switch."""

    locale = fields.String(required=True, validate=validate.OneOf(LOCALES))
    next = fields.String(load_default="")


class TickedRolesSchema(ApiSchema):
    """The ticked roles; a form without a tick sends nothing."""

    roles = fields.List(fields.Enum(Role, by_value=True), load_default=list)


class OwnPasswordSchema(PasswordSchema):
    """The form for one's own password."""

    old = Secret(required=True)


class SecondPersonSchema(ApiSchema):
    """The second person's own credential."""

    username = Text(required=True, shortest=1, longest=60)
    password = Secret(required=True)


class SignedForm(ApiSchema):
    """A form on which a second person may sign; both fields are empty where nobody does."""

    username = Text(load_default="", longest=60)
    password = Secret(load_default="", allow_none=True)


def second_person(typed: dict[str, Any], address: str | None) -> Credentials | None:
    """Take the second person's credential out of a form or a JSON body; None where nobody signs."""
    given = typed.pop("second", None) or {
        name: typed.pop(name, "") for name in ("username", "password")
    }
    if not given["username"]:
        return None
    return Credentials(
        username=given["username"], password=given["password"] or "", address=address or ""
    )
