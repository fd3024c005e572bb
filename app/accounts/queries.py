"""Read side of accounts: the person behind a token, and the lists administrators see."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Row, Select, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.accounts.models import AccessToken, RoleGrant, UserAccount
from app.accounts.rules import Role, permissions_of
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, UserId
from app.network.models import Facility, FacilityKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """The person behind a live token, with what every page shows of them."""

    actor: Actor
    username: str
    facility_name: str
    roles: tuple[str, ...]
    locale: str | None
    token_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One line of the administrator's list."""

    id: UserId
    username: str
    name: str
    facility_id: FacilityId
    facility_name: str
    roles: tuple[Role, ...]
    active: bool


@cache
def _people() -> Select[UserAccount, Facility, list[Role] | None, list[int] | None]:
    """Select people with their facility, roles there, and the facilities below it."""
    child = aliased(Facility)
    roles = (
        select(func.array_agg(RoleGrant.role))
        .where(
            RoleGrant.user_id == UserAccount.id,
            RoleGrant.facility_id == UserAccount.facility_id,
        )
        .scalar_subquery()
    )
    children = (
        select(func.array_agg(child.id))
        .where(
            child.parent_id == Facility.id,
            child.active,
            Facility.kind == FacilityKind.TOWNSHIP_CLINIC,
        )
        .scalar_subquery()
    )
    return select(UserAccount, Facility, roles, children).join(
        Facility, Facility.id == UserAccount.facility_id
    )


def find_signed_in(session: Session, user_id: UserId) -> SignedIn | None:
    """Return an active person as services and pages know them."""
    row = session.execute(_people().where(UserAccount.id == user_id, UserAccount.active)).first()
    return _signed_in(row) if row else None


def find_by_token(session: Session, token: AccessToken) -> SignedIn | None:
    """Return the active owner of a token."""
    row = session.execute(
        _people().where(UserAccount.id == token.user_id, UserAccount.active)
    ).first()
    return _signed_in(row, token.id) if row else None


def _signed_in(
    row: Row[UserAccount, Facility, list[Role] | None, list[int] | None],
    token_id: int | None = None,
) -> SignedIn:
    user, facility, granted, children = row
    roles = frozenset(Role(role) for role in granted or ())
    below = (FacilityId(child) for child in children or ())
    actor = Actor(
        user_id=user.id,
        name=user.name,
        facility_id=facility.id,
        facility_ids=frozenset({facility.id, *below}),
        permissions=permissions_of(roles),
    )
    return SignedIn(
        actor=actor,
        username=user.username,
        facility_name=facility.name,
        roles=tuple(sorted(roles)),
        locale=user.locale,
        token_id=token_id,
    )


def list_people(
    session: Session, *, text: str, after: tuple[str | int, ...] | None, size: int
) -> Sequence[Person]:
    """Return people by user name, one more than ``size`` so that a page knows of the next."""
    query = _people().order_by(UserAccount.username, UserAccount.id).limit(size + 1)
    if text:
        pattern = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        query = query.where(
            UserAccount.username.like(f"{pattern.lower()}%") | UserAccount.name.like(f"%{pattern}%")
        )
    if after:
        query = query.where(tuple_(UserAccount.username, UserAccount.id) > after)
    return [_person(row) for row in session.execute(query)]


def find_person(session: Session, user_id: UserId) -> Person | None:
    """Return one person for the administrator, active or not."""
    row = session.execute(_people().where(UserAccount.id == user_id)).first()
    return _person(row) if row else None


def _person(
    row: Row[UserAccount, Facility, list[Role] | None, list[int] | None],
) -> Person:
    user, facility, granted, _ = row
    return Person(
        id=user.id,
        username=user.username,
        name=user.name,
        facility_id=facility.id,
        facility_name=facility.name,
        roles=tuple(sorted(Role(role) for role in granted or ())),
        active=user.active,
    )
