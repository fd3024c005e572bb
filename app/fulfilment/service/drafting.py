"""A clinic writes a requisition for itself or one of its village clinics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.fulfilment.errors import (
    ItemAlreadyListed,
    ItemNotOffered,
    NothingProposed,
    RequisitionEdited,
    RequisitionEmpty,
    TooManyLines,
)
from app.fulfilment.models import Requisition, RequisitionLine, TemplateLine
from app.fulfilment.queries import supply
from app.fulfilment.rules import MOST_LINES, RequisitionState, Source
from app.fulfilment.service import lines
from app.fulfilment.service.advising import advise
from app.fulfilment.service.finding import advance_requisition, get_own_requisition
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.history import Change
from app.kernel.ids import FacilityId, ItemId
from app.kernel.local_time import local_day
from app.kernel.numbering import issue_number
from app.network import service as network
from app.replenishment import service as replenishment

PREFIX = "RQ"
DRAFT = (RequisitionState.DRAFT,)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRequisition:
    """For which facility, from which list; ``asked`` maps item codes to base units."""

    facility_id: FacilityId
    source: Source
    asked: Mapping[str, int] = field(default_factory=dict)
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftEdit:
    """What the clinic typed; ``revision`` is the one it saw. Items not named stay."""

    reference: str
    revision: int
    asked: Mapping[str, int]
    notes: str | None = None


def create(
    session: Session, actor: Actor, request: NewRequisition, *, now: datetime
) -> Requisition:
    """Start a draft with its lines, each asking for what the arithmetic suggests.

    Items named in ``asked`` keep the quantity asked.

    Raises:
        NotFound: the actor may not order for this facility.
        NothingProposed: the draft was to start from proposals, and none is open.
        ItemNotOffered, NotWholePacks, TooManyLines: a line cannot be ordered.
    """
    actor.must_act_for(request.facility_id, "facility")
    centre = network.central_pharmacy(session)
    requisition = Requisition(
        reference="",
        facility_id=request.facility_id,
        requested_by_id=actor.facility_id,
        supplier_id=centre.id,
        notes=request.notes,
        created_by_id=actor.user_id,
        created_at=now,
    )
    proposed = _proposed(session, request)
    items = _starting_items(session, request, proposed, now=now)
    named = _offered(session, request.asked)
    every = list({item.id: item for item in [*items, *named]}.values())
    _refuse_too_many(len(every))
    advice = advise(session, (requisition.facility_id, centre.id), every, today=local_day(now))
    requisition.reference = issue_number(session, PREFIX, now=now)
    session.add(requisition)
    session.flush()
    rows = []
    for position, item in enumerate(every, start=1):
        figures = advice[item.id]
        suggested = figures.suggestion.packs * item.units_per_pack
        start = proposed.get(item.id, suggested)
        asked = lines.whole_packs(item, request.asked.get(item.code, start))
        rows.append(lines.row_of(requisition.id, (position, item), figures, asked))
    lines.store(session, rows)
    return requisition


def _proposed(session: Session, request: NewRequisition) -> dict[ItemId, int]:
    """Take last night's proposals for this draft, so that no second draft asks for them too."""
    if request.source is not Source.PROPOSAL:
        return {}
    proposed = replenishment.take_proposals(session, request.facility_id)
    if not proposed:
        raise NothingProposed
    return proposed


def _starting_items(
    session: Session,
    request: NewRequisition,
    proposed: Mapping[ItemId, int],
    *,
    now: datetime,
) -> list[Item]:
    ids: Sequence[ItemId] = list(proposed)
    if request.source is Source.TEMPLATE:
        ids = supply.template_items(session, request.facility_id) or supply.used_items(
            session, request.facility_id, today=local_day(now)
        )
    elif request.source is Source.LAST_ORDER:
        ids = supply.last_ordered_items(session, request.facility_id)
    return supply.offered_items(session, ids[:MOST_LINES])


def _offered(session: Session, asked: Mapping[str, int]) -> list[Item]:
    known = supply.items_by_code(session, asked)
    for code in asked:
        if code not in known:
            raise ItemNotOffered(code, item=code)
    return [known[code] for code in asked]


def _refuse_too_many(count: int) -> None:
    if count > MOST_LINES:
        raise TooManyLines(most=MOST_LINES)


def save(session: Session, actor: Actor, edit: DraftEdit, *, now: datetime) -> Requisition:
    """Keep the quantities typed; items that are not on the draft yet become lines.

    Raises:
        RequisitionEdited: somebody else saved since ``edit.revision``.
        RequisitionStateChanged: it was submitted or cancelled meanwhile.
        ItemNotOffered, NotWholePacks, TooManyLines: nothing of the edit is kept.
    """
    requisition = _claim_draft(session, actor, edit.reference, edit.revision, notes=edit.notes)
    present = {line.item_code: line for line in lines.of(session, requisition.id)}
    quantities = []
    for code in edit.asked.keys() & present.keys():
        line = present[code]
        lines.ensure_whole_packs(line.item_name, line.units_per_pack, edit.asked[code])
        quantities.append((line.id, edit.asked[code]))
    lines.set_asked(session, quantities)
    added = {code: asked for code, asked in edit.asked.items() if code not in present}
    if added:
        _append(session, requisition, added, now=now)
    return requisition


