"""Close a count and look at its differences, each against the moment it was counted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.counting import queries
from app.counting.errors import LinesNotCounted
from app.counting.models import CountLine, CountSheet
from app.counting.queries import LineRow
from app.counting.rules import (
    MOST_ROUNDS,
    CodedPack,
    Policy,
    SheetState,
    digest_of,
    is_beyond,
)
from app.counting.service.comparing import Codes, Stray, compare_codes
from app.counting.service.opening import get_sheet, own_sheet, record, step
from app.counting.service.planning import policy_of
from app.inventory import service as inventory
from app.inventory.service import Counted
from app.kernel.actor import Actor
from app.kernel.ids import CountLineId
from app.kernel.quantities import share_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A line against the book as it stood when it was counted; value in fen, signed.

    ``missing`` and ``strays`` name the codes of coded goods; their difference is what the
    codes say, so that codes and book agree afterwards (账码相符).
    """

    line: LineRow
    book: int
    difference: int
    value_fen: int
    beyond: bool
    missing: Sequence[CodedPack] = ()
    strays: Sequence[Stray] = ()

    @property
    def needs_recount(self) -> bool:
        """Whether it lies above the tolerance and was counted only once."""
        return self.beyond and self.line.round == 1


def finish(session: Session, actor: Actor, reference: str, *, now: datetime) -> CountSheet:
    """Close the counting; the differences can be seen from now on.

    Raises:
        NotFound: there is no such sheet at the actor's facilities.
        LinesNotCounted: some lines have no number yet.
        SheetStateChanged: somebody closed or cancelled it first.
    """
    sheet = own_sheet(session, actor, reference)
    stamp = {"finished_at": now, "finished_by_id": actor.user_id}
    step(session, sheet, SheetState.COUNTING, SheetState.REVIEW, **stamp)
    left = sum(line.counted is None for line in queries.list_lines(session, sheet.id))
    if left:
        raise LinesNotCounted(reference, open=left)
    record(session, actor, sheet, ("count-finished", ""), now=now)
    return sheet


def ask_recount(
    session: Session,
    actor: Actor,
    asked: tuple[str, Collection[CountLineId]],
    *,
    now: datetime,
) -> CountSheet:
    """Open lines again for another blind count; the earlier numbers stay on record.

    Raises:
        NotFound: the sheet is not the actor's to see.
        SheetStateChanged: it is not under review.
    """
    reference, line_ids = asked
    sheet = get_sheet(session, actor, reference)
    step(session, sheet, SheetState.REVIEW, SheetState.COUNTING)
    session.execute(
        update(CountLine)
        .where(
            CountLine.sheet_id == sheet.id,
            CountLine.id.in_(line_ids),
            CountLine.round < MOST_ROUNDS,
        )
        .values(
            round=CountLine.round + 1,
            counted=None,
            counted_from=None,
            counted_at=None,
            counted_by_id=None,
            open_since=now,
        )
        .execution_options(synchronize_session=False)
    )
    record(session, actor, sheet, ("recount-asked", ""), now=now)
    return sheet


def differences(session: Session, sheet: CountSheet) -> list[Difference]:
    """Return every counted line with its difference; a posted sheet shows what was posted."""
    if sheet.state is not SheetState.POSTED:
        return compare(session, sheet)
    policy = policy_of(session, sheet.facility_id)
    return [
        _difference(line, policy, (line.book or 0, line.difference or 0))
        for line in queries.list_lines(session, sheet.id)
        if line.counted is not None
    ]


def compare(session: Session, sheet: CountSheet) -> list[Difference]:
    """Return every counted line against the book as it stood when it was counted."""
    lines = [row for row in queries.list_lines(session, sheet.id) if row.counted is not None]
    books = inventory.book_as_at(session, counted_spots(lines))
    codes = compare_codes(session, sheet, [line for line in lines if line.is_coded])
    policy = policy_of(session, sheet.facility_id)
    found = []
    for line, book in zip(lines, books, strict=True):
        if line.id not in codes:
            found.append(_difference(line, policy, (book, (line.counted or 0) - book)))
            continue
        missing, strays = codes[line.id]
        change = sum(one.quantity for one in strays if one.ours)
        change -= sum(one.remaining for one in missing)
        foreign = sum(one.quantity for one in strays if not one.ours)
        settled = ((line.counted or 0) - foreign - change, change)
        found.append(_difference(line, policy, settled, codes[line.id]))
    return found


def counted_spots(lines: Sequence[LineRow]) -> list[Counted]:
    """Return the balances of counted lines with the moment each was counted."""
    return [
        Counted(
            place_id=line.place_id,
            lot_id=line.lot_id,
            owner_id=line.owner_id,
            condition=line.condition,
            counted_at=line.counted_at,
        )
        for line in lines
        if line.counted_at is not None
    ]


def seen(found: Sequence[Difference]) -> str:
    """Return the differences in short, for the approver to say which they saw."""
    return digest_of([(one.line.id, one.difference) for one in found])


def _difference(
    line: LineRow, policy: Policy, settled: tuple[int, int], codes: Codes = ((), ())
) -> Difference:
    book, change = settled
    value = share_of(line.cost_fen, change, line.units_per_pack)
    beyond = is_beyond(book, change, abs(value), policy, controlled=line.is_controlled)
    missing, strays = codes
    return Difference(
        line=line,
        book=book,
        difference=change,
        value_fen=value,
        beyond=beyond,
        missing=missing,
        strays=strays,
    )
