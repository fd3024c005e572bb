"""Bring codes and book together after a count (账码相符): missing, found again, misplaced."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.counting.models import CountSheet
from app.counting.service.reviewing import Difference
from app.inventory import service as inventory
from app.inventory.models import PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.ids import PlaceId
from app.traceability import service as traceability
from app.traceability.models import BizStep, Disposition, Unit
from app.traceability.service import Happening


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shift:
    """Packs that move between two places because of a count."""

    kind: PostingKind
    line_kind: str
    disposition: Disposition
    source: PlaceId
    target: PlaceId
    units: Sequence[Unit]


def settle_codes(
    session: Session, actor: Actor, sheet: CountSheet, one: Difference, *, now: datetime
) -> None:
    """Post missing packs out of the bin and strays into it, stock and codes together.

    A stray that had been missed before comes back from the adjustments; one of another bin
    of the facility is put away here. A stray from anywhere else is not ours to book.

    Raises:
        NotHere: a missing pack has moved meanwhile.
        InsufficientStock: stock promised or traded since needs the goods.
    """
    adjustment = inventory.place_for(session, sheet.facility_id, PlaceKind.ADJUSTMENT)
    shelf = one.line.place_id
    shifts = []
    if one.missing:
        units = traceability.get_units(session, [pack.code for pack in one.missing])
        shifts.append(
            _Shift(
                kind=PostingKind.COUNT,
                line_kind="count_missing",
                disposition=Disposition.LOST,
                source=shelf,
                target=adjustment.id,
                units=list(units.values()),
            )
        )
    shifts += _strays(session, one, adjustment.id)
    for shift in shifts:
        _shift(session, actor, (sheet, one, shift), now=now)


def _strays(session: Session, one: Difference, adjustment: PlaceId) -> list[_Shift]:
    ours = [stray for stray in one.strays if stray.ours]
    units = traceability.get_units(session, [stray.code for stray in ours])
    by_place: defaultdict[PlaceId, list[Unit]] = defaultdict(list)
    for stray in ours:
        by_place[stray.source].append(units[stray.code])
    return [
        _Shift(
            kind=PostingKind.COUNT if place_id == adjustment else PostingKind.PUT_AWAY,
            line_kind="count_found" if place_id == adjustment else f"count_from_{place_id}",
            disposition=Disposition.IN_STOCK,
            source=place_id,
            target=one.line.place_id,
            units=found,
        )
        for place_id, found in sorted(by_place.items())
    ]


def _shift(
    session: Session,
    actor: Actor,
    what: tuple[CountSheet, Difference, _Shift],
    *,
    now: datetime,
) -> None:
    sheet, one, shift = what
    line = one.line
    movement = Movement(
        lot_id=line.lot_id,
        quantity=sum(unit.remaining for unit in shift.units),
        source=Spot(shift.source, line.owner_id, line.condition),
        target=Spot(shift.target, line.owner_id, line.condition),
        line=(shift.line_kind, line.id),
    )
    counted_at = line.counted_at or now
    request = PostingRequest(
        kind=shift.kind,
        key=f"count/{sheet.reference}/{line.id}/{shift.line_kind}",
        facility_id=sheet.facility_id,
        document=sheet.reference,
        occurred_at=counted_at,
        movements=[movement],
        reason=sheet.reason,
        second_user_id=sheet.second_user_id,
    )
    inventory.post(session, actor, request, now=now)
    happening = Happening(
        step=BizStep.COUNTING,
        disposition=shift.disposition,
        facility_id=sheet.facility_id,
        document=sheet.reference,
        event_time=counted_at,
        recorded_at=now,
        place_id=shift.target,
        reason=sheet.reason,
    )
    traceability.move(session, actor, shift.units, (shift.source, shift.target), happening)
