"""What other domains ask of the catalogue: items, their codes and changes, and prices."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue import queries
from app.catalogue.errors import CodeTaken, PriceMissing
from app.catalogue.models import Item, PackClass, PackScheme
from app.catalogue.queries import ExamRow, ItemRow
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.db import refusing
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.ids import ExamItemId, ItemId
from app.kernel.rows import insert_rows

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


CHANGEABLE = frozenset(
    {
        "name",
        "pinyin",
        "dose_form",
        "insurance_code",
        "price_fen",
        "storage_class",
        "is_stocked",
        "weight_grams",
        "volume_cm3",
    }
)
"""What may change about an item in use; unit, pack and class are what its stock is counted in."""


def find_by_codes(session: Session, codes: Iterable[str]) -> dict[str, Item]:
    """Return items by code; unknown codes are missing."""
    rows = session.scalars(select(Item).where(Item.code.in_(set(codes))))
    return {item.code: item for item in rows}


def goods_codes(session: Session, codes: Iterable[str]) -> dict[str, ItemId]:
    """Return whose goods codes (69 码) these are; unknown codes are missing."""
    rows = session.execute(
        select(PackClass.class_key, PackClass.item_id).where(
            PackClass.scheme == PackScheme.GOODS, PackClass.class_key.in_(set(codes))
        )
    )
    return {row.class_key: row.item_id for row in rows}


@dataclass(frozen=True, slots=True)
class GoodsPack:
    """Whose pack a goods code is printed on, and how many sales packs are in it."""

    item_id: ItemId
    packs: int


def find_pack(session: Session, codes: Iterable[str]) -> GoodsPack | None:
    """Return the pack that carries one of these goods codes, in the order they are given."""
    wanted = list(codes)
    rows = session.execute(
        select(PackClass.class_key, PackClass.item_id, PackClass.packs).where(
            PackClass.scheme == PackScheme.GOODS, PackClass.class_key.in_(wanted)
        )
    )
    found = {row.class_key: GoodsPack(row.item_id, row.packs) for row in rows}
    return next((found[code] for code in wanted if code in found), None)


def add_items(session: Session, rows: Sequence[Mapping[str, object]]) -> dict[str, ItemId]:
    """Store new items in one statement; return their keys by code.

    Raises:
        CodeTaken: somebody stored an item under one of the codes meanwhile.
    """
    if not rows:
        return {}
    with refusing(session, "uq_item_code", CodeTaken()):
        stored = session.execute(insert_rows(Item, rows).returning(Item.code, Item.id))
        return {row.code: row.id for row in stored}


def change_items(
    session: Session,
    actor: Actor,
    changes: Mapping[ItemId, Mapping[str, object]],
    reason: str,
    *,
    now: datetime,
) -> None:
    """Change what may change about items, and write down who changed what."""
    items = session.scalars(select(Item).where(Item.id.in_(list(changes))).order_by(Item.id))
    for item in items.all():
        fields = {name: new for name, new in changes[item.id].items() if name in CHANGEABLE}
        before = {name: _plain(getattr(item, name)) for name in fields}
        for name, new in fields.items():
            setattr(item, name, new)
        after = {name: _plain(getattr(item, name)) for name in fields}
        change = Change(
            subject=("item", item.id), action="changed", before=before, after=after, reason=reason
        )
        history.record(session, actor, change, now=now)
    session.flush()


def name_goods_codes(session: Session, codes: Mapping[ItemId, str]) -> None:
    """Store items' goods codes; a code that is stored already stays.

    Raises:
        CodeTaken: a code is another item's.
    """
    if not codes:
        return
    rows = [
        {
            "scheme": PackScheme.GOODS,
            "class_key": code,
            "item_id": item_id,
            "level": 1,
            "packs": 1,
            "is_demo": False,
        }
        for item_id, code in sorted(codes.items())
    ]
    session.execute(insert_rows(PackClass, rows).on_conflict_do_nothing())
    owners = goods_codes(session, codes.values())
    if any(owners[code] != item_id for item_id, code in codes.items()):
        raise CodeTaken


def _plain(value: object) -> object:
    return value.value if isinstance(value, StrEnum) else value
