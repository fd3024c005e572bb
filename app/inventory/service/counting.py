"""What the book held at the moment somebody counted (盘点)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.inventory import queries
from app.inventory.queries import Counted
from app.inventory.service.balances import BalanceKey, lock_balances
from app.traceability import service as traceability


def hold_for_count(session: Session, counted: Sequence[Counted], *, now: datetime) -> list[int]:
    """Let no stock move at these spots until the transaction ends; return the book as counted.

    What moved after the count is taken off again, so trade since then does not matter. A lot
    nobody had in the book gets an empty balance.
    """
    if not counted:
        return []
    traceability.lock_lots(session, {one.lot_id for one in counted})
    lock_balances(session, dict.fromkeys(_key(one) for one in counted), occurred_at=now)
    return queries.book_as_at(session, counted)


def _key(one: Counted) -> BalanceKey:
    return one.place_id, one.lot_id, one.owner_id, one.condition
