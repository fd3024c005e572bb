"""What an act of a device says, and what it did here."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from app.capture.errors import CaptureIncomplete
from app.capture.models import CapturedEvent
from app.capture.rules import Act
from app.kernel.actor import Actor
from app.kernel.db import Json
from app.kernel.ids import CapturedId, FacilityId
from app.traceability.rules import Scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One act as the device tells it.

    ``quantity`` is base units of a single code; without one all that is left. ``place`` is
    where a move goes to, or the bin of a count; ``container`` what is packed into.
    """

    device_seq: int
    client_event_id: str
    act: Act
    event_time: datetime
    codes: tuple[str, ...] = ()
    quantity: int | None = None
    place: str = ""
    document: str = ""
    container: str = ""
    note: str = ""

    def digest(self) -> str:
        """Return what makes two acts the same, whenever they are sent."""
        return sha256(repr(self).encode()).hexdigest()

    def content(self) -> Json:
        """Return what is stored beside number, name and time."""
        told = {
            "codes": list(self.codes),
            "quantity": self.quantity,
            "place": self.place,
            "document": self.document,
            "container": self.container,
            "note": self.note,
        }
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """A stored act whose turn it is, who did it where, and what was scanned."""

    session: Session
    actor: Actor
    event_id: CapturedId
    facility_id: FacilityId
    device: str
    told: Told
    scans: tuple[Scan, ...]
    now: datetime

    def need(self, field_name: str) -> str:
        """Return what the act cannot do without.

        Raises:
            CaptureIncomplete: it is missing.
        """
        value = getattr(self.told, field_name)
        if not value:
            raise CaptureIncomplete(field_name, field=field_name)
        return str(value)

    def need_codes(self) -> tuple[str, ...]:
        """Return the codes the act is about.

        Raises:
            CaptureIncomplete: there are none.
        """
        if not self.told.codes:
            raise CaptureIncomplete("codes", field="codes")
        return self.told.codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What an act did: the documents it made or went on with."""

    documents: tuple[str, ...] = field(default=())


def key_of(deed: Deed) -> str:
    """Return the key under which what an act did is done once."""
    return f"capture/{deed.event_id}"


def told_of(row: CapturedEvent) -> Told:
    """Return a stored act as the device told it."""
    return Told(
        device_seq=row.device_seq,
        client_event_id=row.client_event_id,
        act=row.act,
        event_time=row.event_time,
        codes=tuple(row.told.get("codes", ())),
        quantity=row.told.get("quantity"),
        place=row.told.get("place", ""),
        document=row.told.get("document", ""),
        container=row.told.get("container", ""),
        note=row.told.get("note", ""),
    )
