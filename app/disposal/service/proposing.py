"""Draft a write-off from what lies at places, change it, hand it in or withdraw it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.disposal import queries
from app.disposal.errors import (
    GoodsOfSeveralFacilities,
    LossReasonNeeded,
    NothingWrittenOff,
)
from app.disposal.models import WriteOff, WriteOffLine, WriteOffPack
from app.disposal.queries import GoodsRow
from app.disposal.rules import OPEN, LossReason, WriteOffState, needs_words
from app.disposal.service.finding import lines_of, own_write_off, record, step
from app.inventory.models import Condition
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.ids import WriteOffLineId
from app.kernel.numbering import issue_number
from app.kernel.rows import insert_rows
from app.traceability import service as traceability
from app.traceability.service import PacksWanted

PREFIX = "BS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What shall leave the book and why: base units by balance."""

    reason: LossReason
    quantities: Mapping[int, int]
    note: str = ""
    origin: str = ""


def propose(session: Session, actor: Actor, proposal: Proposal, *, now: datetime) -> WriteOff:
    """Draft a write-off; nothing moves before a second person confirms it.

    Raises:
        NotFound: some goods are not at a place of the actor's facilities.
        NothingWrittenOff: nothing is named, or nothing of it.
        GoodsOfSeveralFacilities: the goods are not one facility's.
        LossReasonNeeded: the reason "other" has no words.
    """
    if needs_words(proposal.reason, proposal.note):
        raise LossReasonNeeded("write-off")
    quantities = proposal.quantities
    if not quantities or min(quantities.values()) < 1:
        raise NothingWrittenOff("write-off")
    goods = queries.goods_at(session, actor, list(quantities))
    if len(goods) < len(quantities):
        raise NotFound("balance")
    facilities = {one.facility_id for one in goods}
    if len(facilities) > 1:
        raise GoodsOfSeveralFacilities("write-off")
    write_off = WriteOff(
        reference=issue_number(session, PREFIX, now=now),
        facility_id=facilities.pop(),
        reason=proposal.reason,
        note=proposal.note.strip(),
        origin=proposal.origin,
        created_by_id=actor.user_id,
        created_at=now,
    )
    session.add(write_off)
    session.flush()
    session.add_all(_line(write_off, one, quantities[one.balance_id]) for one in goods)
    session.flush()
    record(session, actor, write_off, ("created", write_off.note), now=now)
    return write_off


def change(
    session: Session,
    actor: Actor,
    reference: str,
    quantities: Mapping[WriteOffLineId, int],
    *,
    now: datetime,
) -> WriteOff:
    """Change a draft's quantities; a line of nothing is taken off, one that is not named stays.

    Raises:
        NotFound: the draft or a line is unknown, or not the actor's.
        WriteOffStateChanged: it was handed in or withdrawn.
        NothingWrittenOff: no line would be left.
    """
    write_off = own_write_off(session, actor, reference)
    step(session, write_off, (WriteOffState.DRAFT,), WriteOffState.DRAFT)
    lines = {line.id: line for line in lines_of(session, write_off)}
    if not quantities.keys() <= lines.keys():
        raise NotFound("write-off line")
    for line_id, quantity in quantities.items():
        if quantity < 1:
            session.delete(lines.pop(line_id))
        else:
            lines[line_id].quantity = quantity
    if not lines:
        raise NothingWrittenOff(reference)
    session.flush()
    record(session, actor, write_off, ("write-off-changed", ""), now=now)
    return write_off


def submit(
    session: Session, actor: Actor, reference: str, codes: Sequence[str], *, now: datetime
) -> WriteOff:
    """Hand a draft in for confirmation; packs with codes of their own are scanned now.

    Raises:
        NotFound: the draft is unknown, or not the actor's.
        WriteOffStateChanged: it was handed in or withdrawn.
        UnknownCode, PackNotWanted, PacksLacking: the scanned packs are not those of the lines.
    """
    write_off = own_write_off(session, actor, reference)
    stamp = {"submitted_by_id": actor.user_id, "submitted_at": now}
    step(session, write_off, (WriteOffState.DRAFT,), WriteOffState.SUBMITTED, **stamp)
    lines = lines_of(session, write_off)
    wanted = [
        PacksWanted(
            line=line.id,
            item_name=line.item_name,
            place_id=line.place_id,
            lot_id=line.lot_id,
            quantity=line.quantity,
            apart=line.condition is not Condition.USABLE,
        )
        for line in lines
        if line.is_coded
    ]
    packs = traceability.match_packs(session, codes, wanted)
    rows = [
        {"line_id": line_id, "unit_id": pack.unit_id, "quantity": pack.remaining}
        for line_id, found in packs.items()
        for pack in found
    ]
    if rows:
        session.execute(insert_rows(WriteOffPack, rows))
    record(session, actor, write_off, ("submitted", ""), now=now)
    return write_off


def withdraw(
    session: Session, actor: Actor, reference: str, reason: str, *, now: datetime
) -> WriteOff:
    """Take a write-off back before anybody confirmed it.

    Raises:
        NotFound: it is unknown, or not the actor's.
        WriteOffStateChanged: it was decided, or withdrawn before.
    """
    write_off = own_write_off(session, actor, reference)
    step(session, write_off, OPEN, WriteOffState.WITHDRAWN, answer=reason)
    record(session, actor, write_off, ("write-off-withdrawn", reason), now=now)
    return write_off


def _line(write_off: WriteOff, one: GoodsRow, quantity: int) -> WriteOffLine:
    return WriteOffLine(
        write_off_id=write_off.id,
        place_id=one.place_id,
        item_id=one.item_id,
        lot_id=one.lot_id,
        owner_id=one.facility_id,
        condition=one.condition,
        item_code=one.item_code,
        item_name=one.item_name,
        strength=one.strength,
        base_unit=one.base_unit,
        pack_unit=one.pack_unit,
        units_per_pack=one.units_per_pack,
        cost_fen=one.cost_fen,
        is_coded=one.is_coded,
        is_controlled=one.is_controlled,
        quantity=quantity,
    )
