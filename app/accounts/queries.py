"""Read side of accounts: the person behind a token, and the lists administrators see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.accounts.models import AccessToken, RoleGrant, TokenKind, UserAccount
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveToken:
    """A token that was neither revoked nor has ended, when it was last used, and its owner."""

    id: int
    last_used_at: datetime
    owner: SignedIn


@cache
def _people() -> Select[*tuple[Any, ...]]:
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
    return select(
        UserAccount.id,
        UserAccount.username,
        UserAccount.name,
        UserAccount.locale,
        UserAccount.active,
        Facility.id.label("facility_id"),
        Facility.name.label("facility_name"),
        roles.label("granted"),
        children.label("children"),
    ).join(Facility, Facility.id == UserAccount.facility_id)


@cache
def _owners() -> Select[*tuple[Any, ...]]:
    """Select the active owner of a live token; built once, for every request asks it."""
    return (
        _people()
        .join(AccessToken, AccessToken.user_id == UserAccount.id)
        .add_columns(AccessToken.id.label("token_id"), AccessToken.last_used_at)
        .where(
            AccessToken.digest == bindparam("digest"),
            AccessToken.kind == bindparam("kind"),
            AccessToken.revoked_at.is_(None),
            AccessToken.expires_at > bindparam("now"),
            UserAccount.active,
        )
    )


def find_signed_in(session: Session, user_id: UserId) -> SignedIn | None:
    """Return an active person as services and pages know them."""
    row = session.execute(_people().where(UserAccount.id == user_id, UserAccount.active)).first()
    return _signed_in(row) if row else None


def find_by_token(
    session: Session, token: tuple[str, TokenKind], *, now: datetime
) -> LiveToken | None:
    """Return the live token of this digest and kind, if its owner is active."""
    digest, kind = token
    row = session.execute(_owners(), {"digest": digest, "kind": kind, "now": now}).first()
    if row is None:
        return None
    return LiveToken(id=row.token_id, last_used_at=row.last_used_at, owner=_signed_in(row))


def _signed_in(row: Row[*tuple[Any, ...]]) -> SignedIn:
    roles = frozenset(Role(role) for role in row.granted or ())
    below = (FacilityId(child) for child in row.children or ())
    actor = Actor(
        user_id=row.id,
        name=row.name,
        facility_id=row.facility_id,
        facility_ids=frozenset({row.facility_id, *below}),
        permissions=permissions_of(roles),
    )
    return SignedIn(
        actor=actor,
        username=row.username,
        facility_name=row.facility_name,
        roles=tuple(sorted(roles)),
        locale=row.locale,
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


def _person(row: Row[*tuple[Any, ...]]) -> Person:
    return Person(
        id=row.id,
        username=row.username,
        name=row.name,
        facility_id=row.facility_id,
        facility_name=row.facility_name,
        roles=tuple(sorted(Role(role) for role in row.granted or ())),
        active=row.active,
    )
