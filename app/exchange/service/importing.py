"""Upload a sheet, be told every bad row, and only then change anything (两步导入)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from app.accounts.service import Credentials
from app.exchange.errors import (
    ImportChanged,
    ImportedBefore,
    ImportNotReady,
    ImportTargetMissing,
)
from app.exchange.models import ImportState, SheetImport
from app.exchange.rules import (
    COLUMNS,
    TOLD_BESIDE,
    Fault,
    ImportKind,
    Reading,
    Record,
    read_records,
)
from app.exchange.service import counts, items, opening, requisitions
from app.exchange.service.handling import Apply, Applying, Destination, Judge, Judgement
from app.exchange.service.storing import (
    faults_from_json,
    faults_to_json,
    sheet_from_json,
    sheet_to_json,
)
from app.kernel.actor import Actor, Permission
from app.kernel.db import refusing
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId
from app.kernel.numbering import issue_number
from app.kernel.sheets import Sheet

WRITE_SECONDS = 20

PREFIX = "IM"
HANDLERS: dict[ImportKind, tuple[Judge, Apply]] = {
    ImportKind.ITEMS: (items.judge, items.apply),
    ImportKind.OPENING: (opening.judge, opening.apply),
    ImportKind.REQUISITION: (requisitions.judge, requisitions.apply),
    ImportKind.COUNT: (counts.judge, counts.apply),
}
MAY: dict[ImportKind, Permission] = {
    ImportKind.ITEMS: Permission.CATALOGUE_WRITE,
    ImportKind.OPENING: Permission.INVENTORY_OPEN,
    ImportKind.REQUISITION: Permission.REQUISITION_WRITE,
    ImportKind.COUNT: Permission.COUNTING_COUNT,
}
"""Who may bring in what."""
ONTO_DOCUMENTS = frozenset({ImportKind.REQUISITION, ImportKind.COUNT})
"""Kinds whose rows go onto a document somebody opened before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A sheet somebody sent, and where its rows go."""

    kind: ImportKind
    file_name: str
    digest: str
    sheet: Sheet
    facility_id: FacilityId | None = None
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportView:
    """An import as pages show it."""

    found: SheetImport
    faults: list[Fault]
    ignored: list[str]
    outcomes: dict[int, str]
    totals: dict[str, int]


def upload(session: Session, actor: Actor, sent: Upload, *, now: datetime) -> SheetImport:
    """Judge a sheet and keep it; nothing else changes, however good it is.

    Raises:
        NotFound: the actor may not bring in this kind, or not for this facility or document.
        ImportTargetMissing: it is not said where the rows go.
        ImportedBefore: this very file was imported there before.
    """
    _refuse_stranger(actor, sent.kind)
    destination = _destination(actor, sent, now=now)
    _refuse_repeat(session, sent, destination)
    reading = read_records(sent.sheet, COLUMNS[sent.kind])
    faults, judgement = _judge(session, actor, (sent.kind, destination), reading)
    stored = SheetImport(
        reference=issue_number(session, PREFIX, now=now),
        kind=sent.kind,
        facility_id=destination.facility_id,
        target=destination.document,
        file_name=sent.file_name,
        digest=sent.digest,
        state=ImportState.REFUSED if faults else ImportState.READY,
        cells=sheet_to_json(sent.sheet),
        findings=faults_to_json(faults, _unread(sent.kind, reading)),
        outcomes={"rows": judgement.outcomes, "totals": judgement.totals},
        user_id=actor.user_id,
        uploaded_at=now,
    )
    session.add(stored)
    session.flush()
    return stored


def confirm(
    session: Session,
    actor: Actor,
    reference: str,
    second: Credentials | None = None,
    *,
    now: datetime,
) -> SheetImport:
    """Apply an import whose rows are all good, wholly and once.

    The state is taken first, so of two confirmations one is told. The rows are judged
    again: what was good at the preview may not be any more.

    Raises:
        NotFound: it is not the actor's.
        ImportNotReady: it has bad rows, or was confirmed before.
        ImportedBefore: the same file was imported meanwhile.
        ImportChanged: rows that were good are not any more; upload the sheet again.
        SecondPersonNeeded, SecondPersonIsTheFirst, SecondPersonRefused, Throttled: opening
            stock has controlled medicines, and nobody of that facility signs beside the actor.
    """
    # One statement writes a sheet of thousands of rows; a busy server may need longer for it.
    session.execute(text(f"SET LOCAL statement_timeout = '{WRITE_SECONDS}s'"))
    found = get_import(session, actor, reference)
    _refuse_stranger(actor, found.kind)
    _claim(session, found, now=now)
    sheet = sheet_from_json(found.cells)
    reading = read_records(sheet, COLUMNS[found.kind])
    destination = Destination(
        facility_id=found.facility_id,
        now=now,
        document=found.target,
        import_reference=found.reference,
    )
    faults, _ = _judge(session, actor, (found.kind, destination), reading)
    if faults:
        first = faults[0]
        raise ImportChanged(reference, row=first.row, column=first.column)
    apply = HANDLERS[found.kind][1]
    applying = Applying(destination=destination, records=reading.records, now=now, second=second)
    found.result = apply(session, actor, applying)
    session.flush()
    return found


def get_import(session: Session, actor: Actor, reference: str) -> SheetImport:
    """Return one of the actor's imports.

    Raises:
        NotFound: there is none, or somebody else sent it.
    """
    found = session.scalars(select(SheetImport).where(SheetImport.reference == reference)).first()
    if found is None or found.user_id != actor.user_id:
        raise NotFound("import")
    return found


def view_of(found: SheetImport) -> ImportView:
    """Return an import with what was found in it."""
    return ImportView(
        found=found,
        faults=faults_from_json(found.findings),
        ignored=list(found.findings.get("ignored", [])),
        outcomes={int(row): word for row, word in found.outcomes["rows"].items()},
        totals=dict(found.outcomes["totals"]),
    )


def _unread(kind: ImportKind, reading: Reading) -> list[str]:
    told = TOLD_BESIDE.get(kind, frozenset())
    return [heading for heading in reading.ignored if heading not in told]


def _refuse_stranger(actor: Actor, kind: ImportKind) -> None:
    if not actor.may(MAY[kind]):
        raise NotFound("import")


def _destination(actor: Actor, sent: Upload, *, now: datetime) -> Destination:
    if sent.kind is ImportKind.OPENING:
        if sent.facility_id is None:
            raise ImportTargetMissing(sent.kind.value)
        if not actor.sees(sent.facility_id):
            raise NotFound("facility")
        return Destination(facility_id=sent.facility_id, now=now)
    if sent.kind in ONTO_DOCUMENTS and not sent.target:
        raise ImportTargetMissing(sent.kind.value)
    document = sent.target if sent.kind in ONTO_DOCUMENTS else ""
    return Destination(facility_id=actor.facility_id, now=now, document=document)


def _refuse_repeat(session: Session, sent: Upload, destination: Destination) -> None:
    before = session.scalar(
        select(SheetImport.reference).where(
            SheetImport.kind == sent.kind,
            SheetImport.facility_id == destination.facility_id,
            SheetImport.target == destination.document,
            SheetImport.digest == sent.digest,
            SheetImport.state == ImportState.DONE,
        )
    )
    if before is not None:
        raise ImportedBefore(before, reference=before)


def _judge(
    session: Session,
    actor: Actor,
    what: tuple[ImportKind, Destination],
    reading: Reading,
) -> tuple[list[Fault], Judgement]:
    """Return every fault in the order of the sheet, and what the good rows would do."""
    kind, destination = what
    records: list[Record] = reading.records
    judgement = HANDLERS[kind][0](session, actor, destination, records)
    faults = sorted([*reading.faults, *judgement.faults], key=lambda one: one.row)
    return faults, judgement


def _claim(session: Session, found: SheetImport, *, now: datetime) -> None:
    repeated = ImportedBefore(found.reference, reference=found.reference)
    with refusing(session, "uq_sheet_import_done", repeated):
        claimed = session.execute(
            update(SheetImport)
            .where(SheetImport.id == found.id, SheetImport.state == ImportState.READY)
            .values(state=ImportState.DONE, done_at=now)
            .returning(SheetImport.id)
            .execution_options(synchronize_session=False)
        ).first()
    if claimed is None:
        raise ImportNotReady(found.reference, state=found.state.value)
    session.refresh(found)
