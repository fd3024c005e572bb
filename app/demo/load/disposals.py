"""Write-offs of the demo: a draft, one to confirm, two that await destruction."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.demo.load.people import somebody
from app.disposal import queries
from app.disposal import service as disposal
from app.disposal.models import WriteOff
from app.disposal.queries import GoodsFilter, GoodsRow, Which
from app.disposal.rules import LossReason
from app.disposal.service import Proposal
from app.kernel.local_time import local_day

_MOST = 500
_PART = 10


def load_disposals(session: Session, *, now: datetime) -> None:
    """Let the central pharmacy write off what expired, broke or got warm."""
    keeper, quality = somebody(session, "storekeeper"), somebody(session, "quality")
    goods = _plain(session, now=now)

    def propose(one: GoodsRow, reason: LossReason, note: str) -> WriteOff:
        quantities = {one.balance_id: min(_PART, one.free)}
        proposal = Proposal(reason=reason, quantities=quantities, note=note)
        return disposal.propose(session, keeper, proposal, now=now)

    def submit(one: GoodsRow, reason: LossReason, note: str) -> WriteOff:
        return disposal.submit(session, keeper, propose(one, reason, note).reference, (), now=now)

    propose(goods[0], LossReason.EXPIRED, "效期检查发现过期")
    submit(goods[1], LossReason.DAMAGED, "搬运时外箱压破")
    waits = submit(goods[2], LossReason.EXPIRED, "效期检查发现过期")
    disposal.confirm(session, quality, waits.reference, None, now=now)
    hot = submit(goods[3], LossReason.TEMPERATURE, "冷库停电超温")
    disposal.confirm(session, quality, hot.reference, None, now=now)


def _plain(session: Session, *, now: datetime) -> list[GoodsRow]:
    """Return goods of the centre without codes and not controlled, the first to expire first."""
    wanted = GoodsFilter(which=Which.ANY)
    keeper, today = somebody(session, "storekeeper"), local_day(now)
    rows = queries.list_goods(session, keeper, wanted, _MOST, today=today)
    return [row for row in rows if not row.is_coded and not row.is_controlled]
