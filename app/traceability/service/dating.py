"""Enter the day a lot was made, where neither label nor notice said it."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import LotId
from app.kernel.local_time import local_day
from app.traceability.errors import LotDateWrong
from app.traceability.models import Lot


def date_lot(
    session: Session, actor: Actor, lot_id: LotId, made_on: date, *, now: datetime
) -> None:
    """Enter a lot's day of making.

    Raises:
        NotFound: there is no such lot.
        LotDateWrong: it is made tomorrow, or after its last usable day.
    """
    lot = session.get(Lot, lot_id)
    if lot is None:
        raise NotFound("lot")
    if made_on > local_day(now) or made_on >= lot.expires_on:
        raise LotDateWrong(lot.lot_number, lot=lot.lot_number)
    before, lot.made_on = lot.made_on, made_on
    change = Change(
        subject=("lot", lot_id),
        action="changed",
        before={"made_on": before.isoformat() if before else ""},
        after={"made_on": made_on.isoformat()},
    )
    history.record(session, actor, change, now=now)
    session.flush()
