"""Messages as lists and pages show them, and what one of them went through."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.catalogue.models import Item
from app.kernel.actor import Actor, Permission
from app.kernel.db import Json
from app.kernel.ids import FacilityId, ItemId, LotId, UploadId
from app.network.models import Facility
from app.traceability.models import Lot
from app.uploads.models import Upload, UploadNote
from app.uploads.rules import UploadFault, UploadKind, UploadState, UploadStep


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadQuery:
    """Which messages to list."""

    state: UploadState | None = None
    kind: UploadKind | None = None
    facility_id: FacilityId | None = None
    fault: UploadFault | None = None
    field: str = ""
    document: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True)
class UploadRow:
    """A message in a list."""

    id: UploadId
    kind: UploadKind
    state: UploadState
    facility_id: FacilityId
    facility: str
    item_id: ItemId
    item_name: str
    strength: str
    base_unit: str
    lot_id: LotId
    lot_number: str
    document: str
    quantity: int
    split: bool
    code_count: int
    happened_at: datetime
    attempts: int
    next_try_at: datetime
    msgid: str
    sent_at: datetime | None
    settled_at: datetime | None
    receipt: str
    fault: UploadFault
    fault_field: str
    fault_text: str
    created_at: datetime
    after_id: UploadId | None
    after_state: UploadState | None


@dataclass(frozen=True, slots=True)
class NoteRow:
    """One line of a message's timeline."""

    step: UploadStep
    happened_at: datetime
    msgid: str
    told: str
    by: str | None


def visible(actor: Actor) -> ColumnElement[bool]:
    """Say which messages an actor may see."""
    if actor.may(Permission.COUNTY_READ):
        return Upload.id > 0
    return Upload.facility_id.in_(actor.facility_ids)


def list_uploads(session: Session, actor: Actor, wanted: UploadQuery, size: int) -> list[UploadRow]:
    """Return messages, newest first, one more than ``size``."""
    conditions = [visible(actor), *_conditions(wanted)]
    return _rows(session, conditions, size + 1)


def find_upload(session: Session, actor: Actor, upload_id: UploadId) -> UploadRow | None:
    """Return one message the actor may see."""
    rows = _rows(session, [visible(actor), Upload.id == upload_id], 1)
    return rows[0] if rows else None


def find_body(session: Session, upload_id: UploadId) -> Json | None:
    """Return what the last attempt said."""
    return session.scalar(select(Upload.body).where(Upload.id == upload_id))


def list_notes(session: Session, upload_id: UploadId) -> list[NoteRow]:
    """Return what happened to a message on its way, oldest first."""
    rows: Iterable[Any] = session.execute(
        select(
            UploadNote.step,
            UploadNote.happened_at,
            UploadNote.msgid,
            UploadNote.told,
            UserAccount.name,
        )
        .outerjoin(UserAccount, UserAccount.id == UploadNote.user_id)
        .where(UploadNote.upload_id == upload_id)
        .order_by(UploadNote.id)
    )
    return [NoteRow(*row) for row in rows]


def _conditions(wanted: UploadQuery) -> list[ColumnElement[bool]]:
    given = {
        Upload.state: wanted.state,
        Upload.kind: wanted.kind,
        Upload.facility_id: wanted.facility_id,
        Upload.fault: wanted.fault,
        Upload.fault_field: wanted.field,
        Upload.document: wanted.document,
    }
    conditions = [column == value for column, value in given.items() if value]
    if wanted.before is not None:
        conditions.append(Upload.id < wanted.before)
    return conditions


def _rows(session: Session, conditions: list[ColumnElement[bool]], limit: int) -> list[UploadRow]:
    before = aliased(Upload)
    names = [name for name in UploadRow.__dataclass_fields__ if hasattr(Upload, name)]
    others = {
        "facility": Facility.short_name,
        "item_name": Item.name,
        "strength": Item.strength,
        "base_unit": Item.base_unit,
        "lot_number": Lot.lot_number,
        "after_state": before.state,
    }
    columns = [getattr(Upload, name) for name in names]
    columns += [column.label(name) for name, column in others.items()]
    rows = session.execute(
        select(*columns)
        .join_from(Upload, Facility, Facility.id == Upload.facility_id)
        .join(Item, Item.id == Upload.item_id)
        .join(Lot, Lot.id == Upload.lot_id)
        .outerjoin(before, before.id == Upload.after_id)
        .where(*conditions)
        .order_by(Upload.id.desc())
        .limit(limit)
    ).mappings()
    return [UploadRow(**row) for row in rows]
