"""Master data that messages wait for: what lacks its insurance code or its day of making."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.kernel.actor import Actor
from app.network.models import Facility
from app.traceability.models import Lot
from app.uploads.models import Upload
from app.uploads.queries.showing import visible
from app.uploads.rules import UploadFault, UploadState

MOST = 100


@dataclass(frozen=True, slots=True)
class GapRow:
    """A facility, item or lot that lacks something, and how many messages wait for it."""

    id: int
    code: str
    name: str
    detail: str
    messages: int


def list_facility_gaps(session: Session, actor: Actor) -> list[GapRow]:
    """Return facilities without their number with the insurance."""
    columns = (Facility.id, Facility.code, Facility.name, Facility.township)
    wanted = _waiting(actor, columns).join(Facility, Facility.id == Upload.facility_id)
    return _rows(session, wanted.where(Facility.insurance_code == ""))


def list_item_gaps(session: Session, actor: Actor) -> list[GapRow]:
    """Return items without an insurance code."""
    columns = (Item.id, Item.code, Item.name, Item.strength)
    wanted = _waiting(actor, columns).join(Item, Item.id == Upload.item_id)
    return _rows(session, wanted.where(Item.insurance_code == ""))


def list_lot_gaps(session: Session, actor: Actor) -> list[GapRow]:
    """Return lots whose day of making nobody entered."""
    columns = (Lot.id, Lot.lot_number, Item.name, Lot.maker)
    wanted = (
        _waiting(actor, columns)
        .join(Lot, Lot.id == Upload.lot_id)
        .join(Item, Item.id == Upload.item_id)
    )
    first = Upload.fault_field == "lot.made_on"  # some provinces do not ask for it
    return _rows(session, wanted.where(Lot.made_on.is_(None), first))


def _waiting(actor: Actor, columns: tuple[Any, ...]) -> Any:
    """Select messages that failed because something is missing, by what these columns name."""
    messages = func.count()
    return (
        select(*columns, messages)
        .select_from(Upload)
        .where(
            visible(actor),
            Upload.state == UploadState.FAILED,
            Upload.fault == UploadFault.MISSING,
        )
        .group_by(*columns)
        .order_by(messages.desc(), columns[0])
        .limit(MOST)
    )


def _rows(session: Session, wanted: Any) -> list[GapRow]:
    rows: Iterable[Any] = session.execute(wanted)
    return [GapRow(*row) for row in rows]
