"""Compare codes with the book, keep what differs until it is settled, and tell people."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from time import perf_counter

from sqlalchemy import Update, func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel.ids import FacilityId
from app.notices import service as notices
from app.notices.rules import NoticeKind
from app.notices.service import News
from app.reconciliation.models import CodeDifference, ReconciledSite, Reconciliation
from app.reconciliation.queries import comparing, explaining
from app.reconciliation.queries.comparing import Compared, SiteTotal, Spot
from app.reconciliation.rules import Scope

TURNS = text("SELECT pg_advisory_xact_lock(hashtextextended('tongcang.reconciliation', 0))")
"""Who settles differences takes turns: a later look must never be undone by an earlier one."""
OVERLAP = timedelta(minutes=2)
"""Longer than any transaction: what was under way at one look is seen by the next."""
MOST_EXPLAINED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a reconciliation found: places and lots compared, those that differ, how long."""

    scope: Scope
    compared: int
    packs: int
    base_units: int
    differing: Sequence[Compared]
    milliseconds: int
    told: int


def reconcile(session: Session, *, now: datetime, facility_id: FacilityId | None = None) -> Outcome:
    """Compare every place and lot of the county, or of one facility.

    What differs is looked at once more under a lock, so that of two runs the later one
    has the last word; then it is stored, explained, and told to the people concerned.
    """
    started = perf_counter()
    reached = comparing.how_far(session)
    totals = comparing.compare_sites(session, facility_id)
    _keep_totals(session, totals, facility_id, now=now)
    suspects = {spot for total in totals for spot in total.differing}
    differing = _settle(session, suspects | _open_spots(session, facility_id), now=now)
    return _keep(
        session,
        Outcome(
            scope=Scope.COUNTY if facility_id is None else Scope.FACILITY,
            compared=sum(total.compared for total in totals),
            packs=sum(total.packs for total in totals),
            base_units=sum(total.books for total in totals),
            differing=differing,
            milliseconds=_since(started),
            told=_tell(session, now=now),
        ),
        (facility_id, *reached),
        now=now,
    )


def reconcile_moved(session: Session, *, now: datetime) -> Outcome:
    """Compare what ledger and events touched since the last look, and what differed then."""
    started = perf_counter()
    since = session.execute(
        select(Reconciliation.last_move_id, Reconciliation.last_event_id)
        .where(Reconciliation.scope != Scope.FACILITY, Reconciliation.started_at <= now - OVERLAP)
        .order_by(Reconciliation.id.desc())
        .limit(1)
    ).first()
    if since is None:
        return reconcile(session, now=now)
    reached = comparing.how_far(session)
    spots = comparing.moved_since(session, *since) | _open_spots(session, None)
    compared = comparing.compare_spots(session, spots)
    suspects = {one.spot for one in compared if one.figures.difference}
    differing = _settle(session, suspects | _open_spots(session, None), now=now)
    outcome = Outcome(
        scope=Scope.MOVED,
        compared=len(compared),
        packs=sum(one.figures.packs for one in compared),
        base_units=sum(one.figures.books for one in compared),
        differing=differing,
        milliseconds=_since(started),
        told=_tell(session, now=now),
    )
    if reached == tuple(since):
        return outcome
    return _keep(session, outcome, (None, *reached), now=now)


def _since(started: float) -> int:
    return round((perf_counter() - started) * 1000)


def _keep(
    session: Session,
    outcome: Outcome,
    where: tuple[FacilityId | None, int, int],
    *,
    now: datetime,
) -> Outcome:
    facility_id, move, event = where
    session.add(
        Reconciliation(
            scope=outcome.scope,
            facility_id=facility_id,
            compared=outcome.compared,
            differing=len(outcome.differing),
            packs=outcome.packs,
            base_units=outcome.base_units,
            last_move_id=move,
            last_event_id=event,
            started_at=now,
            milliseconds=outcome.milliseconds,
        )
    )
    session.flush()
    return outcome


