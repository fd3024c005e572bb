"""Print labels: what was printed is kept to the letter, so that it can be printed again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.kernel.local_time import local_day
from app.kernel.numbering import issue_number
from app.labelling.errors import TooManyLabels
from app.labelling.models import LabelPrint
from app.labelling.rules import MOST_LABELS, Label, LabelKind, Layout, SymbolKind
from app.labelling.service.choosing import Choice, choose

PREFIX = "LP"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintRequest:
    """What to print and how; ``copies`` 0 means one for each pack.

    ``keys`` are the things chosen, none meaning all; ``skip`` places of the first sheet were
    used before.
    """

    choice: Choice
    layout: Layout
    symbol: SymbolKind
    copies: int = 1
    keys: frozenset[int] = frozenset()
    skip: int = 0


def repeated(labels: Sequence[Label], request: PrintRequest) -> list[tuple[Label, int]]:
    """Return the labels that were chosen, each with how often it is printed.

    Raises:
        TooManyLabels: more than a thousand.
    """
    chosen = [label for label in labels if not request.keys or label.key in request.keys]
    counted = [(label, request.copies or label.packs) for label in chosen]
    if sum(count for _, count in counted) > MOST_LABELS:
        raise TooManyLabels(most=MOST_LABELS)
    return counted


def print_labels(
    session: Session, actor: Actor, request: PrintRequest, *, now: datetime
) -> LabelPrint:
    """Write down what is printed, for whom, and in the log of every thing that gets a label.

    Raises:
        Forbidden, NotFound, NothingToLabel: see ``choose``.
        TooManyLabels: more than a thousand.
    """
    labels = choose(session, actor, request.choice, on=local_day(now))
    counted = repeated(labels, request)
    if not counted:
        raise NotFound("label")
    printed = LabelPrint(
        reference=issue_number(session, PREFIX, now=now),
        facility_id=actor.facility_id,
        user_id=actor.user_id,
        actor_name=actor.name,
        printed_at=now,
        source=request.choice.source,
        named=request.choice.named,
        layout=request.layout,
        symbol=request.symbol,
        skip=request.skip,
        printed=sum(count for _, count in counted),
        labels=[_stored(label, count) for label, count in counted],
    )
    session.add(printed)
    session.flush()
    for label, count in counted:
        told = {"labels": count, "print": printed.reference}
        subject = (_SUBJECTS[label.kind], label.key)
        change = Change(subject=subject, action="labels-printed", after=told)
        history.record(session, actor, change, now=now)
    return printed


_SUBJECTS = {
    LabelKind.LOT: "lot",
    LabelKind.PACK: "unit",
    LabelKind.TOTE: "tote",
    LabelKind.BIN: "place",
    LabelKind.DEVICE: "device",
}


def get_print(session: Session, actor: Actor, reference: str) -> LabelPrint:
    """Return what was printed at one of the actor's facilities.

    Raises:
        NotFound: nothing of this reference, or another facility's.
    """
    found = session.scalars(select(LabelPrint).where(LabelPrint.reference == reference)).first()
    if found is None or not actor.sees(found.facility_id):
        raise NotFound("label print")
    return found


def labels_of(printed: LabelPrint) -> list[Label]:
    """Return every label of a print, copies included, in their order."""
    return [label for row in printed.labels for label in [_read(row)] * int(row["copies"])]


def _stored(label: Label, copies: int) -> dict[str, Any]:
    return {
        "kind": label.kind.value,
        "key": label.key,
        "code": label.code,
        "title": label.title,
        "lines": [list(line) for line in label.lines],
        "content": list(label.content),
        "until": label.until.isoformat(),
        "elements": label.elements,
        "copies": copies,
    }


def _read(row: dict[str, Any]) -> Label:
    return Label(
        kind=LabelKind(row["kind"]),
        key=row["key"],
        code=row["code"],
        title=row["title"],
        lines=tuple((name, text) for name, text in row["lines"]),
        content=tuple(row["content"]),
        until=date.fromisoformat(row["until"]),
        elements=row["elements"],
    )
