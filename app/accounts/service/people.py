"""Administration of people: create, roles, passwords, deactivation; each change in the history."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts import queries
from app.accounts.errors import CredentialsWrong, OwnAccount, UsernameTaken
from app.accounts.models import RoleGrant, UserAccount
from app.accounts.queries import Person
from app.accounts.rules import Role
from app.accounts.service.passwords import hash_password, is_password, make_hash
from app.accounts.service.sign_in import sign_out_everywhere
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.db import Json, refusing
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import FacilityId, UserId

SUBJECT = "user_account"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Somebody who will sign in, with their roles at one facility."""

    username: str
    name: str
    facility_id: FacilityId
    password: str
    roles: frozenset[Role]


def create_person(session: Session, actor: Actor, request: NewPerson, *, now: datetime) -> Person:
    """Create an account with its roles.

    Raises:
        UsernameTaken: somebody has this user name.
        PasswordTooWeak: see ``hash_password``.
        NotFound: there is no such facility.
    """
    username = request.username.lower()
    user = UserAccount(
        username=username,
        password_hash=hash_password(username, request.password),
        name=request.name,
        facility_id=request.facility_id,
    )
    with (
        refusing(session, "fk_user_account_facility_id", NotFound("facility")),
        refusing(session, "uq_user_account_username", UsernameTaken(username)),
    ):
        session.add(user)
        session.flush()
    _grant(session, user.id, request.facility_id, request.roles)
    after = {"username": username, "roles": sorted(request.roles)}
    history.record(session, actor, _change(user, "created", {}, after), now=now)
    return get_person(session, user.id)


def change_roles(
    session: Session, actor: Actor, user_id: UserId, roles: frozenset[Role], *, now: datetime
) -> Person:
    """Let a person hold exactly these roles at their facility.

    Raises:
        NotFound: there is no such person.
        OwnAccount: administrators would take their own right away.
    """
    user = _lock(session, user_id)
    held = frozenset(
        session.scalars(
            select(RoleGrant.role).where(
                RoleGrant.user_id == user.id, RoleGrant.facility_id == user.facility_id
            )
        )
    )
    if user.id == actor.user_id and Role.ADMIN in held - roles:
        raise OwnAccount(user.username)
    session.execute(
        delete(RoleGrant).where(RoleGrant.user_id == user.id, RoleGrant.role.in_(held - roles))
    )
    _grant(session, user.id, user.facility_id, roles - held)
    if held != roles:
        before, after = {"roles": sorted(held)}, {"roles": sorted(roles)}
        history.record(session, actor, _change(user, "roles-changed", before, after), now=now)
    return get_person(session, user.id)


def reset_password(
    session: Session, actor: Actor, user_id: UserId, password: str, *, now: datetime
) -> None:
    """Give a person a new password and end all their sessions.

    Raises:
        NotFound: there is no such person.
        PasswordTooWeak: see ``hash_password``.
    """
    user = _lock(session, user_id)
    user.password_hash = hash_password(user.username, password)
    sign_out_everywhere(session, user.id, now=now)
    history.record(session, actor, _change(user, "password-reset", {}, {}), now=now)


def set_demo_password(session: Session, password: str, *, now: datetime) -> int:
    """Give every demo account the operator's password; return how many had another.

    One account speaks for all: they share one hash.
    """
    demo = select(UserAccount).where(UserAccount.is_demo).order_by(UserAccount.id)
    people = session.scalars(demo.with_for_update(key_share=True)).all()
    if not people or is_password(people[0].password_hash, password):
        return 0
    stored = make_hash(password)
    for user in people:
        user.password_hash = stored
        sign_out_everywhere(session, user.id, now=now)
    return len(people)


def change_password(session: Session, actor: Actor, old: str, new: str, *, now: datetime) -> None:
    """Let people change their own password; every other session of theirs ends.

    Raises:
        CredentialsWrong: the old password is wrong.
        PasswordTooWeak: see ``hash_password``.
    """
    user = _lock(session, actor.user_id)
    if not is_password(user.password_hash, old):
        raise CredentialsWrong
    user.password_hash = hash_password(user.username, new)
    sign_out_everywhere(session, user.id, now=now)
    history.record(session, actor, _change(user, "password-changed", {}, {}), now=now)


def deactivate(session: Session, actor: Actor, user_id: UserId, *, now: datetime) -> Person:
    """Close an account and end its sessions; nothing of it is deleted.

    Raises:
        NotFound: there is no such person.
        OwnAccount: administrators may not close their own account.
    """
    user = _lock(session, user_id)
    if user.id == actor.user_id:
        raise OwnAccount(user.username)
    if user.active:
        user.active = False
        sign_out_everywhere(session, user.id, now=now)
        history.record(
            session,
            actor,
            _change(user, "deactivated", {"active": True}, {"active": False}),
            now=now,
        )
    session.flush()
    return get_person(session, user.id)


def choose_locale(session: Session, actor: Actor, locale: str) -> None:
    """Remember the language a person reads."""
    session.execute(
        update(UserAccount).where(UserAccount.id == actor.user_id).values(locale=locale)
    )


def get_person(session: Session, user_id: UserId) -> Person:
    """Return one person for the administrator.

    Raises:
        NotFound: there is no such person.
    """
    person = queries.find_person(session, user_id)
    if person is None:
        raise NotFound("user")
    return person


def _lock(session: Session, user_id: UserId) -> UserAccount:
    user = session.get(UserAccount, user_id, with_for_update={"key_share": True})
    if user is None:
        raise NotFound("user")
    return user


def _grant(
    session: Session, user_id: UserId, facility_id: FacilityId, roles: frozenset[Role]
) -> None:
    session.add_all(
        RoleGrant(user_id=user_id, facility_id=facility_id, role=role) for role in sorted(roles)
    )
    session.flush()


def _change(user: UserAccount, action: str, before: Json, after: Json) -> Change:
    return Change(subject=(SUBJECT, user.id), action=action, before=before, after=after)
