"""Find where lots near their expiry can still be used, and propose to send them there."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.kernel.ids import FacilityId, ItemId, LotId
from app.kernel.local_time import local_day
from app.kernel.quantities import share_of
from app.network import service as network
from app.transfers import queries
from app.transfers.models import Transfer
from app.transfers.queries import HolderRow
from app.transfers.rules import NearExpiry, TransferKind, pull_back
from app.transfers.service.asking import Ask, Wish, ask

WITHIN_DAYS = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A lot that should move: from whom, to whom, how much, and what that saves."""

    holder: HolderRow
    to_id: FacilityId
    to: str
    quantity: int
    saved_fen: int


def propose_pull_back(
    session: Session, *, now: datetime, within_days: int = WITHIN_DAYS
) -> list[Proposal]:
    """Return which lots on whose shelves other facilities would use up in time."""
    today = local_day(now)
    rows = queries.near_expiry(session, today=today, within_days=within_days)
    by_item: defaultdict[ItemId, list[HolderRow]] = defaultdict(list)
    for row in rows:
        by_item[row.item_id].append(row)
    users = queries.users_of(session, list(by_item), today=today)
    found: list[tuple[HolderRow, FacilityId, int]] = []
    for item_id, holders in by_item.items():
        held = {(row.facility_id, row.lot_id): row for row in holders}
        lots = [
            NearExpiry(
                facility_id=row.facility_id,
                lot_id=row.lot_id,
                expires_on=row.expires_on,
                free=row.free,
            )
            for row in holders
        ]
        found += [
            (held[one.lot.facility_id, one.lot.lot_id], one.to, one.quantity)
            for one in pull_back(lots, users.get(item_id, []), today=today)
        ]
    names = network.names_of(session, {to for _, to, _ in found})
    proposals = [
        Proposal(
            holder=holder,
            to_id=to,
            to=names[to],
            quantity=quantity,
            saved_fen=share_of(holder.cost_fen, quantity, holder.units_per_pack),
        )
        for holder, to, quantity in found
    ]
    return sorted(proposals, key=lambda one: (one.holder.expires_on, -one.saved_fen))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A proposal somebody chose."""

    lot_id: LotId
    item_id: ItemId
    sender_id: FacilityId
    receiver_id: FacilityId
    quantity: int


def ask_pull_back(
    session: Session, actor: Actor, chosen: Sequence[Chosen], notes: str, *, now: datetime
) -> list[Transfer]:
    """Ask the holders to send chosen lots on, one transfer for each pair of facilities.

    Raises:
        Forbidden, NotFound, TransferEmpty: as for any request.
    """
    pairs: defaultdict[tuple[FacilityId, FacilityId], list[Wish]] = defaultdict(list)
    for one in chosen:
        wish = Wish(item_id=one.item_id, quantity=one.quantity, lot_id=one.lot_id)
        pairs[one.sender_id, one.receiver_id].append(wish)
    return [
        ask(
            session,
            actor,
            Ask(
                kind=TransferKind.TRANSFER,
                sender_id=sender,
                receiver_id=receiver,
                asked_by_id=actor.facility_id,
                wishes=wishes,
                notes=notes,
            ),
            now=now,
        )
        for (sender, receiver), wishes in sorted(pairs.items())
    ]
