"""Lots that were chosen by hand for the lines of a requisition, and why."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import UserAccount
from app.fulfilment.models import LotOverride, RequisitionLine
from app.fulfilment.rules import LotReason
from app.kernel.ids import LotId, RequisitionId, RequisitionLineId


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """One choice: which lot, instead of which, by whom and why."""

    lot_id: LotId
    lot_number: str
    expires_on: date
    quantity: int
    instead_of: list[str]
    reason_code: LotReason
    reason_text: str
    chosen_by: str
    chosen_at: datetime


Overrides = dict[RequisitionLineId, list[OverrideRow]]


def overrides_of(session: Session, requisition_id: RequisitionId) -> Overrides:
    """Return the choices of a requisition by line, the earliest first."""
    rows: Iterable[Any] = session.execute(
        select(
            LotOverride.requisition_line_id,
            LotOverride.lot_id,
            LotOverride.lot_number,
            LotOverride.expires_on,
            LotOverride.quantity,
            LotOverride.instead_of,
            LotOverride.reason_code,
            LotOverride.reason_text,
            UserAccount.name,
            LotOverride.chosen_at,
        )
        .join(RequisitionLine, RequisitionLine.id == LotOverride.requisition_line_id)
        .join(UserAccount, UserAccount.id == LotOverride.user_id)
        .where(RequisitionLine.requisition_id == requisition_id)
        .order_by(LotOverride.id)
    )
    found: defaultdict[RequisitionLineId, list[OverrideRow]] = defaultdict(list)
    for line_id, *row in rows:
        found[line_id].append(OverrideRow(*row))
    return dict(found)
