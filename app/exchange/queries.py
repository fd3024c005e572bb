"""Read side of imports: one's own, newest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.exchange.models import ImportState, SheetImport
from app.exchange.rules import ImportKind
from app.kernel.actor import Actor
from app.network.models import Facility

RECENT = 20


@dataclass(frozen=True, slots=True)
class ImportRow:
    """An import in a list."""

    reference: str
    kind: ImportKind
    facility: str
    target: str
    file_name: str
    state: ImportState
    uploaded_at: datetime


def list_recent(session: Session, actor: Actor) -> list[ImportRow]:
    """Return the actor's latest imports, the newest first."""
    rows: Iterable[Any] = session.execute(
        select(
            SheetImport.reference,
            SheetImport.kind,
            Facility.short_name,
            SheetImport.target,
            SheetImport.file_name,
            SheetImport.state,
            SheetImport.uploaded_at,
        )
        .join(Facility, Facility.id == SheetImport.facility_id)
        .where(SheetImport.user_id == actor.user_id)
        .order_by(SheetImport.id.desc())
        .limit(RECENT)
    )
    return [ImportRow(*row) for row in rows]