def add_item(
    session: Session, actor: Actor, reference: str, item_code: str, *, now: datetime
) -> RequisitionLine:
    """Put one more item on the draft, asking for what the arithmetic suggests.

    Raises:
        ItemAlreadyListed: it has a line already.
        ItemNotOffered: the centre does not keep it.
    """
    requisition = get_own_requisition(session, actor, reference)
    advance_requisition(session, requisition, (DRAFT, RequisitionState.DRAFT))
    listed = select(RequisitionLine.id).where(
        RequisitionLine.requisition_id == requisition.id,
        RequisitionLine.item_code == item_code,
    )
    if session.scalars(listed).first() is not None:
        raise ItemAlreadyListed(item_code, item=item_code)
    _append(session, requisition, {item_code: None}, now=now)
    return session.scalars(
        select(RequisitionLine).where(
            RequisitionLine.requisition_id == requisition.id,
            RequisitionLine.item_code == item_code,
        )
    ).one()


def _append(
    session: Session,
    requisition: Requisition,
    asked: Mapping[str, int | None],
    *,
    now: datetime,
) -> None:
    items = _offered(session, {code: quantity or 0 for code, quantity in asked.items()})
    last = session.scalar(
        select(func.coalesce(func.max(RequisitionLine.position), 0)).where(
            RequisitionLine.requisition_id == requisition.id
        )
    )
    _refuse_too_many((last or 0) + len(items))
    advice = advise(
        session,
        (requisition.facility_id, requisition.supplier_id),
        items,
        today=local_day(now),
    )
    rows = []
    for position, item in enumerate(items, start=(last or 0) + 1):
        figures = advice[item.id]
        wanted = asked[item.code]
        suggested = figures.suggestion.packs * item.units_per_pack
        quantity = lines.whole_packs(item, suggested if wanted is None else wanted)
        rows.append(lines.row_of(requisition.id, (position, item), figures, quantity))
    lines.store(session, rows)


def _claim_draft(
    session: Session, actor: Actor, reference: str, revision: int, *, notes: str | None
) -> Requisition:
    """Take the draft for this edit: whoever saw an older revision is told."""
    requisition = get_own_requisition(session, actor, reference)
    changes = {} if notes is None else {"notes": notes}
    advance_requisition(session, requisition, (DRAFT, RequisitionState.DRAFT), **changes)
    if requisition.revision != revision + 1:
        raise RequisitionEdited(reference)
    return requisition


def submit(
    session: Session, actor: Actor, reference: str, revision: int, *, now: datetime
) -> Requisition:
    """Send the draft to the centre: lines that ask for nothing go, figures are frozen.

    Raises:
        RequisitionEmpty: no line asks for anything.
        RequisitionEdited, RequisitionStateChanged: the draft changed meanwhile.
    """
    requisition = _claim_draft(session, actor, reference, revision, notes=None)
    session.execute(
        delete(RequisitionLine).where(
            RequisitionLine.requisition_id == requisition.id, RequisitionLine.asked == 0
        )
    )
    kept = lines.of(session, requisition.id)
    if not kept:
        raise RequisitionEmpty(reference)
    items = supply.offered_items(session, [line.item_id for line in kept])
    advice = advise(
        session,
        (requisition.facility_id, requisition.supplier_id),
        items,
        today=local_day(now),
    )
    for line in kept:
        if line.item_id not in advice:
            raise ItemNotOffered(line.item_code, item=line.item_name)
    lines.freeze_figures(session, [(line.id, advice[line.item_id]) for line in kept])
    window = network.next_delivery(session, requisition.facility_id, now=now)
    advance_requisition(
        session,
        requisition,
        (DRAFT, RequisitionState.SUBMITTED),
        submitted_at=now,
        delivery_day=window.day if window else None,
        promised_from=window.opens if window else None,
        promised_to=window.closes if window else None,
    )
    change = Change(subject=("requisition", requisition.id), action="submitted")
    history.record(session, actor, change, now=now)
    return requisition


def cancel(session: Session, actor: Actor, reference: str, *, now: datetime) -> Requisition:
    """Take back what the centre has not decided yet.

    Raises:
        RequisitionStateChanged: it is decided, or cancelled already.
    """
    requisition = get_own_requisition(session, actor, reference)
    open_states = (RequisitionState.DRAFT, RequisitionState.SUBMITTED)
    advance_requisition(session, requisition, (open_states, RequisitionState.CANCELLED))
    change = Change(subject=("requisition", requisition.id), action="cancelled")
    history.record(session, actor, change, now=now)
    return requisition


def keep_as_template(session: Session, actor: Actor, reference: str) -> int:
    """Make the requisition's items the facility's usual list; return how many they are."""
    requisition = get_own_requisition(session, actor, reference)
    asked = [line for line in lines.of(session, requisition.id) if line.substitutes_line_id is None]
    facility_id = requisition.facility_id
    session.execute(delete(TemplateLine).where(TemplateLine.facility_id == facility_id))
    rows = [
        {"facility_id": facility_id, "item_id": line.item_id, "position": line.position}
        for line in asked
    ]
    if rows:
        session.execute(insert(TemplateLine).values(rows))
    return len(rows)
