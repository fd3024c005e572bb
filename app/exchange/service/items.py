"""Items by sheet: new ones, and changes of what may change about old ones."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy.orm import Session

from app.catalogue import service as catalogue
from app.catalogue.models import Item
from app.exchange.rules import Fault, FaultCode, Record
from app.exchange.rules.columns import COLUMNS, ImportKind
from app.exchange.service.handling import Applying, Destination, Judgement, twice
from app.kernel.actor import Actor
from app.kernel.ids import ItemId
from app.kernel.pinyin import initials

HEADINGS = {column.key: column.heading for column in COLUMNS[ImportKind.ITEMS]}
NEEDED = ("name", "kind", "strength", "base_unit", "pack_unit", "units_per_pack", "is_coded")
"""What a new item cannot do without."""
USUAL: dict[str, object] = {
    "dose_form": "",
    "maker": "",
    "price_fen": 0,
    "storage_class": "ambient",
    "special_class": "none",
    "is_stocked": True,
    "weight_grams": 0,
    "volume_cm3": 0,
    "insurance_code": "",
}
NEW, CHANGED, SAME = "new", "changed", "same"


def judge(
    session: Session, actor: Actor, destination: Destination, records: Sequence[Record]
) -> Judgement:
    """Say which items are new, which change, and which rows cannot stand."""
    del actor, destination
    known = catalogue.find_by_codes(session, [str(one.values["code"]) for one in records])
    owners = catalogue.goods_codes(session, _goods_codes(records))
    repeated = twice(records, lambda one: one.values["code"])
    faults: list[Fault] = []
    outcomes = {}
    for record in records:
        item = known.get(str(record.values["code"]))
        faults += _faults(record, item, owners, repeated)
        outcomes[record.number] = _outcome(record, item)
    counts = Counter(outcomes.values())
    totals = {"rows": len(records), **{word: counts[word] for word in (NEW, CHANGED, SAME)}}
    return Judgement(faults=faults, outcomes=outcomes, totals=totals)


def _goods_codes(records: Sequence[Record]) -> list[str]:
    return [str(one.values["goods_code"]) for one in records if "goods_code" in one.values]


def _faults(
    record: Record, item: Item | None, owners: dict[str, ItemId], repeated: set[int]
) -> list[Fault]:
    faults = []
    if record.number in repeated:
        faults.append(_fault(record, "code", FaultCode.TWICE))
    goods_code = str(record.values.get("goods_code", ""))
    if goods_code in owners and (item is None or owners[goods_code] != item.id):
        faults.append(_fault(record, "goods_code", FaultCode.TAKEN))
    if item is None:
        missing = [key for key in NEEDED if key not in record.values]
        return faults + [_fault(record, key, FaultCode.MISSING) for key in missing]
    return faults + [
        _fault(record, key, FaultCode.FIXED)
        for key in _differing(record, item)
        if key not in catalogue.CHANGEABLE
    ]


def _fault(record: Record, key: str, code: FaultCode) -> Fault:
    return Fault(record.number, HEADINGS[key], code, str(record.values.get(key, "")))


def _differing(record: Record, item: Item) -> dict[str, object]:
    given = {key: new for key, new in _stored(record.values).items() if key != "code"}
    return {key: new for key, new in given.items() if _plain(getattr(item, key)) != new}


def _stored(values: dict[str, object]) -> dict[str, object]:
    """Return the cells as the item's columns; the goods code has a table of its own."""
    stored = {key: value for key, value in values.items() if key != "goods_code"}
    if "pinyin" in stored:
        stored["pinyin"] = str(stored["pinyin"]).lower()
    return stored


def _plain(value: object) -> object:
    return value.value if isinstance(value, StrEnum) else value


def _outcome(record: Record, item: Item | None) -> str:
    if item is None:
        return NEW
    return CHANGED if _differing(record, item) else SAME


def apply(session: Session, actor: Actor, applying: Applying) -> str:
    """Store new items and change old ones, all in this transaction."""
    records, reference = applying.records, applying.destination.import_reference
    known = catalogue.find_by_codes(session, [str(one.values["code"]) for one in records])
    new = [_new_item(one, reference) for one in records if str(one.values["code"]) not in known]
    changes = {}
    for record in records:
        item = known.get(str(record.values["code"]))
        if item is not None and (differing := _differing(record, item)):
            changes[item.id] = _renamed(differing)
    added = catalogue.add_items(session, new)
    catalogue.change_items(session, actor, changes, reference, now=applying.now)
    ids = {code: item.id for code, item in known.items()} | added
    codes = {
        ids[str(one.values["code"])]: str(one.values["goods_code"])
        for one in records
        if "goods_code" in one.values
    }
    catalogue.name_goods_codes(session, codes)
    return reference


def _new_item(record: Record, reference: str) -> dict[str, object]:
    values = USUAL | _stored(record.values)
    values.setdefault("pinyin", initials(str(values["name"])))
    return {**values, "is_demo": False, "source": reference}


def _renamed(differing: dict[str, object]) -> dict[str, object]:
    """Add the initials of a new name, unless the sheet gives its own."""
    if "name" in differing:
        return {"pinyin": initials(str(differing["name"])), **differing}
    return differing
