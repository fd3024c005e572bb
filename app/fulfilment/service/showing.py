"""Lines with their figures: live while a draft is written, as frozen once it is submitted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.fulfilment.models import Requisition, RequisitionLine
from app.fulfilment.queries import supply
from app.fulfilment.rules import RequisitionState
from app.fulfilment.service import lines
from app.fulfilment.service.advising import advise
from app.inventory import service as inventory
from app.kernel.errors import NotFound
from app.kernel.local_time import local_day


@dataclass(frozen=True, slots=True)
class LineView:
    """One line and the figures shown beside it, in base units."""

    line: RequisitionLine
    own_usable: int
    coming: int
    amc: int | None
    centre_available: int
    suggested: int
    arithmetic: dict[str, Any]

    @property
    def months(self) -> float | None:
        """How many months the clinic's usable stock lasts; None where nothing is used."""
        return inventory.months_of_stock(self.own_usable, self.amc) if self.amc else None


def show_lines(session: Session, requisition: Requisition, *, now: datetime) -> list[LineView]:
    """Return every line of a requisition with its figures."""
    return _show(session, requisition, lines.of(session, requisition.id), now=now)


def show_line(
    session: Session, requisition: Requisition, position: int, *, now: datetime
) -> LineView:
    """Return one line with its figures.

    Raises:
        NotFound: the requisition has no such line.
    """
    listed = [line for line in lines.of(session, requisition.id) if line.position == position]
    if not listed:
        raise NotFound("requisition line")
    return _show(session, requisition, listed, now=now)[0]


def _show(
    session: Session,
    requisition: Requisition,
    listed: Sequence[RequisitionLine],
    *,
    now: datetime,
) -> list[LineView]:
    if requisition.state is not RequisitionState.DRAFT:
        return [_as_frozen(line) for line in listed]
    items = supply.offered_items(session, [line.item_id for line in listed])
    advice = advise(
        session,
        (requisition.facility_id, requisition.supplier_id),
        items,
        today=local_day(now),
    )
    views = []
    for line in listed:
        given = advice.get(line.item_id)
        if given is None:
            views.append(_as_frozen(line))
            continue
        figures = lines.figures_of(given)
        views.append(LineView(line, **figures))
    return views


def _as_frozen(line: RequisitionLine) -> LineView:
    return LineView(
        line=line,
        own_usable=line.own_usable,
        coming=line.coming,
        amc=line.amc,
        centre_available=line.centre_available,
        suggested=line.suggested,
        arithmetic=line.arithmetic,
    )
