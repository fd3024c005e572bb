"""The second look, and the seal that releases a tote to delivery (复核、封箱)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.fulfilment.errors import CheckerPicked, CountDiffers
from app.fulfilment.models import PickTask, Tote, ToteContent, ToteCount
from app.fulfilment.rules import Compartment, Load, RequisitionState, ToteState, measure, miscounted
from app.fulfilment.service.finding import (
    advance_requisition,
    advance_tote,
    get_supplied_tote,
    lock_requisition,
    totes_left,
)
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.history import Change
from app.kernel.ids import LotId, RequisitionId
from app.traceability import service as traceability
from app.traceability.models import Lot
from app.traceability.rules import ensure_free

UNSEALED = (ToteState.OPEN, ToteState.PACKED, ToteState.CHECKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What the second look found of one lot, in base units."""

    item_code: str
    lot_number: str
    counted: int


def check(
    session: Session, actor: Actor, code: str, counts: Sequence[Count], *, now: datetime
) -> Tote:
    """Compare a second count with what was picked; only an equal count passes.

    Raises:
        CheckerPicked: controlled medicines are checked by somebody else than the picker.
        CountDiffers: some lots differ; the refusal names the items, not the figures.
        AlreadyDone, ToteStateChanged: the tote is not waiting for its check.
    """
    tote = get_supplied_tote(session, actor, code)
    advance_tote(
        session,
        tote,
        ((ToteState.PACKED,), ToteState.CHECKED),
        checked_by_id=actor.user_id,
        checked_at=now,
    )
    contents = contents_of(session, tote)
    pickers = {content.picked_by_id for content in contents}
    if tote.compartment is Compartment.CONTROLLED and actor.user_id in pickers:
        raise CheckerPicked(tote.code)
    expected: Counter[tuple[int, int]] = Counter()
    for content in contents:
        expected[content.item_id, content.lot_id] += content.quantity
    names = _names(session, contents)
    counted = _counted(names, counts)
    differing = miscounted(dict(expected), counted)
    if differing:
        named = sorted({names[key][0] if key in names else "?" for key in differing})
        raise CountDiffers(tote.code, items="、".join(named))
    rows = [
        {
            "tote_id": tote.id,
            "item_id": item_id,
            "lot_id": lot_id,
            "counted": quantity,
            "user_id": actor.user_id,
            "counted_at": now,
        }
        for (item_id, lot_id), quantity in sorted(counted.items())
        if quantity
    ]
    session.execute(insert(ToteCount), rows)
    return tote


def contents_of(session: Session, tote: Tote) -> list[ToteContent]:
    """Return what lies in a tote, in the order it was put in."""
    return list(
        session.scalars(
            select(ToteContent)
            .where(ToteContent.tote_id == tote.id, ToteContent.taken_out_at.is_(None))
            .order_by(ToteContent.position)
        )
    )


def _names(
    session: Session, contents: Sequence[ToteContent]
) -> dict[tuple[int, int], tuple[str, str, str]]:
    """Return item name, item code and lot number by (item, lot)."""
    rows = session.execute(
        select(Item.id, Lot.id, Item.name, Item.code, Lot.lot_number)
        .join(Lot, Lot.item_id == Item.id)
        .where(Lot.id.in_({content.lot_id for content in contents}))
    )
    return {(row[0], row[1]): (row[2], row[3], row[4]) for row in rows}


def _counted(
    names: dict[tuple[int, int], tuple[str, str, str]], counts: Sequence[Count]
) -> dict[tuple[int, int], int]:
    keys = {(code, lot): key for key, (_, code, lot) in names.items()}
    counted: dict[tuple[int, int], int] = {}
    for count in counts:
        key = keys.get((count.item_code, count.lot_number.strip().upper()), (0, 0))
        counted[key] = counted.get(key, 0) + count.counted
    return counted


def seal(session: Session, actor: Actor, code: str, *, now: datetime) -> Tote:
    """Close a checked tote for good and weigh it by its packs.

    With the last tote of a finished pick list the requisition is released to delivery.

    Raises:
        AlreadyDone, ToteStateChanged: the tote is sealed, or not checked yet.
        Recalled, QualityHold: a lot inside was held since it was picked; it is taken out first.
    """
    tote = get_supplied_tote(session, actor, code)
    lock_requisition(session, tote.requisition_id)
    grams, volume = measure(_loads(session, tote))
    advance_tote(
        session,
        tote,
        ((ToteState.CHECKED,), ToteState.SEALED),
        weight_grams=grams,
        volume_cm3=volume,
        sealed_at=now,
    )
    for lot in traceability.lock_lot_states(session, _lots_in(session, tote)).values():
        ensure_free(lot)
    change = Change(subject=("tote", tote.id), action="sealed")
    history.record(session, actor, change, now=now)
    _release_if_complete(session, tote.requisition_id)
    return tote


def _lots_in(session: Session, tote: Tote) -> set[LotId]:
    return {content.lot_id for content in contents_of(session, tote)}


def _loads(session: Session, tote: Tote) -> list[Load]:
    rows = session.execute(
        select(ToteContent.quantity, Item.units_per_pack, Item.weight_grams, Item.volume_cm3)
        .join(Item, Item.id == ToteContent.item_id)
        .where(ToteContent.tote_id == tote.id, ToteContent.taken_out_at.is_(None))
    )
    return [Load(*row) for row in rows]


def _release_if_complete(session: Session, requisition_id: RequisitionId) -> None:
    done = session.scalars(
        select(PickTask.done_at).where(PickTask.requisition_id == requisition_id)
    ).one()
    if done is None or totes_left(session, requisition_id, UNSEALED):
        return
    requisition = lock_requisition(session, requisition_id)
    if requisition.state is RequisitionState.IN_DELIVERY:
        return  # a tote that was opened again: others of it have left before
    step = ((RequisitionState.PICKING,), RequisitionState.SEALED)
    advance_requisition(session, requisition, step)
