"""Store what a supplier announced: packs in cartons, in a few statements however many."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.catalogue.models import PackScheme
from app.kernel.actor import Actor
from app.kernel.arrays import array_of
from app.kernel.ids import ItemId, LotId, UnitId
from app.kernel.rows import insert_rows
from app.traceability.models import Unit, UnitLevel
from app.traceability.service.events import Happening, write_event

PACKED = text("""
    INSERT INTO aggregation (child_id, parent_id, from_event_id)
    SELECT u.id, u.parent_id, :event FROM unit u
    WHERE u.id = ANY(CAST(:units AS bigint[])) AND u.parent_id IS NOT NULL ORDER BY u.id""")
AT_ONCE = 20_000
"""Rows of one statement: a notice of a million codes would not fit into one document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedPack:
    """A pack its supplier announced: its code, its carton's code, and what is inside."""

    code: str
    carton_code: str | None
    item_id: ItemId
    lot_id: LotId
    capacity: int
    scheme: PackScheme = PackScheme.CN20


def announce(
    session: Session,
    actor: Actor,
    packs: Sequence[AnnouncedPack],
    happening: Happening,
) -> dict[str, UnitId]:
    """Store packs and cartons a supplier announced; ``happening.place_id`` is the supplier's.

    Returns the key of every code stored.
    """
    cartons = {pack.carton_code: pack for pack in packs if pack.carton_code is not None}
    common = {"disposition": happening.disposition, "consumed": 0, "is_open": False, "revision": 0}
    rows = [
        _row(pack, code, UnitLevel.CARTON) | common | {"place_id": happening.place_id}
        for code, pack in cartons.items()
    ]
    ids = _insert(session, rows)
    ids |= _insert(
        session,
        [
            _row(pack, pack.code, UnitLevel.PACK)
            | common
            | (
                {"parent_id": ids[pack.carton_code], "place_id": None}
                if pack.carton_code is not None
                else {"parent_id": None, "place_id": happening.place_id}
            )
            for pack in packs
        ],
    )
    event = write_event(session, actor, happening, dict.fromkeys(ids.values(), 0))
    if cartons:
        session.execute(PACKED, {"event": event.id, "units": array_of(ids.values())})
    return ids


def _row(pack: AnnouncedPack, code: str, level: UnitLevel) -> dict[str, object]:
    return {
        "code": code,
        "scheme": pack.scheme,
        "level": level,
        "item_id": pack.item_id,
        "lot_id": pack.lot_id,
        "capacity": pack.capacity if level is UnitLevel.PACK else 0,
    }


def _insert(session: Session, rows: list[dict[str, object]]) -> dict[str, UnitId]:
    if not rows:
        return {}
    ids: dict[str, UnitId] = {}
    for start in range(0, len(rows), AT_ONCE):
        some = insert_rows(Unit, rows[start : start + AT_ONCE])
        stored = session.execute(some.returning(Unit.code, Unit.id))
        ids |= {row.code: row.id for row in stored}
    return ids
