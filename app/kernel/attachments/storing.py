"""Attachments as rows of the document they belong to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    LargeBinary,
    UniqueConstraint,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.actor import Actor
from app.kernel.attachments.cleaning import MOST_BYTES, AttachmentType, CleanFile
from app.kernel.db import Base, BigId, Code, key, refusing
from app.kernel.errors import Conflict, NotFound
from app.kernel.ids import UserId

MOST_FILES = 40
Subject = tuple[str, int]
"""What an attachment belongs to: the kind of document and its key."""
TAKE_TURNS = text("SELECT pg_advisory_xact_lock(hashtextextended(:subject, 0))")


class AttachmentsFull(Conflict):
    """The document has as many attachments as one may have."""

    code = "attachments-full"


class AttachmentKind(StrEnum):
    """What a photo shows (照片内容)."""

    DAMAGE = "damage"
    QUANTITY = "quantity"
    TEMPERATURE = "temperature"
    PAPERS = "papers"
    OTHER = "other"


class Attachment(Base):
    """One file of a document (附件); ``part_id`` is the line it is about, where it is of one.

    The same content is kept once for a document. Rows are only ever added.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "position"),
        UniqueConstraint("subject_kind", "subject_id", "sha256"),
        CheckConstraint(f"position BETWEEN 1 AND {MOST_FILES}", name="not_too_many"),
        CheckConstraint(f"octet_length(content) BETWEEN 1 AND {MOST_BYTES}", name="not_too_large"),
        CheckConstraint(
            "(media_type = 'application/pdf') = (thumbnail IS NULL)", name="pictures_are_shown"
        ),
    )

    id: Mapped[BigId] = key()
    subject_kind: Mapped[Code]
    subject_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int]
    part_id: Mapped[int | None] = mapped_column(BigInteger)
    kind: Mapped[AttachmentKind]
    name: Mapped[str]
    media_type: Mapped[AttachmentType]
    sha256: Mapped[Code]
    width: Mapped[int | None]
    height: Mapped[int | None]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    thumbnail: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    added_at: Mapped[datetime]
    added_by: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    adder: Mapped[str]


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """An attachment in a list: everything but its content."""

    subject_id: int
    position: int
    part_id: int | None
    kind: AttachmentKind
    name: str
    media_type: AttachmentType
    size: int
    sha256: str
    width: int | None
    height: int | None
    added_at: datetime
    adder: str

    @property
    def is_picture(self) -> bool:
        """Whether it can be shown on a page."""
        return self.media_type is not AttachmentType.PDF


@dataclass(frozen=True, slots=True)
class Stored:
    """A file to hand out."""

    name: str
    media_type: AttachmentType
    sha256: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What files are attached to, and what they show."""

    subject: Subject
    kind: AttachmentKind
    part_id: int | None = None


def attach(
    session: Session, actor: Actor, about: About, files: Sequence[CleanFile], *, now: datetime
) -> int:
    """Keep cleaned files with a document; return how many were new to it.

    People who attach to one document take turns, and the constraint has the last word.

    Raises:
        AttachmentsFull: there would be too many.
    """
    kind, subject_id = about.subject
    session.execute(TAKE_TURNS, {"subject": f"attachment/{kind}/{subject_id}"})
    of_subject = (Attachment.subject_kind == kind, Attachment.subject_id == subject_id)
    last = session.scalar(select(func.max(Attachment.position)).where(*of_subject))
    known = set(session.scalars(select(Attachment.sha256).where(*of_subject)))
    fresh = {file.sha256: file for file in files if file.sha256 not in known}
    rows = [
        {
            "subject_kind": kind,
            "subject_id": subject_id,
            "position": (last or 0) + number,
            "part_id": about.part_id,
            "kind": about.kind,
            "name": file.name,
            "media_type": file.media_type,
            "sha256": sha256,
            "width": file.width,
            "height": file.height,
            "content": file.content,
            "thumbnail": file.thumbnail,
            "added_at": now,
            "added_by": actor.user_id,
            "adder": actor.name,
        }
        for number, (sha256, file) in enumerate(fresh.items(), 1)
    ]
    full = AttachmentsFull(most=MOST_FILES)
    if rows:
        with refusing(session, "ck_attachment_not_too_many", full):
            session.execute(insert(Attachment), rows)
    return len(rows)


def list_of(
    session: Session, kind: str, subject_ids: Collection[int]
) -> dict[int, list[AttachmentRow]]:
    """Return the attachments of documents of one kind, without their content."""
    rows = session.execute(
        select(
            Attachment.subject_id,
            Attachment.position,
            Attachment.part_id,
            Attachment.kind,
            Attachment.name,
            Attachment.media_type,
            func.octet_length(Attachment.content),
            Attachment.sha256,
            Attachment.width,
            Attachment.height,
            Attachment.added_at,
            Attachment.adder,
        )
        .where(Attachment.subject_kind == kind, Attachment.subject_id.in_(subject_ids))
        .order_by(Attachment.subject_id, Attachment.position)
    )
    found: dict[int, list[AttachmentRow]] = {subject_id: [] for subject_id in subject_ids}
    for row in rows:
        found[row.subject_id].append(AttachmentRow(*row))
    return found


def get_file(session: Session, subject: Subject, position: int) -> Stored:
    """Return one attachment of a document.

    Raises:
        NotFound: the document has no such attachment.
    """
    row = session.execute(
        select(Attachment.name, Attachment.media_type, Attachment.sha256, Attachment.content).where(
            *_named(subject, position)
        )
    ).first()
    if row is None:
        raise NotFound("attachment")
    return Stored(*row)


def get_thumbnail(session: Session, subject: Subject, position: int) -> Stored:
    """Return the small picture of an attachment.

    Raises:
        NotFound: the document has no such attachment, or it is no picture.
    """
    row = session.execute(
        select(Attachment.name, Attachment.sha256, Attachment.thumbnail).where(
            *_named(subject, position), Attachment.thumbnail.is_not(None)
        )
    ).first()
    if row is None:
        raise NotFound("attachment")
    return Stored(row.name, AttachmentType.JPEG, row.sha256, row.thumbnail)


def _named(subject: Subject, position: int) -> tuple[ColumnElement[bool], ...]:
    kind, subject_id = subject
    return (
        Attachment.subject_kind == kind,
        Attachment.subject_id == subject_id,
        Attachment.position == position,
    )
