"""Client keys: a repeated request gets the first answer, other content is refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.db import Base, BigId, Code
from app.kernel.errors import KeyReused

KEPT = timedelta(days=30)
"""A phone that was offline for weeks still gets the first answer."""


class ClientRequest(Base):
    """One write that came under a client key, with the answer it got."""

    __tablename__ = "client_request"

    user_id: Mapped[BigId] = mapped_column(primary_key=True)
    client_key: Mapped[Code] = mapped_column(primary_key=True)
    digest: Mapped[Code]
    created_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    media_type: Mapped[str | None]
    location: Mapped[str | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the client was told: status, media type, where to go, and the body."""

    status: int
    media_type: str
    location: str | None
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who asks, under which key, for what (``digest`` of method, path and content)."""

    user_id: int
    client_key: str
    digest: str


def claim(session: Session, request: Claim, *, now: datetime) -> Answer | None:
    """Take the key for this transaction, or return the first answer given under it.

    A twin that runs at the same time waits here until the first has committed.

    Raises:
        KeyReused: the key was used for another request.
    """
    taken = session.execute(
        insert(ClientRequest)
        .values(
            user_id=request.user_id,
            client_key=request.client_key,
            digest=request.digest,
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(ClientRequest.user_id)
    ).first()
    if taken:
        return None
    first = session.execute(
        select(ClientRequest).where(
            ClientRequest.user_id == request.user_id,
            ClientRequest.client_key == request.client_key,
        )
    ).scalar_one()
    if first.digest != request.digest or first.status is None:
        raise KeyReused(request.client_key)
    return Answer(
        status=first.status,
        media_type=first.media_type or "application/json",
        location=first.location,
        body=first.body or b"",
    )


def remember(session: Session, request: Claim, answer: Answer) -> None:
    """Store the answer beside the key, in the transaction that did the work."""
    session.execute(
        update(ClientRequest)
        .where(
            ClientRequest.user_id == request.user_id,
            ClientRequest.client_key == request.client_key,
        )
        .values(
            status=answer.status,
            media_type=answer.media_type,
            location=answer.location,
            body=answer.body,
        )
    )


def sweep(session: Session, *, now: datetime) -> int:
    """Forget keys older than they are kept; return how many."""
    gone = delete(ClientRequest).where(ClientRequest.created_at < now - KEPT)
    return len(session.scalars(gone.returning(ClientRequest.client_key)).all())
