"""What other domains ask of the catalogue: items by key, and the price of an exam on a day."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from app.catalogue import queries
from app.catalogue.errors import PriceMissing
from app.catalogue.queries import ExamRow, ItemRow
from app.kernel.errors import NotFound
from app.kernel.ids import ExamItemId, ItemId

find_items = queries.find_items


def get_item(session: Session, item_id: ItemId) -> ItemRow:
    """Return one item.

    Raises:
        NotFound: there is no such item.
    """
    item = queries.find_items(session, [item_id]).get(item_id)
    if item is None:
        raise NotFound("item")
    return item


def get_exam(session: Session, exam_item_id: ExamItemId, *, on: date) -> ExamRow:
    """Return one exam with its price on a day.

    Raises:
        NotFound: there is no such exam.
    """
    exam = queries.find_exam(session, exam_item_id, on=on)
    if exam is None:
        raise NotFound("exam")
    return exam


def price_on(
    session: Session, exam_item_ids: Iterable[ExamItemId], day: date
) -> dict[ExamItemId, int]:
    """Return the price in fen of each exam on a day.

    Raises:
        PriceMissing: no price holds for one of them.
    """
    wanted = set(exam_item_ids)
    prices = queries.prices_on(session, wanted, day)
    if wanted - set(prices):
        raise PriceMissing(day=day.isoformat())
    return prices
