"""Write a posting's legs and the balances they change: one statement however many lines."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.inventory.models import PlaceKind, PostingKind, StockPosting
from app.inventory.service.balances import Balance
from app.inventory.service.requests import Movement
from app.kernel.arrays import array_of, words_of
from app.kernel.ids import FacilityId, ItemId, PostingId

_USED = """SELECT facility_id, item_id, :day, quantity, CASE WHEN :routine THEN 0 ELSE quantity END
    FROM unnest(CAST(:facilities AS bigint[]), CAST(:items AS bigint[]),
        CAST(:used AS bigint[])) AS used (facility_id, item_id, quantity)"""
_ROLL_UP = f"""
    INSERT INTO consumption_day AS d (facility_id, item_id, day, quantity, one_off)
    {_USED}
    ON CONFLICT (facility_id, item_id, day) DO UPDATE
    SET quantity = d.quantity + excluded.quantity, one_off = d.one_off + excluded.one_off"""  # noqa: S608 - our own text
ROLL_UP = text(_ROLL_UP)
_WRITE = """
    WITH leg AS MATERIALIZED (
        SELECT * FROM unnest(CAST(:balances AS bigint[]), CAST(:seqs AS bigint[]),
            CAST(:quantities AS bigint[]), CAST(:afters AS bigint[]), CAST(:taken AS bigint[]),
            CAST(:line_kinds AS text[]), CAST(:line_ids AS bigint[]), CAST(:origins AS bigint[]))
            WITH ORDINALITY AS leg (balance_id, seq, quantity, balance_after, taken,
                line_kind, line_id, origin, place)),
    written AS (
        INSERT INTO stock_move (posting_id, balance_id, seq, leg, quantity, balance_after,
            facility_id, item_id, lot_id, kind, line_kind, line_id, origin_line_id,
            occurred_at, recorded_at)
        SELECT :posting, leg.balance_id, leg.seq, sign(leg.quantity), leg.quantity,
            leg.balance_after, b.facility_id, b.item_id, b.lot_id, :kind, leg.line_kind,
            leg.line_id, leg.origin, :occurred_at, :recorded_at
        FROM leg JOIN stock_balance b ON b.id = leg.balance_id ORDER BY leg.place)
    UPDATE stock_balance b
    SET on_hand = b.on_hand + change.quantity, reserved = b.reserved - change.taken,
        last_seq = b.last_seq + change.moves, latest_at = greatest(b.latest_at, :occurred_at)
    FROM (SELECT balance_id, sum(quantity) AS quantity, sum(taken) AS taken, count(*) AS moves
          FROM leg GROUP BY balance_id) change
    WHERE b.id = change.balance_id"""
WRITE = text(_WRITE)
WRITE_AND_ROLL_UP = text(
    _WRITE.replace("WITH leg AS", f"WITH rolled_up AS ({_ROLL_UP}), leg AS", 1)
)
"""The same for goods that reach patients, with the day's consumption: one statement, not two."""
WRITE_ALL = text("""
    WITH leg AS MATERIALIZED (
        SELECT * FROM unnest(CAST(:postings AS bigint[]), CAST(:balances AS bigint[]),
            CAST(:seqs AS bigint[]), CAST(:quantities AS bigint[]), CAST(:afters AS bigint[]),
            CAST(:line_kinds AS text[]), CAST(:line_ids AS bigint[]),
            CAST(:times AS timestamptz[]))
            WITH ORDINALITY AS leg (posting_id, balance_id, seq, quantity, balance_after,
                line_kind, line_id, occurred_at, place)),
    written AS (
        INSERT INTO stock_move (posting_id, balance_id, seq, leg, quantity, balance_after,
            facility_id, item_id, lot_id, kind, line_kind, line_id, origin_line_id,
            occurred_at, recorded_at)
        SELECT leg.posting_id, leg.balance_id, leg.seq, sign(leg.quantity), leg.quantity,
            leg.balance_after, b.facility_id, b.item_id, b.lot_id, :kind, leg.line_kind,
            leg.line_id, 0, leg.occurred_at, :recorded_at
        FROM leg JOIN stock_balance b ON b.id = leg.balance_id ORDER BY leg.place)
    UPDATE stock_balance b
    SET on_hand = b.on_hand + change.quantity, last_seq = b.last_seq + change.moves,
        latest_at = greatest(b.latest_at, change.latest_at)
    FROM (SELECT balance_id, sum(quantity) AS quantity, count(*) AS moves,
              max(occurred_at) AS latest_at
          FROM leg GROUP BY balance_id) change
    WHERE b.id = change.balance_id""")
TAKE = text("""
    UPDATE stock_reservation r SET taken = r.taken + asked.quantity
    FROM unnest(CAST(:ids AS bigint[]), CAST(:balances AS bigint[]), CAST(:quantities AS bigint[]))
        AS asked (id, balance_id, quantity)
    WHERE r.id = asked.id AND r.balance_id = asked.balance_id
        AND r.taken + r.released + asked.quantity <= r.quantity""")


