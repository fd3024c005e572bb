"""Where event ids lead: blocks of the first bytes of identities, and the tail not yet in one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.epcis.models import HashBlock
from app.epcis.queries import facts as facts_of
from app.epcis.rules.addresses import Addresses
from app.epcis.rules.export import events_of
from app.traceability.models import TraceEvent

BLOCK = 1_000
SETTLED, DISTANCE = timedelta(minutes=10), 1_000
"""A happening this old, with as many after it, has none before it still to be committed."""
_START, _END = "ni:///sha-256;", "?ver=CBV2.0"
_DIGITS = 8
LAST = 2**31
_HALF = 2**31


def where_ids_lead(session: Session, event_ids: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a happening may have one of these identities."""
    prefixes = [_prefix(text) for text in event_ids if _is_identity(text)]
    last = session.scalar(select(func.max(HashBlock.last_id))) or 0
    found: list[int] = []
    if prefixes:
        blocks = session.scalars(select(HashBlock).where(HashBlock.prefixes.overlap(prefixes)))
        for block in blocks:
            pairs = zip(block.prefixes, block.happenings, strict=True)
            found += [happening for prefix, happening in pairs if prefix in prefixes]
    return or_(TraceEvent.id.in_(found), TraceEvent.id > last)


def index_identities(session: Session, addresses: Addresses, *, now: datetime) -> int:
    """Write down where the next identities lead; return how many happenings were taken."""
    last = session.scalar(select(func.max(HashBlock.last_id))) or 0
    newest = session.scalar(select(func.max(TraceEvent.id))) or 0
    fresh = TraceEvent.recorded_at >= now - SETTLED
    first = session.scalar(select(func.min(TraceEvent.id)).where(TraceEvent.id > last, fresh))
    end = min(newest - DISTANCE, (first or LAST) - 1)
    ids = session.scalars(
        select(TraceEvent.id)
        .where(TraceEvent.id > last, TraceEvent.id <= end)
        .order_by(TraceEvent.id)
        .limit(BLOCK)
    ).all()
    if not ids:
        return 0
    prefixes: list[int] = []
    happened: list[int] = []
    for key, facts in sorted(facts_of.load(session, ids).items()):
        events = events_of(facts, addresses)
        prefixes += [_prefix(event["eventID"]) for event in events]
        happened += [key] * len(events)
    row: dict[str, Any] = {"last_id": ids[-1], "prefixes": prefixes, "happenings": happened}
    session.execute(insert(HashBlock).values(row).on_conflict_do_nothing())
    return len(ids)


def _is_identity(text: str) -> bool:
    digits = text.removeprefix(_START)[:_DIGITS]
    is_hex = len(digits) == _DIGITS and all(sign in "0123456789abcdef" for sign in digits)
    return text.startswith(_START) and text.endswith(_END) and is_hex


def _prefix(identity: str) -> int:
    """Return the first four bytes of an identity as a signed whole number."""
    number = int(identity.removeprefix(_START)[:_DIGITS], 16)
    return number - 2 * _HALF if number >= _HALF else number
