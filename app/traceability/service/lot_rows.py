"""Many lots in two statements, for what arrives as a sheet."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.kernel.ids import LotId
from app.kernel.rows import as_table, insert_rows
from app.traceability.models import Lot, LotHold
from app.traceability.service.lots import LotKey


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLot:
    """A lot that may be new: its identity, what a pack of it cost, when it was made."""

    key: LotKey
    cost_fen: int = 0
    made_on: date | None = None


def find_or_add_lots(session: Session, wanted: Sequence[NewLot]) -> dict[LotKey, LotId]:
    """Return the lots of these identities, storing those met for the first time."""
    if not wanted:
        return {}
    rows = [
        {
            "item_id": new.key.item_id,
            "maker": new.key.maker,
            "lot_number": new.key.lot_number,
            "expires_on": new.key.expires_on,
            "cost_fen": new.cost_fen,
            "made_on": new.made_on,
            "hold": LotHold.NONE,
            "hold_reason": "",
        }
        for new in wanted
    ]
    session.execute(insert_rows(Lot, rows).on_conflict_do_nothing())
    columns = (Lot.item_id, Lot.maker, Lot.lot_number, Lot.expires_on)
    given = as_table(columns, [{c.key: row[c.key] for c in columns} for row in rows])
    same = and_(*(column == given.c[column.key] for column in columns))
    found = session.execute(select(Lot.id, *columns).join(given, same))
    return {
        LotKey(
            item_id=row.item_id,
            maker=row.maker,
            lot_number=row.lot_number,
            expires_on=row.expires_on,
        ): row.id
        for row in found
    }


def makers_of(session: Session, lot_ids: Collection[LotId]) -> dict[LotId, str]:
    """Return who made each lot."""
    rows = session.execute(select(Lot.id, Lot.maker).where(Lot.id.in_(lot_ids)))
    return {row.id: row.maker for row in rows}
