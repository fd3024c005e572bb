"""Rows that travel as one document arrive with their types."""

from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory.models import ConsumptionDay
from app.kernel.arrays import among, among_texts
from app.kernel.rows import as_table, insert_rows
from app.traceability.models import Lot, LotHold
from tests.factories.cast import Cast
from tests.factories.stock import an_item


def test_dates_moments_enums_text_and_nulls_survive(session: Session, cast: Cast) -> None:
    item = an_item(session)
    held = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)
    row = {
        "item_id": item.id,
        "maker": "示范制药「一厂」",
        "lot_number": "A'1",
        "made_on": None,
        "expires_on": date(2027, 12, 31),
        "cost_fen": 960,
        "hold": LotHold.QUALITY,
        "hold_reason": '引号" 反斜杠\\',
        "hold_since": held,
    }

    session.execute(insert_rows(Lot, [row]))

    lot = session.scalars(select(Lot)).one()
    assert {name: getattr(lot, name) for name in row} == row


def test_a_table_of_ten_thousand_rows_is_one_parameter(session: Session) -> None:
    rows = [{"quantity": number} for number in range(10_000)]
    given = as_table([ConsumptionDay.quantity], rows)

    assert len(session.execute(select(given.c.quantity)).all()) == 10_000


def test_any_text_and_none_at_all_travel_as_one_array(session: Session, cast: Cast) -> None:
    codes = ['A"1', "B\\2", "{C,3}", "", "药'4", "NULL"]
    items = [an_item(session) for _ in codes]
    for item, code in zip(items, codes, strict=True):
        item.code = code
    session.flush()
    everyone = [item.id for item in items]

    found = session.scalars(select(Item.code).where(among_texts(Item.code, codes)))

    assert sorted(found) == sorted(codes)
    assert session.scalars(select(Item.id).where(among_texts(Item.code, []))).all() == []
    assert session.scalars(select(Item.id).where(among(Item.id, []))).all() == []
    assert sorted(session.scalars(select(Item.id).where(among(Item.id, everyone)))) == everyone
