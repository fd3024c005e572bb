"""When a lot is held or a promise lapses: other lots at once, or the question anew."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.inventory import service as inventory
from app.kernel.actor import Actor
from app.kernel.ids import LotId, TransferId
from app.notices import service as notices
from app.notices.rules import NoticeKind
from app.notices.service import News
from app.traceability.models import Lot
from app.transfers import queries
from app.transfers.models import Transfer, TransferLine
from app.transfers.rules import TransferState
from app.transfers.service.asking import LINE_KIND
from app.transfers.service.deciding import promise
from app.transfers.service.finding import lines_of, record


def lock_promised(session: Session, lot_id: LotId) -> None:
    """Lock the transfers to which goods of a lot are promised, before the lot is."""
    _lock(session, inventory.lines_promised(session, LINE_KIND, lot_id))


def refill(
    session: Session,
    actor: Actor,
    told: tuple[Lot, Sequence[tuple[str, int]], str],
    *,
    now: datetime,
) -> int:
    """Promise from other lots what transfers lost; return what nothing could fill.

    ``told`` is the lot, the lines of all kinds that lost by it, and why.
    """
    lot, losing, reason = told
    lost = {line_id for kind, line_id in losing if kind == LINE_KIND}
    lacking = 0
    for transfer in _lock(session, lost):
        lines = [line for line in lines_of(session, transfer) if line.id in lost]
        before = sum(line.shortage for line in lines)
        promise(session, transfer, lines, now=now)
        session.flush()
        lacking += sum(line.shortage for line in lines) - before
        record(session, actor, transfer, ("lot-frozen", f"{lot.lot_number} {reason}"), now=now)
    return lacking


def lapse(session: Session, *, now: datetime) -> int:
    """Give back what was promised and not fetched in time; return how many transfers that were.

    Such a transfer waits for its decision again, and both facilities are told.
    """
    ended = _lock(session, inventory.expired_lines(session, LINE_KIND, now=now))
    inventory.release_expired(session, LINE_KIND, now=now)
    lapsed = [one for one in ended if one.state is TransferState.APPROVED]
    for transfer in lapsed:
        _ask_again(session, transfer, now=now)
    waiting = queries.count_lapsed(session)
    fresh = Counter(side for one in lapsed for side in (one.sender_id, one.receiver_id))
    news = [
        News(facility_id=facility_id, fresh=count, total=waiting[facility_id])
        for facility_id, count in sorted(fresh.items())
    ]
    notices.push(session, NoticeKind.TRANSFER_LAPSED, news, now=now)
    return len(lapsed)


def _ask_again(session: Session, transfer: Transfer, *, now: datetime) -> None:
    session.execute(
        update(TransferLine)
        .where(TransferLine.transfer_id == transfer.id)
        .values(approved=None, shortage=0)
        .execution_options(synchronize_session=False)
    )
    transfer.state = TransferState.REQUESTED
    transfer.decided_by_id = transfer.decided_at = None
    transfer.lapsed_at = now
    session.flush()


def _lock(session: Session, line_ids: Collection[int]) -> list[Transfer]:
    ids: list[TransferId] = list(
        session.scalars(select(TransferLine.transfer_id).where(TransferLine.id.in_(line_ids)))
    )
    return list(
        session.scalars(
            select(Transfer)
            .where(Transfer.id.in_(ids))
            .order_by(Transfer.id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    )
