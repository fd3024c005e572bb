"""What the search field finds of stock: lots by number or label, bins by label."""

from collections.abc import Sequence
from datetime import date

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.inventory import queries, service
from app.inventory.errors import UnknownPlace
from app.inventory.queries import StockFilter
from app.kernel import clock
from app.kernel.actor import Actor, Permission
from app.kernel.errors import NotFound
from app.kernel.ids import LotId
from app.kernel.local_time import local_day
from app.traceability.rules import bin_key, lot_key, recognise
from app.web.labels import bin_label
from app.web.search import MOST_HITS, Hit

READ = Permission.INVENTORY_READ


def find_lots(session: Session, actor: Actor, text: str) -> Sequence[Hit]:
    """Find lots on visible shelves by their number, and the lot of a label."""
    if not actor.may(READ) or not any(letter.isdigit() for letter in text):
        return []
    scan = recognise(text)
    key = lot_key(scan.code)
    if key is not None:
        return _labelled_lot(session, LotId(key))
    number = scan.elements.get("10", text).upper()
    wanted = StockFilter(facility_ids=service.visible_facilities(actor), lot_number=number)
    rows = queries.list_stock(session, wanted, None, MOST_HITS, today=_today())
    lots = {row.lot_id: row for row in rows}
    return [
        Hit(
            kind="lot",
            title=f"{row.lot_number} · {row.item_name}",
            detail=f"{row.strength} · {row.expires_on}",
            href=url_for("inventory.show_lot", lot_id=row.lot_id),
        )
        for row in lots.values()
    ]


def _labelled_lot(session: Session, lot_id: LotId) -> Sequence[Hit]:
    try:
        lot = queries.get_lot_facts(session, lot_id)
    except NotFound:
        return []
    return [
        Hit(
            kind="lot",
            title=f"{lot.lot_number} · {lot.item_name}",
            detail=f"{lot.strength} · {lot.expires_on}",
            href=url_for("inventory.show_lot", lot_id=lot.id),
            exact=True,
        )
    ]


def find_bins(session: Session, actor: Actor, text: str) -> Sequence[Hit]:
    """Find the bin whose label was scanned, at the actor's facilities."""
    key = bin_key(recognise(text).code)
    if key is None or not actor.may(READ):
        return []
    try:
        place = service.get_place_by_id(session, key)
    except UnknownPlace:
        return []
    if not actor.sees(place.facility_id):
        return []
    href = url_for("inventory.list_stock", place_id=place.id, facility_id=place.facility_id)
    return [Hit(kind="bin", title=bin_label(place.code), detail=_("Bin"), href=href, exact=True)]


def _today() -> date:
    return local_day(clock.now())
