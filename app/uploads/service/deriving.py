"""Derive messages from the ledger: it is the outbox, so nothing can be done and not be told.

Every business act posts in one transaction, and here what was posted and has no message gets
one, once (``UNIQUE (channel, kind, source_id)``). Numbers of postings are given before their
transactions commit, so one may appear below another that is long seen. Therefore the mark
stays ``MARGIN`` behind the clock and everything after it is read again and again; the nightly
run reads a month regardless of the mark.
"""

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, String, cast, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel.local_time import at_local
from app.uploads import queries
from app.uploads.models import Upload, UploadMark
from app.uploads.queries import Scope
from app.uploads.rules import Profile, UploadFault, UploadState

CHANNEL = "insurance"
MARGIN = timedelta(minutes=15)
"""No transaction of ours lives that long; if one did, the nightly run would find its postings."""
WINDOW = timedelta(days=31)
BATCH = 2000


def derive(session: Session, profile: Profile, after: int | None, *, now: datetime) -> int | None:
    """Derive the messages of the next postings; return where to go on, None at the end.

    ``after`` None starts at the mark, which follows as far as it is safe.
    """
    start = _mark(session) if after is None else after
    found = queries.next_postings(session, start, since_of(profile), BATCH)
    if found:
        _derive(session, profile, (start, found[-1][0]), now=now)
        _advance(session, [number for number, at in found if at < now - MARGIN])
    if after is None:
        takes = queries.stock_takes(max(since_of(profile), now - WINDOW), profile.item_kinds)
        _add(session, takes, now=now)
    return found[-1][0] if len(found) == BATCH else None


def derive_again(session: Session, profile: Profile, *, now: datetime) -> int:
    """Derive what a month of the ledger lacks, whatever the mark says; return how many.

    It should find none.
    """
    since, after, missing = max(since_of(profile), now - WINDOW), 0, 0
    while found := queries.next_postings(session, after, since, BATCH):
        last = found[-1][0]
        missing += _derive(session, profile, (after, last), now=now)
        after = last
    return missing + _add(session, queries.stock_takes(since, profile.item_kinds), now=now)


def since_of(profile: Profile) -> datetime:
    """Return the moment from which on things are told."""
    return at_local(profile.since, time())


def begin_after(session: Session, posting_id: int) -> None:
    """Tell nothing of postings up to this one: they were told by whatever came before us."""
    row = {"channel": CHANNEL, "posting_id": posting_id}
    session.execute(insert(UploadMark).values(row).on_conflict_do_nothing())


def _derive(session: Session, profile: Profile, span: tuple[int, int], *, now: datetime) -> int:
    scope = Scope(
        after=span[0], last=span[1], since=since_of(profile), item_kinds=profile.item_kinds
    )
    told = _add(session, queries.told_legs(scope), now=now)
    return told + _add(session, queries.taken_back(scope), now=now)


def _add(session: Session, found: Select[Any], *, now: datetime) -> int:
    """Store one message for each row found; a rival's is left as it is."""
    rows = found.subquery()
    usual = {
        "channel": CHANNEL,
        "state": UploadState.PENDING.value,
        "attempts": 0,
        "created_at": now,
        "next_try_at": now,
        "msgid": "",
        "receipt": "",
        "fault": UploadFault.NONE.value,
        "fault_field": "",
        "fault_text": "",
    }
    values = [literal(value).label(name) for name, value in usual.items()]
    columns = [*rows.c.keys(), *usual]
    statement = (
        insert(Upload)
        .from_select(columns, select(*_typed(rows), *values), include_defaults=False)
        .on_conflict_do_nothing()
        .returning(Upload.id)
    )
    return len(session.scalars(statement).all())


def _typed(rows: Any) -> list[Any]:
    """Let PostgreSQL know the types of columns that are constants."""
    texts = {"kind", "change"}
    return [
        cast(column, String).label(column.key)
        if column.key in texts
        else cast(column, getattr(Upload, column.key).type).label(column.key)
        for column in rows.c
    ]


def _mark(session: Session) -> int:
    begin_after(session, 0)
    return session.scalars(select(UploadMark.posting_id).where(UploadMark.channel == CHANNEL)).one()


def _advance(session: Session, safe: list[int]) -> None:
    if not safe:
        return
    session.execute(
        update(UploadMark)
        .where(UploadMark.channel == CHANNEL, UploadMark.posting_id < safe[-1])
        .values(posting_id=safe[-1])
        .execution_options(synchronize_session=False)
    )
