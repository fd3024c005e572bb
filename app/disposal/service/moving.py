"""Post written-off goods and move their coded packs: to the waiting place, out of it, or back.

What is written off and still exists goes to a place of its own (待销毁区), outside the stock:
nothing counts, promises or values it any more, and yet the ledger says of every lot how much
waits, until a destruction takes it from there to the loss. What is lost goes to the loss at once.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.disposal.models import WriteOff, WriteOffLine, WriteOffPack
from app.inventory import service as inventory
from app.inventory.models import PlaceKind
from app.inventory.service import Spot
from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, PlaceId, UnitId
from app.traceability import service as traceability
from app.traceability.errors import UnitChanged
from app.traceability.models import BizStep, Disposition, Unit
from app.traceability.service import Happening

LINE_KIND = "write_off_line"


def spot_of(line: WriteOffLine) -> Spot:
    """Return where the goods of a line lay in the stock."""
    return Spot(line.place_id, line.owner_id, line.condition)


def waiting_spot(session: Session, facility_id: FacilityId) -> Spot:
    """Return where written-off goods of a facility wait to be destroyed."""
    place = inventory.place_for(session, facility_id, PlaceKind.DISPOSAL)
    return Spot(place.id, facility_id)


def gone_spot(session: Session, facility_id: FacilityId) -> Spot:
    """Return where goods are that no longer exist."""
    return Spot(inventory.place_for(session, facility_id, PlaceKind.LOSS).id, facility_id)


def beyond(session: Session, write_off: WriteOff) -> Spot:
    """Return where the goods of a write-off go."""
    of = waiting_spot if write_off.reason.leaves_goods else gone_spot
    return of(session, write_off.facility_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A way coded packs go together: from where to where, in which step, and what they become."""

    facility_id: FacilityId
    document: str
    source: PlaceId
    target: PlaceId
    step: BizStep
    disposition: Disposition
    reason: str


def move_packs(
    session: Session,
    actor: Actor,
    packs: Sequence[WriteOffPack],
    passage: Passage,
    *,
    now: datetime,
) -> None:
    """Move packs that must still hold what they held when they were scanned.

    Raises:
        UnitChanged: something was taken out of a pack since.
        NotHere: a pack has moved since.
    """
    if not packs:
        return
    held = traceability.lock_units(session, [pack.unit_id for pack in packs])
    by_disposition: defaultdict[Disposition, list[Unit]] = defaultdict(list)
    for pack in packs:
        unit = held[UnitId(pack.unit_id)]
        if unit.remaining != pack.quantity:
            raise UnitChanged(unit.code, scanned=unit.code)
        by_disposition[_became(unit, passage.disposition)].append(unit)
    for disposition, units in sorted(by_disposition.items()):
        happening = Happening(
            step=passage.step,
            disposition=disposition,
            facility_id=passage.facility_id,
            document=passage.document,
            event_time=now,
            recorded_at=now,
            place_id=passage.target,
            reason=passage.reason,
        )
        traceability.move(session, actor, units, (passage.source, passage.target), happening)


def _became(unit: Unit, disposition: Disposition) -> Disposition:
    """Return what a pack is then: an opened one that comes back is still an opened one."""
    if disposition is Disposition.IN_STOCK and unit.consumed:
        return Disposition.PARTIALLY_DISPENSED
    return disposition
