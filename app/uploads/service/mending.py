"""What people do about messages: tell them again, and enter what master data lack."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from app.catalogue import service as catalogue
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId, ItemId, LotId, UploadId
from app.network import service as network
from app.traceability import service as traceability
from app.traceability.errors import ReasonMissing
from app.uploads import queries
from app.uploads.errors import UploadStateChanged
from app.uploads.models import Upload, UploadNote
from app.uploads.queries import UploadRow
from app.uploads.rules import UploadFault, UploadState, UploadStep

MOST_AT_ONCE = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Messages that failed for one cause."""

    fault: UploadFault
    field: str = ""
    text: str = ""


def retry(
    session: Session, actor: Actor, upload_id: UploadId, reason: str, *, now: datetime
) -> None:
    """Tell a failed message again.

    An unknown one is only ever asked for: the platform may still be at work on it.

    Raises:
        NotFound: the message is not the actor's to see.
        ReasonMissing: people must learn why.
        UploadStateChanged: it did not fail.
    """
    found = get_upload(session, actor, upload_id)
    _refuse_silence(reason)
    if not _again(session, actor, [found.id], reason, now=now):
        raise UploadStateChanged(found.document)


def retry_all(session: Session, actor: Actor, cause: Cause, reason: str, *, now: datetime) -> int:
    """Tell all messages again that failed for a cause; return how many.

    Raises:
        ReasonMissing: people must learn why.
    """
    _refuse_silence(reason)
    wanted = (
        select(Upload.id)
        .where(
            queries.visible(actor),
            Upload.state == UploadState.FAILED,
            Upload.fault == cause.fault,
            Upload.fault_field == cause.field,
        )
        .order_by(Upload.id)
        .limit(MOST_AT_ONCE)
    )
    if cause.fault is UploadFault.REFUSED:
        wanted = wanted.where(Upload.fault_text == cause.text)
    return _again(session, actor, session.scalars(wanted).all(), reason, now=now)


def get_upload(session: Session, actor: Actor, upload_id: UploadId) -> UploadRow:
    """Return a message the actor may see.

    Raises:
        NotFound: there is none.
    """
    found = queries.find_upload(session, actor, upload_id)
    if found is None:
        raise NotFound("upload")
    return found


def name_facility(
    session: Session, actor: Actor, facility_id: FacilityId, code: str, *, now: datetime
) -> None:
    """Enter a facility's number with the insurance; its messages go out by themselves.

    Raises:
        NotFound: there is no such facility, or the actor may not see its messages.
    """
    if not actor.sees(facility_id):
        raise NotFound("facility")
    network.set_insurance_code(session, actor, facility_id, code, now=now)
    _look_again(session, Upload.facility_id == facility_id, now=now)


def name_item(session: Session, actor: Actor, item_id: ItemId, code: str, *, now: datetime) -> None:
    """Enter an item's insurance code; its messages go out by themselves.

    Raises:
        NotFound: there is no such item.
    """
    catalogue.get_item(session, item_id)
    changes = {item_id: {"insurance_code": code}}
    catalogue.change_items(session, actor, changes, "", now=now)
    _look_again(session, Upload.item_id == item_id, now=now)


def date_lot(
    session: Session, actor: Actor, lot_id: LotId, made_on: date, *, now: datetime
) -> None:
    """Enter the day a lot was made; its messages go out by themselves.

    Raises:
        NotFound: there is no such lot.
        LotDateWrong: it expired before it was made, or is made tomorrow.
    """
    traceability.date_lot(session, actor, lot_id, made_on, now=now)
    _look_again(session, Upload.lot_id == lot_id, now=now)


def _refuse_silence(reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing("upload")


def _again(
    session: Session, actor: Actor, ids: Collection[UploadId], reason: str, *, now: datetime
) -> int:
    if not ids:
        return 0
    failed = session.scalars(
        update(Upload)
        .where(Upload.id.in_(ids), Upload.state == UploadState.FAILED)
        .values(
            state=UploadState.PENDING,
            fault=UploadFault.NONE,
            fault_field="",
            fault_text="",
            next_try_at=now,
        )
        .returning(Upload.id)
        .execution_options(synchronize_session=False)
    ).all()
    session.add_all(
        UploadNote(
            upload_id=upload_id,
            step=UploadStep.RETRIED,
            happened_at=now,
            told=reason.strip(),
            user_id=actor.user_id,
        )
        for upload_id in failed
    )
    return len(failed)


def _look_again(session: Session, of: ColumnElement[bool], *, now: datetime) -> None:
    """Let the loop look at once at what waits for a field."""
    session.execute(
        update(Upload)
        .where(
            of,
            Upload.state == UploadState.FAILED,
            Upload.fault == UploadFault.MISSING,
        )
        .values(next_try_at=now)
        .execution_options(synchronize_session=False)
    )
