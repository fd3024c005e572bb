"""Drives brought in a sheet: all of them, or none and why."""

import csv
from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.kernel.actor import Actor
from app.network import queries
from app.network.errors import RoadSheetUnreadable
from app.network.rules.sheets import RowFault, read_sheet
from app.network.service.writing import enter_drives

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
    enter_drives(session, source, sheet.drives)
    return len(sheet.drives), ()
