"""Apply acts whose turn it is, each in a savepoint, and keep its answer, whatever that is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from app.alerts import service as alerts
from app.capture.models import CallBack, CaptureAnswer
from app.capture.rules import Act, Outcome, contradicts, ensure_not_ahead, is_late
from app.capture.service.acts import perform
from app.capture.service.facts import Deed
from app.capture.service.giving import give_all
from app.capture.service.timing import ensure_possible
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
from app.traceability.rules import recognise

FAMILIES = (NotFound, Forbidden, Throttled, Conflict, RuleBroken)
SUSPECTED = 4
"""Level of the alert when a patient holds what others gave, or what was recalled."""
REPEATED = 2
"""Level when it was the same facility."""
WORTH_A_SET = 4
"""From so many dispensings in a row on they are written as a set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    deed: Deed
    outcome: Outcome
    refusal: str = ""
    family: str = ""
    details: Json = field(default_factory=dict)


def apply(deeds: Sequence[Deed]) -> None:
    """Do these acts in their order, and answer each for good.

    One that is refused changes nothing and stops no other. Packs given in a row are written
    as a set; where the set is refused they are done one by one, so that each gets its own
    answer.
    """
    if not deeds:
        return
    verdicts = list(_verdicts(deeds))
    _keep(deeds[0].session, verdicts)


def _verdicts(deeds: Sequence[Deed]) -> Iterator[_Verdict]:
    for act, in_a_row in groupby(deeds, key=lambda deed: deed.told.act):
        run = list(in_a_row)
        if act is Act.DISPENSE and len(run) >= WORTH_A_SET:
            done = _as_a_set(run)
            if done is not None:
                yield from done
                continue
        for deed in run:
            yield _one(deed)


def _as_a_set(run: Sequence[Deed]) -> list[_Verdict] | None:
    """Give all packs in a few statements; None when one of them needs a look of its own."""
    session = run[0].session
    try:
        with session.begin_nested():
            for deed in run:
                ensure_not_ahead(deed.told.event_time, now=deed.now)
            ensure_possible(session, run)
            documents = give_all(run)
    except (DomainError, DataError, IntegrityError):
        return None
    return [
        _Verdict(deed=deed, outcome=Outcome.ACCEPTED, details={"documents": made})
        for deed, made in zip(run, documents, strict=True)
    ]


def _one(deed: Deed) -> _Verdict:
    try:
        with deed.session.begin_nested():
            ensure_not_ahead(deed.told.event_time, now=deed.now)
            ensure_possible(deed.session, [deed])
            done = perform(deed)
    except DomainError as refusal:
        keep_incident(deed.session, deed.actor, refusal, deed.now)
        return _refused(deed, refusal)
    except (DataError, IntegrityError):
        # The database had the last word on this one act; the others must not suffer.
        return _refused(deed, RuleBroken(deed.told.client_event_id))
    details = {"documents": list(done.documents)}
    return _Verdict(deed=deed, outcome=Outcome.ACCEPTED, details=details)


def _refused(deed: Deed, refusal: DomainError) -> _Verdict:
    late = is_late(deed.told.event_time, now=deed.now)
    told = {name: _plain(value) for name, value in refusal.data.items()}
    conflict = contradicts(deed.told.act, refusal.code, late=late)
    if conflict:
        _raise_conflict(deed, refusal)
    return _Verdict(
        deed=deed,
        outcome=Outcome.CONFLICT_LATER if conflict else Outcome.REJECTED,
        refusal=refusal.code,
        family=next((kind.code for kind in FAMILIES if isinstance(refusal, kind)), refusal.code),
        details={"subject": refusal.subject, **told},
    )


def _raise_conflict(deed: Deed, refusal: DomainError) -> None:
    """Alarm, and put the patient on the list of those to call back; nothing else changes."""
    codes = [recognise(code).code for code in deed.told.codes]
    scanned = str(refusal.data.get("scanned") or codes[0])
    incident = Incident(
        kind="conflict-later",
        key=f"conflict-later/{deed.told.client_event_id}",
        level=REPEATED if refusal.code == "dispensed-here" else SUSPECTED,
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


def _keep(session: Session, verdicts: Sequence[_Verdict]) -> None:
    rows = [
        {
            "event_id": one.deed.event_id,
            "outcome": one.outcome,
            "late": is_late(one.deed.told.event_time, now=one.deed.now),
            "refusal": one.refusal,
            "family": one.family,
            "details": one.details,
            "answered_at": one.deed.now,
        }
        for one in verdicts
    ]
    session.execute(insert_rows(CaptureAnswer, rows))


def _plain(value: object) -> object:
    """Return what JSON can keep of a refusal's facts; days and lists become text."""
    return value if isinstance(value, str | int | float | None) else str(value)
