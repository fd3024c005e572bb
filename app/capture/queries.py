"""Read side of capture: answers, what waits, where packs were seen, whom to call back."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.accounts.models import UserAccount
from app.capture.models import CallBack, CaptureAnswer, CapturedEvent, CaptureDevice
from app.capture.rules import Outcome, Sighting
from app.catalogue.models import Item
from app.kernel.actor import Actor
from app.kernel.arrays import among, among_texts
from app.kernel.db import Json
from app.kernel.ids import CallBackId, CaptureDeviceId, CapturedId, FacilityId, UnitId, UserId
from app.network.models import Facility
from app.traceability.models import BizStep, Lot, TraceEvent, Unit
from app.traceability.queries import named_units


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A stored act and its answer, if it has one."""

    device_seq: int
    client_event_id: str
    digest: str
    event_time: datetime
    recorded_at: datetime
    outcome: Outcome | None
    late: bool | None
    refusal: str | None
    family: str | None
    details: Json | None


def answers_of(
    session: Session, device_id: CaptureDeviceId, numbers: Collection[int]
) -> dict[int, AnswerRow]:
    """Return what a device was answered, by its own numbers."""
    rows: Iterable[Any] = session.execute(
        select(
            CapturedEvent.device_seq,
            CapturedEvent.client_event_id,
            CapturedEvent.digest,
            CapturedEvent.event_time,
            CapturedEvent.recorded_at,
            CaptureAnswer.outcome,
            CaptureAnswer.late,
            CaptureAnswer.refusal,
            CaptureAnswer.family,
            CaptureAnswer.details,
        )
        .outerjoin(CaptureAnswer, CaptureAnswer.event_id == CapturedEvent.id)
        .where(CapturedEvent.device_id == device_id, among(CapturedEvent.device_seq, numbers))
    )
    return {row.device_seq: AnswerRow(*row) for row in rows}


def waiting_of(
    session: Session, device_id: CaptureDeviceId, following: int, until: CapturedId | None
) -> Sequence[CapturedEvent]:
    """Return a device's acts without an answer, stored before row ``until``.

    What is numbered below ``following`` has had its turn.
    """
    unanswered = (
        ~select(CaptureAnswer.event_id).where(CaptureAnswer.event_id == CapturedEvent.id).exists()
    )
    query = select(CapturedEvent).where(
        CapturedEvent.device_id == device_id, CapturedEvent.device_seq >= following, unanswered
    )
    if until is not None:
        query = query.where(CapturedEvent.id < until)
    return session.scalars(query).all()


def devices_waiting(session: Session, *, before: datetime) -> list[tuple[str, UserId, int]]:
    """Return devices whose acts have waited since ``before``: who sent them, and up to where."""
    unanswered = (
        ~select(CaptureAnswer.event_id).where(CaptureAnswer.event_id == CapturedEvent.id).exists()
    )
    rows = session.execute(
        select(
            CaptureDevice.code,
            func.max(CapturedEvent.user_id),
            func.max(CapturedEvent.device_seq),
        )
        .join(CapturedEvent, CapturedEvent.device_id == CaptureDevice.id)
        .where(
            CapturedEvent.device_seq >= CaptureDevice.following,
            CapturedEvent.recorded_at < before,
            unanswered,
        )
        .group_by(CaptureDevice.code)
        .order_by(CaptureDevice.code)
    )
    return [(row[0], row[1], row[2]) for row in rows]


@dataclass(frozen=True, slots=True)
class PackFacts:
    """What the time of an act is checked against."""

    unit_id: UnitId
    code: str
    made_on: date | None


def pack_facts(session: Session, codes: Collection[str]) -> list[PackFacts]:
    """Return when the packs and cartons of these codes were made."""
    rows: Iterable[Any] = session.execute(
        select(Unit.id, Unit.code, Lot.made_on)
        .outerjoin(Lot, Lot.id == Unit.lot_id)
        .where(among_texts(Unit.code, codes))
    )
    return [PackFacts(*row) for row in rows]


def sightings(
    session: Session, unit_ids: Collection[UnitId], *, but: FacilityId
) -> dict[UnitId, list[Sighting]]:
    """Return where else things were seen, and when; an announcement is no sighting."""
    event = named_units()
    rows = session.execute(
        select(
            event.c.unit_id,
            TraceEvent.event_time,
            Facility.latitude,
            Facility.longitude,
            Facility.short_name,
        )
        .join(TraceEvent, TraceEvent.id == event.c.event_id)
        .join(Facility, Facility.id == TraceEvent.facility_id)
        .where(
            among(event.c.unit_id, unit_ids),
            TraceEvent.facility_id != but,
            TraceEvent.step != BizStep.ANNOUNCING,
        )
    )
    found: dict[UnitId, list[Sighting]] = {}
    for unit_id, at, latitude, longitude, name in rows:
        found.setdefault(unit_id, []).append(Sighting(at, latitude, longitude, name))
    return found


def position_of(session: Session, facility_id: FacilityId) -> tuple[float, float, str]:
    """Return where a facility is, and its name."""
    row = session.execute(
        select(Facility.latitude, Facility.longitude, Facility.short_name).where(
            Facility.id == facility_id
        )
    ).one()
    return row[0], row[1], row[2]


@dataclass(frozen=True, slots=True)
class CallBackRow:
    """A patient to call back: the pack they were given, by which note, and why."""

    id: CallBackId
    facility_id: FacilityId
    facility: str
    code: str
    item_name: str
    lot_number: str
    why: str
    given_at: datetime
    recorded_at: datetime
    given_by: str
    note: str
    device: str
    done_at: datetime | None
    result: str


def list_call_backs(
    session: Session, actor: Actor, before: int | None, size: int, *, whole: bool = False
) -> list[CallBackRow]:
    """Return whom to call back, newest first, at most ``size`` + 1; open ones unless whole."""
    query = (
        select(
            CallBack.id,
            CallBack.facility_id,
            Facility.short_name,
            CallBack.code,
            func.coalesce(Item.name, ""),
            func.coalesce(Lot.lot_number, ""),
            CallBack.why,
            CapturedEvent.event_time,
            CapturedEvent.recorded_at,
            UserAccount.name,
            func.coalesce(CapturedEvent.told["note"].astext, ""),
            CaptureDevice.code,
            CallBack.done_at,
            CallBack.result,
        )
        .join(CapturedEvent, CapturedEvent.id == CallBack.event_id)
        .join(CaptureDevice, CaptureDevice.id == CapturedEvent.device_id)
        .join(UserAccount, UserAccount.id == CapturedEvent.user_id)
        .join(Facility, Facility.id == CallBack.facility_id)
        .outerjoin(Unit, Unit.code == CallBack.code)
        .outerjoin(Item, Item.id == Unit.item_id)
        .outerjoin(Lot, Lot.id == Unit.lot_id)
    )
    seen = CallBack.facility_id.in_(actor.facility_ids)
    shown = and_(
        seen if not actor.sees(None) else CallBack.id > 0,
        CallBack.id < before if before is not None else CallBack.id > 0,
        CallBack.id > 0 if whole else CallBack.done_at.is_(None),
    )
    rows: Iterable[Any] = session.execute(
        query.where(shown).order_by(CallBack.id.desc()).limit(size + 1)
    )
    return [CallBackRow(*row) for row in rows]
