"""Lines of a requisition by sheet: they go onto a draft, quantities in packs."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.catalogue import service as catalogue
from app.catalogue.models import Item
from app.exchange.rules import COLUMNS, Fault, FaultCode, ImportKind, Record
from app.exchange.service.handling import Applying, Destination, Judgement, twice
from app.fulfilment import service as fulfilment
from app.fulfilment.service import DraftEdit
from app.kernel.actor import Actor

HEADINGS = {column.key: column.heading for column in COLUMNS[ImportKind.REQUISITION]}
NEW, CHANGED, SAME = "new", "changed", "same"


def judge(
    session: Session, actor: Actor, destination: Destination, records: Sequence[Record]
) -> Judgement:
    """Say which rows cannot be asked for, which lines are new and which change."""
    draft = fulfilment.get_own_requisition(session, actor, destination.document)
    asked = {line.item_code: line.asked for line in fulfilment.lines_of(session, draft.id)}
    items = catalogue.find_by_codes(session, [str(one.values["code"]) for one in records])
    repeated = twice(records, lambda one: one.values["code"])
    faults: list[Fault] = []
    outcomes = {}
    for record in records:
        item = items.get(str(record.values["code"]))
        faults += _faults(record, item, repeated)
        if item is not None:
            outcomes[record.number] = _outcome(asked.get(item.code), _wanted(record, item))
    totals = {
        "rows": len(records),
        "new": sum(word == NEW for word in outcomes.values()),
        "changed": sum(word == CHANGED for word in outcomes.values()),
        "packs": sum(int(str(one.values["packs"])) for one in records),
    }
    return Judgement(faults=faults, outcomes=outcomes, totals=totals)


def _faults(record: Record, item: Item | None, repeated: set[int]) -> list[Fault]:
    faults = []
    if record.number in repeated:
        faults.append(_fault(record, "code", FaultCode.TWICE))
    if item is None:
        faults.append(_fault(record, "code", FaultCode.UNKNOWN_ITEM))
        return faults
    if not item.is_stocked:
        faults.append(_fault(record, "code", FaultCode.NOT_OFFERED))
    if record.values.get("name", item.name) != item.name:
        faults.append(_fault(record, "name", FaultCode.OTHER_NAME, name=item.name))
    return faults


def _fault(record: Record, key: str, code: FaultCode, **told: str) -> Fault:
    return Fault(record.number, HEADINGS[key], code, str(record.values.get(key, "")), told)


def _wanted(record: Record, item: Item) -> int:
    return int(str(record.values["packs"])) * item.units_per_pack


def _outcome(before: int | None, wanted: int) -> str:
    if before is None:
        return NEW
    return SAME if before == wanted else CHANGED


def apply(session: Session, actor: Actor, applying: Applying) -> str:
    """Put the rows on the draft; lines the sheet does not name stay."""
    document = applying.destination.document
    draft = fulfilment.get_own_requisition(session, actor, document)
    items = catalogue.find_by_codes(session, [str(one.values["code"]) for one in applying.records])
    asked = {
        str(one.values["code"]): _wanted(one, items[str(one.values["code"])])
        for one in applying.records
    }
    edit = DraftEdit(reference=document, revision=draft.revision, asked=asked)
    fulfilment.save(session, actor, edit, now=applying.now)
    return document
