"""Keep photos with a discrepancy: what a clinic found broken or missing (差异照片)."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.fulfilment.service.settling import get_discrepancy
from app.kernel import attachments, history
from app.kernel.actor import Actor
from app.kernel.attachments import About, AttachmentKind, AttachmentMissing, CleanFile, Subject
from app.kernel.errors import NotFound
from app.kernel.history import Change

DISCREPANCY = "discrepancy"


def photograph_discrepancy(
    session: Session,
    actor: Actor,
    reference: str,
    photos: tuple[AttachmentKind, list[CleanFile]],
    *,
    now: datetime,
) -> Subject:
    """Keep photos with a discrepancy, by the clinic or the centre, open or closed.

    Raises:
        NotFound: there is none, or it is between others.
        AttachmentMissing: there is no file.
        AttachmentsFull: it has as many as one may have.
    """
    kind, files = photos
    found = get_discrepancy(session, actor, reference)
    if not actor.facility_ids & {found.facility_id, found.supplier_id}:
        raise NotFound("discrepancy")
    if not files:
        raise AttachmentMissing
    subject = (DISCREPANCY, found.id)
    about = About(subject=subject, kind=kind)
    added = attachments.attach(session, actor, about, files, now=now)
    if added:
        change = Change(subject=subject, action="photos-added", after={"files": added})
        history.record(session, actor, change, now=now)
    return subject


def discrepancy_subject(session: Session, actor: Actor, reference: str) -> Subject:
    """Return what the photos of a discrepancy belong to, for whoever may see it."""
    return (DISCREPANCY, get_discrepancy(session, actor, reference).id)
