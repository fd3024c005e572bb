"""Scans of a receipt as rows: kept once, counted on their line, answered again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.purchasing.models import Receipt, ReceiptLine, ReceiptScan, ScanOutcome
from app.traceability.models import Unit, UnitLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanRequest:
    """A code from a gun or a keyboard; ``client_key`` names this one scan."""

    code: str
    client_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """How a scan was answered, and how far its line has come; a label has no level."""

    scan: ReceiptScan
    level: UnitLevel | None
    line: ReceiptLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a scan is of; without a quantity it is a duplicate and counts nothing."""

    line: ReceiptLine
    code: str
    quantity: int | None
    unit: Unit | None = None
    serial: str | None = None


def first_answer(session: Session, receipt: Receipt, request: ScanRequest) -> Scanned | None:
    """Return what the same scan was answered before."""
    if request.client_key is None:
        return None
    first = session.scalars(
        select(ReceiptScan).where(
            ReceiptScan.receipt_id == receipt.id, ReceiptScan.client_key == request.client_key
        )
    ).first()
    return _scanned(session, first) if first else None


def keep(
    session: Session,
    by: tuple[Receipt, Actor],
    found: Found,
    request: ScanRequest,
    *,
    now: datetime,
) -> Scanned:
    """Store a scan, and count what it found."""
    receipt, actor = by
    kept = ReceiptScan(
        receipt_id=receipt.id,
        line_id=found.line.id,
        unit_id=found.unit.id if found.unit else None,
        serial=found.serial,
        client_key=request.client_key,
        code=found.code,
        outcome=ScanOutcome.DUPLICATE if found.quantity is None else ScanOutcome.ACCEPTED,
        quantity=found.quantity or 0,
        counted=found.quantity is not None,
        scanned_at=now,
        user_id=actor.user_id,
    )
    session.add(kept)
    if found.quantity is not None:
        add_to_count(session, found.line, found.quantity, actor)
    session.flush()
    return _scanned(session, kept)


def add_to_count(session: Session, line: ReceiptLine, quantity: int, actor: Actor) -> None:
    """Raise or lower the first count of a line."""
    session.execute(
        update(ReceiptLine)
        .where(ReceiptLine.id == line.id)
        .values(
            first_count=func.coalesce(ReceiptLine.first_count, 0) + quantity,
            first_by=actor.user_id,
        )
        .execution_options(synchronize_session=False)
    )


def forget_scans(session: Session, line: ReceiptLine) -> None:
    """Let the labels scanned of a line count no more: somebody typed what it is."""
    session.execute(
        update(ReceiptScan)
        .where(ReceiptScan.line_id == line.id, ReceiptScan.counted, ReceiptScan.unit_id.is_(None))
        .values(counted=False)
        .execution_options(synchronize_session=False)
    )


def _scanned(session: Session, kept: ReceiptScan) -> Scanned:
    line = session.get_one(ReceiptLine, kept.line_id, populate_existing=True)
    unit = session.get_one(Unit, kept.unit_id) if kept.unit_id else None
    return Scanned(scan=kept, level=unit.level if unit else None, line=line)
