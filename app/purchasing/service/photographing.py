"""Keep photos and papers with receipts and claims: what was broken, missing or too warm."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import attachments, history
from app.kernel.actor import Actor
from app.kernel.attachments import About, AttachmentKind, AttachmentMissing, CleanFile, Subject
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.purchasing.models import SupplierClaim
from app.purchasing.service.opening import get_line, get_receipt, own_receipt

RECEIPT, CLAIM = "receipt", "supplier_claim"


@dataclass(frozen=True, slots=True, kw_only=True)
class Photos:
    """Cleaned files, what they show, and the line of the receipt they are about."""

    kind: AttachmentKind
    files: list[CleanFile] = field(default_factory=list)
    line_id: int | None = None


def photograph_receipt(
    session: Session, actor: Actor, reference: str, photos: Photos, *, now: datetime
) -> Subject:
    """Keep photos with a receipt, at whatever step it is; the same photo is kept once.

    Raises:
        NotFound: the receipt or the line is unknown, or not the actor's to work on.
        AttachmentMissing: there is no file.
        AttachmentsFull: the receipt has as many as one may have.
    """
    receipt = own_receipt(session, actor, reference)
    if photos.line_id is not None:
        get_line(session, receipt.id, photos.line_id)
    subject = (RECEIPT, receipt.id)
    _attach(session, actor, subject, photos, now=now)
    return subject


def photograph_claim(
    session: Session, actor: Actor, reference: str, photos: Photos, *, now: datetime
) -> Subject:
    """Keep photos with a claim on a supplier, open or closed.

    Raises:
        NotFound: the claim is unknown, or not the actor's.
        AttachmentMissing: there is no file.
        AttachmentsFull: the claim has as many as one may have.
    """
    claim = get_claim(session, actor, reference)
    actor.must_act_for(claim.facility_id, "claim")
    subject = (CLAIM, claim.id)
    _attach(session, actor, subject, photos, now=now)
    return subject


def get_claim(session: Session, actor: Actor, reference: str) -> SupplierClaim:
    """Return a claim the actor may see.

    Raises:
        NotFound: there is none, or it is another facility's.
    """
    claim = session.scalars(
        select(SupplierClaim).where(SupplierClaim.reference == reference)
    ).first()
    if claim is None or not actor.sees(claim.facility_id):
        raise NotFound("claim")
    return claim


def receipt_subject(session: Session, actor: Actor, reference: str) -> Subject:
    """Return what the photos of a receipt belong to, for whoever may see the receipt."""
    return (RECEIPT, get_receipt(session, actor, reference).id)


def claim_subject(session: Session, actor: Actor, reference: str) -> Subject:
    """Return what the photos of a claim belong to, for whoever may see the claim."""
    return (CLAIM, get_claim(session, actor, reference).id)


def _attach(
    session: Session, actor: Actor, subject: Subject, photos: Photos, *, now: datetime
) -> None:
    if not photos.files:
        raise AttachmentMissing
    about = About(subject=subject, kind=photos.kind, part_id=photos.line_id)
    added = attachments.attach(session, actor, about, photos.files, now=now)
    if added:
        change = Change(subject=subject, action="photos-added", after={"files": added})
        history.record(session, actor, change, now=now)