def _keep_totals(
    session: Session, totals: Sequence[SiteTotal], facility_id: FacilityId | None, *, now: datetime
) -> None:
    """Keep what each facility came to; one without coded goods left came to nothing."""
    emptied = update(ReconciledSite).values(compared=0, packs=0, books=0, codes=0, compared_at=now)
    if facility_id is not None:
        emptied = emptied.where(ReconciledSite.facility_id == facility_id)
    session.execute(emptied)
    if not totals:
        return
    rows = [
        {
            "facility_id": total.facility_id,
            "compared": total.compared,
            "packs": total.packs,
            "books": total.books,
            "codes": total.codes,
            "compared_at": now,
        }
        for total in totals
    ]
    added = insert(ReconciledSite).values(rows)
    changed = {name: added.excluded[name] for name in rows[0] if name != "facility_id"}
    session.execute(added.on_conflict_do_update(index_elements=["facility_id"], set_=changed))


def _open_spots(session: Session, facility_id: FacilityId | None) -> set[Spot]:
    query = select(CodeDifference.place_id, CodeDifference.lot_id).where(
        CodeDifference.ended_at.is_(None)
    )
    if facility_id is not None:
        query = query.where(CodeDifference.facility_id == facility_id)
    return {Spot(*row) for row in session.execute(query)}


def _settle(session: Session, spots: Collection[Spot], *, now: datetime) -> list[Compared]:
    """Look at these spots once more, and bring the stored differences to what is true."""
    if not spots:
        return []
    session.execute(TURNS)
    looked = comparing.compare_spots(session, spots)
    differing = [one for one in looked if one.figures.difference]
    _end(session, [one.spot for one in looked if not one.figures.difference], now=now)
    before = _stored(session)
    for number, one in enumerate(differing):
        known = before.get(one.spot)
        if known != (one.figures.books, one.figures.codes):
            _store(session, one, explained=number < MOST_EXPLAINED, now=now)
    _seen(session, [one.spot for one in differing], now=now)
    return differing


def _end(session: Session, spots: Sequence[Spot], *, now: datetime) -> None:
    if spots:
        session.execute(_open(spots).values(ended_at=now, told=True))


def _seen(session: Session, spots: Sequence[Spot], *, now: datetime) -> None:
    if spots:
        session.execute(_open(spots).values(seen_at=now))


def _open(spots: Sequence[Spot]) -> Update:
    pair = tuple_(CodeDifference.place_id, CodeDifference.lot_id)
    return (
        update(CodeDifference)
        .where(CodeDifference.ended_at.is_(None), pair.in_([tuple(spot) for spot in spots]))
        .execution_options(synchronize_session=False)
    )


def _stored(session: Session) -> dict[Spot, tuple[int, int]]:
    rows = session.execute(
        select(
            CodeDifference.place_id,
            CodeDifference.lot_id,
            CodeDifference.books,
            CodeDifference.codes,
        ).where(CodeDifference.ended_at.is_(None))
    )
    return {Spot(row[0], row[1]): (row[2], row[3]) for row in rows}


def _store(session: Session, one: Compared, *, explained: bool, now: datetime) -> None:
    """Store a difference, or what has become of one that is open; explain it as it now is."""
    figures = one.figures
    leads = explaining.explain(session, one.spot, figures.difference) if explained else []
    values = {
        "books": figures.books,
        "codes": figures.codes,
        "clues": {"leads": [asdict(lead) for lead in leads]},
        "seen_at": now,
    }
    added = insert(CodeDifference).values(
        facility_id=one.facility_id,
        place_id=one.spot.place_id,
        item_id=one.item_id,
        lot_id=one.spot.lot_id,
        found_at=now,
        told=False,
        **values,
    )
    session.execute(
        added.on_conflict_do_update(
            index_elements=["place_id", "lot_id"],
            index_where=text("ended_at IS NULL"),
            set_=values,
        )
    )


def _tell(session: Session, *, now: datetime) -> int:
    """Tell the people concerned of differences that are new; return how many were told."""
    claimed = (
        update(CodeDifference)
        .where(~CodeDifference.told, CodeDifference.ended_at.is_(None))
        .values(told=True)
        .returning(CodeDifference.facility_id)
    )
    fresh = list(session.scalars(claimed))
    if not fresh:
        return 0
    totals = dict(
        session.execute(
            select(CodeDifference.facility_id, func.count())
            .where(CodeDifference.ended_at.is_(None))
            .group_by(CodeDifference.facility_id)
        ).all()
    )
    news = [
        News(facility_id=facility, fresh=fresh.count(facility), total=totals[facility])
        for facility in sorted(set(fresh))
    ]
    return notices.push(session, NoticeKind.CODES_DIFFER, news, now=now)
