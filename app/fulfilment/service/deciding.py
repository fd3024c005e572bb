"""What the pharmacist decided about each line, checked against the line and written."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.fulfilment.errors import (
    DecisionContradicts,
    DecisionIncomplete,
    DecisionNeedsReason,
    ItemAlreadyListed,
    ItemNotOffered,
)
from app.fulfilment.models import RequisitionLine
from app.fulfilment.queries import supply
from app.fulfilment.rules import Decision, ReasonCode, Verdict, fits, is_explained
from app.fulfilment.service import lines
from app.fulfilment.service.overriding import LotChoice, refuse_unexplained
from app.kernel.rows import as_table

GRANTED = (Decision.FULL, Decision.CUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDecision:
    """What the pharmacist decided about one item; ``quantity`` in base units.

    For a substituted line it is the quantity of the substitute. ``lot`` is taken before the
    ones that expire first.
    """

    item_code: str
    decision: Decision
    quantity: int
    reason_code: ReasonCode | None = None
    reason_text: str = ""
    substitute_code: str | None = None
    lot: LotChoice | None = None


def pair(
    asked: Sequence[RequisitionLine], decisions: Sequence[LineDecision]
) -> list[tuple[RequisitionLine, LineDecision]]:
    """Put each line beside its decision.

    Raises:
        DecisionIncomplete: a line has none, or two, or there is no such line.
        DecisionContradicts, DecisionNeedsReason, LotNeedsReason, NotWholePacks: it cannot
            stand.
    """
    by_code = {decision.item_code: decision for decision in decisions}
    codes = [line.item_code for line in asked]
    odd = set(codes) ^ by_code.keys()
    if odd or len(decisions) != len(by_code):
        raise DecisionIncomplete(item=min(odd, default=""))
    pairs = [(line, by_code[line.item_code]) for line in asked]
    for line, decision in pairs:
        _refuse_unfit(line, decision)
    return pairs


def _refuse_unfit(line: RequisitionLine, decision: LineDecision) -> None:
    verdict = Verdict(
        decision=decision.decision,
        asked=line.asked,
        quantity=decision.quantity,
        reason_code=decision.reason_code,
        reason_text=decision.reason_text,
        has_substitute=decision.substitute_code is not None,
    )
    granted = decision.decision in GRANTED
    if not fits(verdict) or (decision.lot is not None and not granted):
        raise DecisionContradicts(line.item_code, item=line.item_name)
    if not is_explained(verdict):
        raise DecisionNeedsReason(line.item_code, item=line.item_name)
    if decision.lot is not None:
        refuse_unexplained(line, decision.lot)
    if decision.decision is Decision.CUT:
        lines.ensure_whole_packs(line.item_name, line.units_per_pack, decision.quantity)


def substitutes_of(
    session: Session, asked: Sequence[RequisitionLine], decisions: Sequence[LineDecision]
) -> dict[str, Item]:
    """Return the substitute items by code; each must be offered, new, and named once."""
    codes = [one.substitute_code for one in decisions if one.substitute_code is not None]
    known = supply.items_by_code(session, codes)
    taken = {line.item_code for line in asked}
    for decision in decisions:
        code = decision.substitute_code
        if code is None:
            continue
        if code not in known:
            raise ItemNotOffered(code, item=code)
        if code in taken:
            raise ItemAlreadyListed(code, item=known[code].name)
        taken.add(code)
        lines.whole_packs(known[code], decision.quantity)
    return known


def write_decisions(
    session: Session, decided: Sequence[tuple[RequisitionLine, LineDecision]]
) -> None:
    """Write every line's decision in one statement."""
    table = RequisitionLine
    columns = [
        table.id,
        table.decision,
        table.approved_quantity,
        table.reason_code,
        table.reason_text,
    ]
    rows = [
        {
            "id": line.id,
            "decision": decision.decision.value,
            "approved_quantity": decision.quantity if decision.decision in GRANTED else 0,
            "reason_code": decision.reason_code.value if decision.reason_code else None,
            "reason_text": decision.reason_text,
        }
        for line, decision in decided
    ]
    new = as_table(columns, rows, "new")
    session.execute(
        update(RequisitionLine)
        .where(RequisitionLine.id == new.c.id)
        .values(
            decision=new.c.decision,
            approved_quantity=new.c.approved_quantity,
            reason_code=new.c.reason_code,
            reason_text=new.c.reason_text,
        )
        .execution_options(synchronize_session=False)
    )
