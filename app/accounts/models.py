"""Tables of people and their sign-ins."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.accounts.rules import Role
from app.kernel.db import Base, BigId, Code, CreatedAt, key
from app.kernel.ids import FacilityId, UserId


class UserAccount(Base):
    """A person who signs in (用户)."""

    __tablename__ = "user_account"
    __table_args__ = (CheckConstraint("username = lower(username)", name="username_lower"),)

    id: Mapped[UserId] = key()
    username: Mapped[Code] = mapped_column(unique=True)
    password_hash: Mapped[str]
    name: Mapped[str]
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"), index=True)
    locale: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[CreatedAt]


class RoleGrant(Base):
    """A role a person holds at a facility (角色)."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("user_id", "facility_id", "role"),)

    id: Mapped[int] = key()
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    facility_id: Mapped[FacilityId] = mapped_column(ForeignKey("facility.id"))
    role: Mapped[Role]


class TokenKind(StrEnum):
    """Where a token may be used."""

    PAGE = "page"
    API = "api"


class AccessToken(Base):
    """A live sign-in: a browser session or an API token; only its SHA-256 is stored."""

    __tablename__ = "access_token"

    id: Mapped[BigId] = key()
    digest: Mapped[Code] = mapped_column(unique=True)
    kind: Mapped[TokenKind]
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """One attempt to sign in, for the brake; old rows are swept."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_username", "username", "attempted_at"),
        Index("ix_sign_in_attempt_address", "address", "attempted_at"),
    )

    id: Mapped[BigId] = key()
    username: Mapped[Code]
    address: Mapped[Code]
    attempted_at: Mapped[datetime]
    succeeded: Mapped[bool]
