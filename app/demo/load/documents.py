"""A requisition as far as it has come, be it last month's or this morning's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.demo.history.deliveries import Delivery
from app.demo.history.records import Portion
from app.demo.history.today import SEALED, SUBMITTED, Order
from app.fulfilment.rules import RequisitionState

RECEIVED = RequisitionState.RECEIVED.value
_APPROVED_AFTER = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of any document, past or present."""

    item: str
    stock_before: int
    monthly: int
    asked: int
    portions: Sequence[Portion]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A requisition as far as it has come, whichever day it is from."""

    facility: str
    reference: str
    totes: Mapping[str, str]
    state: str
    delivery_day: date
    submitted_at: datetime
    picked_at: datetime
    arrived: datetime | None
    lines: Sequence[Line]

    @property
    def approved_at(self) -> datetime | None:
        """When it was approved, if it was."""
        return None if self.state == SUBMITTED else self.submitted_at + _APPROVED_AFTER

    @property
    def is_picked(self) -> bool:
        """Whether its goods left their bins."""
        return self.state in {RECEIVED, SEALED}


def past(delivery: Delivery) -> Document:
    """Return a delivery of the last weeks as a document."""
    return Document(
        facility=delivery.facility,
        reference=delivery.requisition,
        totes=delivery.totes,
        state=RECEIVED,
        delivery_day=delivery.promised,
        submitted_at=delivery.submitted_at,
        picked_at=delivery.picked_at,
        arrived=delivery.arrived,
        lines=[
            Line(
                item=line.item,
                stock_before=line.stock_before,
                monthly=line.monthly,
                asked=line.asked,
                portions=line.portions,
            )
            for line in delivery.lines
        ],
    )


def present(order: Order) -> Document:
    """Return an order of this morning as a document."""
    return Document(
        facility=order.facility,
        reference=order.requisition,
        totes=order.totes,
        state=order.state,
        delivery_day=order.delivery_day,
        submitted_at=order.submitted_at,
        picked_at=order.picked_at,
        arrived=None,
        lines=[
            Line(
                item=line.item,
                stock_before=line.stock_before,
                monthly=line.asked,
                asked=line.asked,
                portions=line.portions,
            )
            for line in order.lines
        ],
    )
