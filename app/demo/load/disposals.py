"""What leaves the demo's centre: write-offs in every state, and returns to suppliers."""

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
from app.purchasing import queries as returns
from app.purchasing import service as purchasing
from app.purchasing.queries import ReturnableFilter, ReturnableRow
from app.purchasing.rules import SupplierReturnReason
from app.purchasing.service import ReturnRequest, Sending

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


def load_returns(session: Session, *, now: datetime) -> None:
    """Let the central pharmacy send near-expiry goods back: one asked, one approved, one sent."""
    keeper, quality = somebody(session, "storekeeper"), somebody(session, "quality")

    def ask(one: ReturnableRow) -> str:
        quantities = {(one.line_id, one.balance_id): min(_PART, one.most)}
        request = ReturnRequest(
            reason=SupplierReturnReason.NEAR_EXPIRY, quantities=quantities, note="按协议近效期退换"
        )
        return purchasing.request_return(session, keeper, request, now=now).reference

    _, approved, sent = (ask(one) for one in _returnable(session, now=now))
    for reference in (approved, sent):
        purchasing.approve_return(session, quality, reference, "", now=now)
    sending = Sending(reference=sent, carrier="供应商送货车（演示）")
    purchasing.send_return(session, keeper, sending, now=now)


def _returnable(session: Session, *, now: datetime) -> list[ReturnableRow]:
    """Return three lots without codes that came by a receipt and may go back."""
    keeper, today = somebody(session, "storekeeper"), local_day(now)
    wanted = ReturnableFilter()
    rows = returns.list_returnable(session, keeper, wanted, _MOST, today=today)
    return [row for row in rows if not row.is_coded and not row.is_controlled and row.most][:3]
