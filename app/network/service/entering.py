"""Drives brought in a sheet: all of them, or none and why."""

import csv
from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.network import queries
from app.network.errors import RoadSheetUnreadable
from app.network.models import RoadLeg
from app.network.rules.sheets import RowFault, read_sheet

LONGEST_SOURCE = 60


def enter_sheet(
    session: Session, actor: Actor, text: str, name: str
) -> tuple[int, Sequence[RowFault]]:
    """Enter the drives of a sheet; return how many, or what is wrong with which row.

    They replace what was entered of the same drives. A sheet with one bad row changes nothing.

    Raises:
        RoadSheetUnreadable: it is no comma-separated table, or holds no drive.
    """
    try:
        sheet = read_sheet(text, queries.places_by_word(session))
    except csv.Error as error:
        raise RoadSheetUnreadable from error
    if sheet.faults:
        return 0, sheet.faults
    if not sheet.drives:
        raise RoadSheetUnreadable
    source = f"{name[:LONGEST_SOURCE].replace(';', ',')} ({actor.name})"
    rows = [
        {
            "origin_id": drive.origin_id,
            "target_id": drive.target_id,
            "metres": drive.metres,
            "seconds": drive.seconds,
            "source": source,
        }
        for drive in sheet.drives
    ]
    statement = insert(RoadLeg)
    fresh = {column: statement.excluded[column] for column in ("metres", "seconds", "source")}
    session.execute(
        statement.on_conflict_do_update(index_elements=["origin_id", "target_id"], set_=fresh), rows
    )
    return len(rows), ()
