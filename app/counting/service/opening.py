"""Open count sheets and move them through their states."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.counting import queries
from app.counting.errors import NothingToCount, SheetStateChanged
from app.counting.models import CountLine, CountSheet
from app.counting.rules import AbcClass, SheetKind, SheetState
from app.inventory import service as inventory
from app.inventory.models import Place
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import FacilityId, ItemId, PlaceId
from app.kernel.local_time import local_day
from app.kernel.numbering import issue_number
from app.kernel.rows import insert_rows

PREFIX = "PD"
SUBJECT = "count_sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCount:
    """Which shelves to count: bins from one code to another, items, or both."""

    facility_id: FacilityId
    from_bin: str = ""
    to_bin: str = ""
    item_ids: Collection[ItemId] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to put on a sheet: items with their class, chosen items, chosen bins."""

    classes: Mapping[ItemId, AbcClass | None] | None = None
    item_ids: Collection[ItemId] | None = None
    place_ids: Collection[PlaceId] | None = None
    open_since: datetime | None = None


def get_sheet(session: Session, actor: Actor, reference: str) -> CountSheet:
    """Return a sheet of a facility the actor sees.

    Raises:
        NotFound: there is none, or it is another facility's.
    """
    sheet = session.scalars(select(CountSheet).where(CountSheet.reference == reference)).first()
    if sheet is None or not actor.sees(sheet.facility_id):
        raise NotFound("count")
    return sheet


def own_sheet(session: Session, actor: Actor, reference: str) -> CountSheet:
    """Return a sheet the actor may count.

    Raises:
        NotFound: there is none, or it is another facility's.
    """
    sheet = get_sheet(session, actor, reference)
    actor.must_act_for(sheet.facility_id, "count")
    return sheet


def step(
    session: Session,
    sheet: CountSheet,
    expected: SheetState,
    state: SheetState | None = None,
    **values: object,
) -> None:
    """Lock a sheet that must be in ``expected``, and move it on to ``state`` if one is given.

    It is the first write of every step, so two people at one sheet take turns.

    Raises:
        SheetStateChanged: somebody moved it on first.
    """
    moved = session.scalars(
        update(CountSheet)
        .where(CountSheet.id == sheet.id, CountSheet.state == expected)
        .values(state=state or expected, **values)
        .returning(CountSheet.id)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        raise SheetStateChanged(sheet.reference, reference=sheet.reference)
    session.refresh(sheet)


def open_count(session: Session, actor: Actor, new: NewCount, *, now: datetime) -> CountSheet:
    """Start counting chosen shelves of one of the actor's facilities at once.

    Raises:
        NotFound: the facility is not one the actor may act for.
        NothingToCount: nothing lies there.
    """
    actor.must_act_for(new.facility_id, "facility")
    places = _bins(session, new)
    sheet = CountSheet(
        reference=issue_number(session, PREFIX, now=now),
        facility_id=new.facility_id,
        kind=SheetKind.SPOT,
        state=SheetState.COUNTING,
        planned_on=local_day(now),
        created_at=now,
        started_at=now,
        started_by_id=actor.user_id,
    )
    session.add(sheet)
    session.flush()
    items = frozenset(new.item_ids) or None
    wanted = Wanted(item_ids=items, place_ids=places, open_since=now)
    if not add_spots(session, sheet, wanted):
        raise NothingToCount(new.from_bin)
    record(session, actor, sheet, ("count-started", ""), now=now)
    return sheet


def _bins(session: Session, new: NewCount) -> list[PlaceId] | None:
    if not new.from_bin and not new.to_bin:
        return None
    first, last = new.from_bin or new.to_bin, new.to_bin or new.from_bin
    bins = inventory.list_bins(session, new.facility_id)
    return [place.id for place in bins if first <= place.code <= last]


def start(session: Session, actor: Actor, reference: str, *, now: datetime) -> CountSheet:
    """Begin a count the plan proposed; lots that came since the proposal join it.

    Raises:
        NotFound: there is none, or it is another facility's.
        SheetStateChanged: somebody began or cancelled it first.
    """
    sheet = own_sheet(session, actor, reference)
    stamp = {"started_at": now, "started_by_id": actor.user_id}
    step(session, sheet, SheetState.PROPOSED, SheetState.COUNTING, **stamp)
    known = session.execute(
        select(CountLine.item_id, CountLine.abc_class).where(CountLine.sheet_id == sheet.id)
    )
    add_spots(session, sheet, Wanted(classes={row.item_id: row.abc_class for row in known}))
    session.execute(update(CountLine).where(CountLine.sheet_id == sheet.id).values(open_since=now))
    record(session, actor, sheet, ("count-started", ""), now=now)
    return sheet


def cancel(
    session: Session, actor: Actor, reference: str, reason: str, *, now: datetime
) -> CountSheet:
    """Give a count up before it is approved; what was counted stays on record.

    Raises:
        NotFound: there is none, or it is another facility's.
        SheetStateChanged: it was posted or cancelled first.
    """
    sheet = own_sheet(session, actor, reference)
    given_up = session.scalars(
        update(CountSheet)
        .where(
            CountSheet.id == sheet.id,
            CountSheet.state.not_in((SheetState.POSTED, SheetState.CANCELLED)),
        )
        .values(state=SheetState.CANCELLED, reason=reason)
        .returning(CountSheet.id)
    ).first()
    if given_up is None:
        raise SheetStateChanged(reference, reference=reference)
    session.refresh(sheet)
    record(session, actor, sheet, ("cancelled", reason), now=now)
    return sheet


def add_spots(session: Session, sheet: CountSheet, wanted: Wanted) -> int:
    """Put what lies on the shelves on the sheet, each spot once; return how many there are."""
    known = wanted.classes or {}
    spots = queries.shelf_spots(
        session,
        sheet.facility_id,
        item_ids=wanted.item_ids if wanted.classes is None else list(known),
        place_ids=wanted.place_ids,
    )
    since = wanted.open_since.isoformat() if wanted.open_since else None
    rows = [
        {
            "sheet_id": sheet.id,
            "place_id": spot.place_id,
            "item_id": spot.item_id,
            "lot_id": spot.lot_id,
            "owner_id": spot.owner_id,
            "condition": spot.condition,
            "abc_class": known.get(spot.item_id),
            "found": False,
            "round": 1,
            "open_since": since,
            "missing_codes": [],
        }
        for spot in spots
    ]
    if rows:
        session.execute(insert_rows(CountLine, rows).on_conflict_do_nothing())
    return len(rows)


def bin_of(session: Session, sheet: CountSheet, code: str) -> Place | None:
    """Return the bin of the sheet's facility with this code, if there is one."""
    bins = inventory.list_bins(session, sheet.facility_id)
    return next((place for place in bins if place.code == code.strip().upper()), None)


def record(
    session: Session, actor: Actor, sheet: CountSheet, told: tuple[str, str], *, now: datetime
) -> None:
    """Write one line of a sheet's change log: the action and its reason."""
    action, reason = told
    change = Change(subject=(SUBJECT, sheet.id), action=action, reason=reason)
    history.record(session, actor, change, now=now)
