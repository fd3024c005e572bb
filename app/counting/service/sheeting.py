"""Take in a whole sheet of numbers at once: all of it, or nothing (表格录入)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.counting.errors import CodesNeeded, CountedTooLate
from app.counting.models import CountEntry, CountLine, CountSheet, EntryKind
from app.counting.queries import LineRow, list_lines
from app.counting.rules import SheetState, is_countable_time
from app.counting.service.opening import own_sheet, record, step
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import CountLineId
from app.kernel.rows import as_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """So many base units of a line, and when somebody counted them."""

    line: int
    quantity: int
    counted_at: datetime


def countable_lines(
    session: Session, actor: Actor, reference: str
) -> dict[int, tuple[LineRow, datetime | None]]:
    """Return the lines of a sheet that is being counted, each with the start of its round.

    Raises:
        NotFound: there is none, or it is another facility's.
        SheetStateChanged: nobody counts it now.
    """
    sheet = own_sheet(session, actor, reference)
    step(session, sheet, SheetState.COUNTING)
    rows = session.execute(
        select(CountLine.id, CountLine.open_since).where(CountLine.sheet_id == sheet.id)
    )
    since = {row.id: row.open_since for row in rows}
    return {line.id: (line, since[line.id]) for line in list_lines(session, sheet.id)}


def enter_sheet(
    session: Session,
    actor: Actor,
    told: tuple[str, str],
    tallies: Sequence[Tally],
    *,
    now: datetime,
) -> None:
    """Note every tally, or none; ``told`` is the count, and the document the numbers came in.

    A later count of a line that somebody took by hand stays; the tally is on record beside it.

    Raises:
        NotFound: there is no such count or line, or it is another facility's.
        SheetStateChanged: nobody counts it now.
        CodesNeeded: goods with codes are counted by scanning them.
        CountedTooLate: a time lies before the round of its line, or ahead.
    """
    reference, document = told
    lines = countable_lines(session, actor, reference)
    sheet = own_sheet(session, actor, reference)
    for tally in tallies:
        if tally.line not in lines:
            raise NotFound("count line")
        _refuse(*lines[tally.line], tally, now=now)
    entries = [
        {
            "client_event_id": f"{document}/{tally.line}",
            "sheet_id": sheet.id,
            "line_id": tally.line,
            "round": lines[tally.line][0].round,
            "kind": EntryKind.TYPED,
            "quantity": tally.quantity,
            "stray": False,
            "counted_at": min(tally.counted_at, now),
            "recorded_at": now,
            "user_id": actor.user_id,
        }
        for tally in tallies
    ]
    if entries:
        session.execute(insert(CountEntry), entries)
        _keep(session, actor, sheet, tallies, now=now)
    record(session, actor, sheet, ("count-sheet-entered", document), now=now)


def _refuse(line: LineRow, since: datetime | None, tally: Tally, *, now: datetime) -> None:
    if line.is_coded and tally.quantity:
        raise CodesNeeded(line.item_name, item=line.item_name)
    if not is_countable_time(tally.counted_at, opened_at=since or now, now=now):
        raise CountedTooLate(str(line.id))


def _keep(
    session: Session, actor: Actor, sheet: CountSheet, tallies: Sequence[Tally], *, now: datetime
) -> None:
    rows = [
        {
            "id": CountLineId(tally.line),
            "counted": tally.quantity,
            "counted_at": min(tally.counted_at, now).isoformat(),
        }
        for tally in tallies
    ]
    new = as_table([CountLine.id, CountLine.counted, CountLine.counted_at], rows, "new")
    session.execute(
        update(CountLine)
        .where(
            CountLine.id == new.c.id,
            CountLine.sheet_id == sheet.id,
            func.coalesce(CountLine.counted_at, new.c.counted_at) <= new.c.counted_at,
        )
        .values(
            counted=new.c.counted,
            counted_from=new.c.counted_at,
            counted_at=new.c.counted_at,
            counted_by_id=actor.user_id,
        )
        .execution_options(synchronize_session=False)
    )
