"""Apply acts whose turn it is, each in a savepoint, and keep its answer, whatever that is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from app.alerts import service as alerts
from app.capture.models import CallBack, CaptureAnswer
from app.capture.rules import Act, Outcome, contradicts, is_late, needed_for
from app.capture.service.acts import perform
from app.capture.service.facts import Deed
from app.capture.service.giving import give_all
from app.capture.service.moving_many import move_all, observe_all
from app.capture.service.timing import impossible
from app.kernel.db import Json
from app.kernel.errors import (
    Conflict,
    DomainError,
    Forbidden,
    NotFound,
    RuleBroken,
    Throttled,
)
from app.kernel.incidents import Incident
from app.kernel.rows import insert_rows
from app.quality.service import keep_incident

FAMILIES = (NotFound, Forbidden, Throttled, Conflict, RuleBroken)
SUSPECTED = 4
"""Level of the alert when a patient holds what others gave, or what was recalled."""
WORTH_A_SET = 4
"""From so many acts of one kind in a row on they are written as a set."""
Made = Sequence[Sequence[str] | None] | None
"""The documents of each act; None for one, or for all, that were not done."""
SETS: Mapping[Act, Callable[[Sequence[Deed]], Made]] = {
    Act.DISPENSE: give_all,
    Act.MOVE: move_all,
    Act.COUNT: observe_all,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of an act, for good."""

    deed: Deed
    outcome: Outcome
    refusal: str = ""
    family: str = ""
    details: Json = field(default_factory=dict)


def apply(deeds: Sequence[Deed]) -> list[Verdict]:
    """Do these acts in their order, and answer each for good.

    One that is refused changes nothing and stops no other. Acts of one kind in a row are
    written as a set, however often a pack comes in it; what needs a look of its own is done
    by itself, and so gets its own answer.
    """
    verdicts: list[Verdict] = []
    for _, in_a_row in groupby(deeds, key=lambda deed: (deed.told.act, deed.facility_id)):
        verdicts += _in_a_row(list(in_a_row))
    if verdicts:
        _keep(deeds[0].session, verdicts)
    return verdicts


def _in_a_row(run: Sequence[Deed]) -> list[Verdict]:
    """Do acts of one kind; a set that is refused is halved until it is known by which act."""
    write = SETS.get(run[0].told.act)
    if write is None or len(run) < WORTH_A_SET or not _may(run[0]):
        return [_one(deed) for deed in run]
    done = _as_a_set(run, write)
    if done is None:
        half = len(run) // 2
        return [*_in_a_row(run[:half]), *_in_a_row(run[half:])]
    return done


def _as_a_set(run: Sequence[Deed], write: Callable[[Sequence[Deed]], Made]) -> list[Verdict] | None:
    """Do all acts in a few statements, odd ones afterwards; None when the set is refused."""
    session = run[0].session
    wrong = impossible(session, run)
    possible = [deed for deed in run if deed.event_id not in wrong]
    if not possible:
        return [_one(deed) for deed in run]
    try:
        with session.begin_nested():
            made = write(possible)
    except (DomainError, DataError, IntegrityError):
        return None
    if made is None:
        return None
    documents = {deed.event_id: done for deed, done in zip(possible, made, strict=True)}
    return [_told(deed, documents.get(deed.event_id)) for deed in run]


def _told(deed: Deed, documents: Sequence[str] | None) -> Verdict:
    """Return what came of an act that was done with others; do it now if it was not."""
    return _one(deed) if documents is None else _accepted(deed, documents)


def _accepted(deed: Deed, documents: Sequence[str]) -> Verdict:
    return Verdict(deed=deed, outcome=Outcome.ACCEPTED, details={"documents": list(documents)})


def _may(deed: Deed) -> bool:
    needed = needed_for(deed.told.act, deed.told.document)
    return needed is None or deed.actor.may(needed)


def _one(deed: Deed) -> Verdict:
    try:
        if not _may(deed):
            raise Forbidden(deed.told.act.value)
        with deed.session.begin_nested():
            for fault in impossible(deed.session, [deed]).values():
                raise fault
            done = perform(deed)
    except DomainError as refusal:
        keep_incident(deed.session, deed.actor, refusal, deed.now)
        return _refused(deed, refusal)
    except (DataError, IntegrityError):
        # The database had the last word on this one act; the others must not suffer.
        return _refused(deed, RuleBroken(deed.told.client_event_id))
    return _accepted(deed, done.documents)


def _refused(deed: Deed, refusal: DomainError) -> Verdict:
    late = is_late(deed.told.event_time, now=deed.now)
    told = {name: _plain(value) for name, value in refusal.data.items()}
    conflict = contradicts(deed.told.act, refusal.code, late=late)
    if conflict:
        _raise_conflict(deed, refusal)
    return Verdict(
        deed=deed,
        outcome=Outcome.CONFLICT_LATER if conflict else Outcome.REJECTED,
        refusal=refusal.code,
        family=next((kind.code for kind in FAMILIES if isinstance(refusal, kind)), refusal.code),
        details={"subject": refusal.subject, **told},
    )


def _raise_conflict(deed: Deed, refusal: DomainError) -> None:
    """Alarm, and put the patient on the list of those to call back; nothing else changes."""
    codes = [scan.code for scan in deed.scans]
    scanned = str(refusal.data.get("scanned") or codes[0])
    incident = Incident(
        kind="conflict-later",
        key=f"conflict-later/{deed.told.client_event_id}",
        level=SUSPECTED,
        code=scanned,
        facility_id=deed.facility_id,
        details={"device": deed.device, "event_time": deed.told.event_time.isoformat()},
    )
    alerts.record(deed.session, deed.actor, incident, now=deed.now)
    deed.session.add_all(
        CallBack(
            event_id=deed.event_id,
            facility_id=deed.facility_id,
            code=code,
            why=refusal.code,
            opened_at=deed.now,
            result="",
        )
        for code in dict.fromkeys(codes)
    )
    deed.session.flush()


def _keep(session: Session, verdicts: Sequence[Verdict]) -> None:
    rows = [
        {
            "event_id": one.deed.event_id,
            "outcome": one.outcome,
            "late": is_late(one.deed.told.event_time, now=one.deed.now),
            "refusal": one.refusal,
            "family": one.family,
            "details": one.details,
        }
        for one in verdicts
    ]
    same = {"answered_at": verdicts[0].deed.now}
    session.execute(insert_rows(CaptureAnswer, rows, same))


def _plain(value: object) -> object:
    """Return what JSON can keep of a refusal's facts; days and lists become text."""
    return value if isinstance(value, str | int | float | None) else str(value)
