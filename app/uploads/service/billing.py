"""Bills for the trace platform: made each night of what was told, or by hand."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import FacilityId, LotId, TraceBillId, UploadId, UserId
from app.kernel.local_time import at_local, local_day
from app.kernel.numbering import issue_number
from app.kernel.rows import insert_rows
from app.traceability.errors import ParentChildMix, ReasonMissing
from app.uploads import queries
from app.uploads.errors import BillStateChanged, NothingOnBill
from app.uploads.models import TraceBill, TraceBillCode, TraceBillRemnant, TraceBillSource
from app.uploads.queries import BillRow, Unbilled
from app.uploads.rules import Facts, UploadKind
from app.uploads.rules.bills import (
    OF_KIND,
    BillState,
    BillType,
    DropReason,
    Sorted,
    mixed,
    parts_of,
    sort_out,
)

PREFIX = "MF"
BATCH = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands at the head of a bill."""

    facility_id: FacilityId
    type: BillType
    day: date
    document: str = ""
    partner: str = ""
    note: str = ""
    user_id: UserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandMade:
    """A bill somebody makes of scanned codes: a sample, a vaccination, a delivery."""

    type: BillType
    codes: Sequence[str]
    partner: str = ""
    note: str = ""


def make_bills(session: Session, *, now: datetime) -> int:
    """Make bills of everything before today that is in none yet; return how many.

    Sales of a day share a bill, other documents have their own. Two runs at once do no harm:
    each takes other rows, and a message is the source of one bill.
    """
    found = queries.unbilled(session, at_local(local_day(now), time()), BATCH)
    facts = queries.find_facts(session, [one.id for one in found]) if found else {}
    groups: defaultdict[Head, list[Unbilled]] = defaultdict(list)
    for one in found:
        groups[_head(one, facts[one.id])].append(one)
    made = 0
    for head, members in groups.items():
        bills = _make(session, head, members, facts, now=now)
        made += len(bills)
        rows = [{"upload_id": one.id, "bill_id": bills[0]} for one in members]
        session.execute(insert_rows(TraceBillSource, rows))
    return made


def make_by_hand(session: Session, actor: Actor, wanted: HandMade, *, now: datetime) -> str:
    """Make a bill of scanned codes, in parts where they are many; return the first's number.

    Raises:
        ParentChildMix: a carton and something in it are both named (the platform's flag 6).
        NothingOnBill: none of the codes is one the platform takes.
    """
    pair = mixed(wanted.codes, queries.containers_of(session, wanted.codes))
    if pair is not None:
        raise ParentChildMix(pair[1], scanned=pair[1], carton=pair[0])
    found = sort_out(wanted.codes)
    if not found.kept:
        raise NothingOnBill("bill")
    head = Head(
        facility_id=actor.facility_id,
        type=wanted.type,
        day=local_day(now),
        partner=wanted.partner,
        note=wanted.note,
        user_id=actor.user_id,
    )
    first = _coded(session, head, found, now=now)[0]
    return session.get_one(TraceBill, first).reference


def take_away(session: Session, actor: Actor, reference: str) -> BillRow:
    """Return a bill whose file somebody takes away, and remember that.

    Raises:
        NotFound: there is no such bill for the actor.
    """
    found = get_bill(session, actor, reference)
    session.execute(
        update(TraceBill)
        .where(TraceBill.id == found.id, TraceBill.state == BillState.READY)
        .values(state=BillState.DOWNLOADED)
        .execution_options(synchronize_session=False)
    )
    return found


def note_outcome(
    session: Session, actor: Actor, reference: str, outcome: tuple[BillState, str]
) -> None:
    """Keep what the platform said of a bill.

    Raises:
        NotFound: there is no such bill for the actor.
        ReasonMissing: a refusal says why.
        BillStateChanged: it was taken before.
    """
    found = get_bill(session, actor, reference)
    state, answer = outcome
    if state is BillState.REFUSED and not answer.strip():
        raise ReasonMissing(reference)
    kept = session.scalars(
        update(TraceBill)
        .where(TraceBill.id == found.id, TraceBill.state != BillState.ACCEPTED)
        .values(state=state, answer=answer.strip())
        .returning(TraceBill.id)
        .execution_options(synchronize_session=False)
    ).first()
    if kept is None:
        raise BillStateChanged(reference)


def get_bill(session: Session, actor: Actor, reference: str) -> BillRow:
    """Return a bill the actor may see.

    Raises:
        NotFound: there is none.
    """
    found = queries.find_bill(session, actor, reference)
    if found is None:
        raise NotFound("bill")
    return found


def _head(one: Unbilled, facts: Facts) -> Head:
    with_codes, without = OF_KIND[one.kind]
    shared = one.kind in (UploadKind.SALE, UploadKind.SALE_RETURN)
    return Head(
        facility_id=one.facility_id,
        type=with_codes if facts.codes else without,
        day=local_day(one.happened_at),
        document="" if shared else one.document,
        partner=str(facts.values["supplier.name"] or ""),
    )


def _make(
    session: Session,
    head: Head,
    members: Sequence[Unbilled],
    facts: Mapping[UploadId, Facts],
    *,
    now: datetime,
) -> list[TraceBillId]:
    codes = [code for one in members for code in facts[one.id].codes]
    if codes:
        return _coded(session, head, sort_out(codes), now=now)
    quantities: Counter[LotId] = Counter()
    for one in members:
        quantities[one.lot_id] += one.quantity
    bill_id = _store(session, head, 1, now=now)
    rows = [
        {"bill_id": bill_id, "lot_id": lot_id, "quantity": quantity}
        for lot_id, quantity in sorted(quantities.items())
    ]
    session.execute(insert_rows(TraceBillRemnant, rows))
    return [bill_id]


def _coded(session: Session, head: Head, found: Sorted, *, now: datetime) -> list[TraceBillId]:
    """Store one bill for each part; the first lists what was left out."""
    made = []
    for number, part in enumerate(parts_of(found.kept) or [[]], start=1):
        bill_id = _store(session, head, number, now=now)
        made.append(bill_id)
        rows = [{"bill_id": bill_id, "code": code, "dropped": DropReason.NONE} for code in part]
        if number == 1:
            rows += [
                {"bill_id": bill_id, "code": code, "dropped": reason}
                for code, reason in found.dropped.items()
            ]
        session.execute(insert_rows(TraceBillCode, rows))
    return made


def _store(session: Session, head: Head, part: int, *, now: datetime) -> TraceBillId:
    values = {
        "reference": issue_number(session, PREFIX, now=now),
        "facility_id": head.facility_id,
        "type": head.type,
        "state": BillState.READY,
        "document": head.document,
        "day": head.day,
        "partner": head.partner,
        "part": part,
        "note": head.note,
        "answer": "",
        "created_at": now,
        "user_id": head.user_id,
    }
    return session.scalars(insert(TraceBill).values(values).returning(TraceBill.id)).one()