class Entry(NamedTuple):
    """A movement with the two balances it changes, both locked."""

    movement: Movement
    source: Balance
    target: Balance


class Leg(NamedTuple):
    """One side of a movement: what a balance held before and after it."""

    balance_id: int
    seq: int
    quantity: int
    after: int
    taken: int
    movement: Movement


def count_along(entries: list[Entry]) -> list[Leg]:
    """Apply the movements to the locked balances in their order; return the legs."""
    legs = []
    for movement, source, target in entries:
        quantity = movement.quantity
        taken = quantity if movement.reservation_id is not None else 0
        source.on_hand -= quantity
        source.reserved -= taken
        source.seq += 1
        legs.append(Leg(source.id, source.seq, -quantity, source.on_hand, taken, movement))
        target.on_hand += quantity
        target.seq += 1
        legs.append(Leg(target.id, target.seq, quantity, target.on_hand, 0, movement))
    return legs


def take_promises(session: Session, entries: list[Entry]) -> bool:
    """Use up the promises the movements name; say whether all of them still stood."""
    promised: Counter[tuple[int, int]] = Counter()
    for movement, source, _ in entries:
        if movement.reservation_id is not None:
            promised[movement.reservation_id, source.id] += movement.quantity
    if not promised:
        return True
    asked = sorted(promised.items())
    taken = session.execute(
        TAKE,
        {
            "ids": array_of(reservation for (reservation, _), _ in asked),
            "balances": array_of(balance for (_, balance), _ in asked),
            "quantities": array_of(quantity for _, quantity in asked),
        },
    )
    return taken.rowcount == len(asked)  # type: ignore[attr-defined, no-any-return]


Used = Counter[tuple[FacilityId, ItemId]]
"""Base units that reached patients, by facility and item."""


def write(
    session: Session,
    posting: StockPosting,
    legs: list[Leg],
    rolled: tuple[Used, date, bool] | None = None,
) -> None:
    """Add the legs to the ledger and bring the balances to what they now hold.

    ``rolled`` is what was used, on which day, and whether as a routine.
    """
    balances, seqs, quantities, afters, taken, movements = zip(*legs, strict=True)
    bound = _bound(rolled) if rolled else {}
    session.execute(
        WRITE_AND_ROLL_UP if rolled else WRITE,
        bound
        | {
            "posting": posting.id,
            "kind": posting.kind.value,
            "occurred_at": posting.occurred_at,
            "recorded_at": posting.recorded_at,
            "balances": array_of(balances),
            "seqs": array_of(seqs),
            "quantities": array_of(quantities),
            "afters": array_of(afters),
            "taken": array_of(taken),
            "line_kinds": words_of(movement.line[0] for movement in movements),
            "line_ids": array_of(movement.line[1] for movement in movements),
            "origins": array_of(movement.origin_line_id for movement in movements),
        },
    )


def write_all(
    session: Session,
    kind: PostingKind,
    legs: list[tuple[PostingId, Leg]],
    times: Mapping[PostingId, datetime],
    *,
    recorded_at: datetime,
) -> None:
    """Add the legs of many postings that took no promise, and bring the balances along."""
    session.execute(
        WRITE_ALL,
        {
            "kind": kind.value,
            "recorded_at": recorded_at,
            "postings": array_of(posting_id for posting_id, _ in legs),
            "balances": array_of(leg.balance_id for _, leg in legs),
            "seqs": array_of(leg.seq for _, leg in legs),
            "quantities": array_of(leg.quantity for _, leg in legs),
            "afters": array_of(leg.after for _, leg in legs),
            "line_kinds": words_of(leg.movement.line[0] for _, leg in legs),
            "line_ids": array_of(leg.movement.line[1] for _, leg in legs),
            "times": [times[posting_id] for posting_id, _ in legs],
        },
    )


def consumed_by(entries: list[Entry]) -> Used:
    """Return what the movements gave to patients, or took back, by facility and item."""
    used: Used = Counter()
    for movement, source, target in entries:
        if target.kind is PlaceKind.PATIENT:
            used[source.facility_id, source.item_id] += movement.quantity
        elif source.kind is PlaceKind.PATIENT:
            used[target.facility_id, target.item_id] -= movement.quantity
    return used


def roll_up(session: Session, used: Used, day: date, *, routine: bool) -> None:
    """Keep the daily consumption beside the moves it sums up, one-off use told apart."""
    session.execute(ROLL_UP, _bound((used, day, routine)))


def _bound(rolled: tuple[Used, date, bool]) -> dict[str, object]:
    used, day, routine = rolled
    rows = sorted(used.items())
    return {
        "day": day,
        "routine": routine,
        "facilities": array_of(facility_id for (facility_id, _), _ in rows),
        "items": array_of(item_id for (_, item_id), _ in rows),
        "used": array_of(quantity for _, quantity in rows),
    }
