"""Approve a count: its differences enter the book once, dated when they were counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.counting import queries
from app.counting.errors import (
    CountChanged,
    CounterApproves,
    CountOvertaken,
    RecountNeeded,
    SecondPersonNeeded,
)
from app.counting.models import CountLine, CountSheet
from app.counting.rules import SheetState
from app.counting.service.coded import settle_codes
from app.counting.service.opening import get_sheet, record, step
from app.counting.service.reviewing import Difference, compare, counted_spots, seen
from app.inventory import service as inventory
from app.inventory.errors import InsufficientStock
from app.inventory.models import PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.actor import Actor
from app.kernel.db import refusing
from app.kernel.rows import as_table
from app.traceability.errors import NotHere, ReasonMissing


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Which differences somebody approves, and why they arose; ``seen`` is what they saw."""

    reference: str
    seen: str
    reason: str = ""


def approve(
    session: Session, actor: Actor, approval: Approval, second: Actor | None, *, now: datetime
) -> CountSheet:
    """Post the differences of a count, each at the time it was counted (L3, L10).

    What was traded since does not matter: the difference is taken against the book as it
    stood then, under the lock of every balance counted. The sheet's state lets it happen
    once; rivals wait for its row and are refused.

    Raises:
        NotFound: the sheet is not the actor's to see.
        SheetStateChanged: it is not under review, or was approved before.
        CounterApproves: the approver counted on this sheet.
        SecondPersonNeeded: a controlled medicine was counted and nobody signs beside.
        CountChanged: the differences are not those the approver saw.
        RecountNeeded: a difference above the tolerance was counted only once.
        ReasonMissing: differences need a reason people read.
        CountOvertaken: a later count was posted, or trade and promises since need the goods.
        TimeOutsideWindow, PeriodClosed: it was counted too long ago.
    """
    sheet = get_sheet(session, actor, approval.reference)
    stamp = {
        "approved_at": now,
        "approved_by_id": actor.user_id,
        "second_user_id": second.user_id if second else None,
        "reason": approval.reason,
    }
    own = CounterApproves(sheet.reference)
    with refusing(session, "ck_count_sheet_counter_and_approver", own):
        step(session, sheet, SheetState.REVIEW, SheetState.POSTED, **stamp)
    _refuse_counters(session, sheet, actor, second)
    found = _held_differences(session, sheet, now=now)
    _refuse_unsettled(found, approval)
    _refuse_overtaken(session, sheet, found)
    _store(session, found)
    for one in found:
        _post(session, actor, sheet, one, now=now)
    record(session, actor, sheet, ("count-posted", approval.reason), now=now)
    return sheet


def _refuse_counters(
    session: Session, sheet: CountSheet, actor: Actor, second: Actor | None
) -> None:
    if actor.user_id in queries.counters_of(session, sheet.id):
        raise CounterApproves(sheet.reference)
    if second is None and queries.controlled_lines(session, sheet.id):
        raise SecondPersonNeeded(sheet.reference)


def _held_differences(session: Session, sheet: CountSheet, *, now: datetime) -> list[Difference]:
    """Lock every counted balance, then look again: nothing moves from here to the posting."""
    lines = queries.list_lines(session, sheet.id)
    inventory.hold_for_count(session, counted_spots(lines), now=now)
    return compare(session, sheet)


def _refuse_unsettled(found: Sequence[Difference], approval: Approval) -> None:
    if seen(found) != approval.seen:
        raise CountChanged(approval.reference)
    for one in found:
        if one.needs_recount:
            raise RecountNeeded(one.line.item_name, item=one.line.item_name)
    if any(one.difference for one in found) and not approval.reason:
        raise ReasonMissing(approval.reference)


def _refuse_overtaken(session: Session, sheet: CountSheet, found: Sequence[Difference]) -> None:
    later = queries.later_counts(session, sheet.id)
    for one in found:
        if one.line.id in later:
            raise overtaken(one)


def overtaken(one: Difference) -> CountOvertaken:
    """Return the refusal that names the line to count again."""
    return CountOvertaken(
        one.line.item_name, item=one.line.item_name, lot=one.line.lot_number, line_id=one.line.id
    )


def _store(session: Session, found: Sequence[Difference]) -> None:
    rows = [
        {
            "id": one.line.id,
            "book": one.book,
            "difference": one.difference,
            "missing_codes": [pack.code for pack in one.missing],
        }
        for one in found
    ]
    if not rows:
        return
    columns = [CountLine.id, CountLine.book, CountLine.difference, CountLine.missing_codes]
    new = as_table(columns, rows, "new")
    session.execute(
        update(CountLine)
        .where(CountLine.id == new.c.id)
        .values(book=new.c.book, difference=new.c.difference, missing_codes=new.c.missing_codes)
        .execution_options(synchronize_session=False)
    )


def _post(
    session: Session, actor: Actor, sheet: CountSheet, one: Difference, *, now: datetime
) -> None:
    try:
        if one.line.is_coded:
            settle_codes(session, actor, sheet, one, now=now)
        elif one.difference:
            _post_difference(session, actor, sheet, one, now=now)
    except (InsufficientStock, NotHere) as error:
        raise overtaken(one) from error


def _post_difference(
    session: Session, actor: Actor, sheet: CountSheet, one: Difference, *, now: datetime
) -> None:
    line = one.line
    outside = inventory.place_for(session, sheet.facility_id, PlaceKind.ADJUSTMENT)
    shelf = Spot(line.place_id, line.owner_id, line.condition)
    beyond = Spot(outside.id, line.owner_id, line.condition)
    source, target = (beyond, shelf) if one.difference > 0 else (shelf, beyond)
    movement = Movement(
        lot_id=line.lot_id,
        quantity=abs(one.difference),
        source=source,
        target=target,
        line=("count_line", line.id),
    )
    request = PostingRequest(
        kind=PostingKind.COUNT,
        key=f"count/{sheet.reference}/{line.id}",
        facility_id=sheet.facility_id,
        document=sheet.reference,
        occurred_at=line.counted_at or now,
        movements=[movement],
        reason=sheet.reason,
        second_user_id=sheet.second_user_id,
    )
    inventory.post(session, actor, request, now=now)
