"""Coded things: find them, and announce new ones."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue.models import PackScheme
from app.kernel.actor import Actor
from app.kernel.arrays import among_texts
from app.kernel.ids import LotId, PlaceId, UnitId
from app.traceability import queries
from app.traceability.errors import UnknownCode
from app.traceability.models import Unit, UnitLevel
from app.traceability.service.events import Happening, write_event


def get_unit(session: Session, code: str) -> Unit:
    """Return the coded thing.

    Raises:
        UnknownCode: nobody announced it.
    """
    unit = get_units(session, [code]).get(code)
    if unit is None:
        raise UnknownCode(code, scanned=code)
    return unit


def get_units(session: Session, codes: Collection[str]) -> dict[str, Unit]:
    """Return the known ones among these codes."""
    rows = session.scalars(select(Unit).where(among_texts(Unit.code, codes)))
    return {unit.code: unit for unit in rows}


def lot_of(session: Session, unit_id: UnitId) -> LotId | None:
    """Return the lot of a thing; totes have none."""
    return session.scalar(select(Unit.lot_id).where(Unit.id == unit_id))


def packs_in(session: Session, unit_ids: Collection[UnitId]) -> list[Unit]:
    """Return the packs inside these units at any depth, themselves included, by code."""
    ids = queries.descendants(session, unit_ids)
    rows = session.scalars(
        select(Unit).where(Unit.id.in_(ids), Unit.level == UnitLevel.PACK).order_by(Unit.code)
    )
    return list(rows)


def place_of(session: Session, unit_ids: Collection[UnitId]) -> dict[UnitId, PlaceId]:
    """Return where each unit lies: the place of its outermost container."""
    return queries.outermost_places(session, unit_ids)


def new_tote(session: Session, actor: Actor, code: str, happening: Happening) -> Unit:
    """Store an empty tote of ours at ``happening.place_id``."""
    tote = Unit(
        code=code,
        scheme=PackScheme.OWN,
        level=UnitLevel.TOTE,
        capacity=0,
        disposition=happening.disposition,
        place_id=happening.place_id,
    )
    session.add(tote)
    session.flush()
    write_event(session, actor, happening, {tote.id: 0})
    return tote
