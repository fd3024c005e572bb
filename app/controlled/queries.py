"""The register: every change of the double-locked places, with who, for whom and what remains."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import UserAccount
from app.catalogue.models import Item, SpecialClass
from app.controlled.models import AmpouleReturn
from app.dispensing.models import ControlledDispensing, Dispensing
from app.fulfilment.models import ClinicReceipt, PickTask, Requisition, Tote
from app.inventory.models import (
    Place,
    PlaceKind,
    PostingKind,
    StockBalance,
    StockMove,
    StockPosting,
)
from app.kernel.ids import FacilityId, ItemId
from app.network.models import Facility
from app.purchasing.models import PurchaseOrder, Receipt, Supplier, SupplierReturn
from app.traceability.models import Lot

Subject = tuple[FacilityId, ItemId]
SentTo = aliased(Supplier)
"""The supplier goods went back to, beside the one they came from."""


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """What one action changed of one lot under lock, and what then remained there.

    ``party`` is the supplier, patient or facility on the other side.
    """

    occurred_at: datetime
    kind: PostingKind
    document: str
    prescription: str
    party: str
    prescriber: str
    lot_number: str
    expires_on: date
    quantity: int
    by: str
    second: str
    remaining: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A period of an item's register; ``on_hand`` is what lies under lock now."""

    opening: int
    rows: list[RegisterRow]
    on_hand: int

    @property
    def received(self) -> int:
        """Everything that came under lock."""
        return sum(row.quantity for row in self.rows if row.quantity > 0)

    @property
    def issued(self) -> int:
        """Everything that left it."""
        return -sum(row.quantity for row in self.rows if row.quantity < 0)

    @property
    def closing(self) -> int:
        """Opening plus received minus issued."""
        return self.opening + self.received - self.issued


@dataclass(frozen=True, slots=True)
class ControlledItem:
    """A controlled item that a facility has or had under lock."""

    item_id: ItemId
    code: str
    name: str
    strength: str
    base_unit: str
    special_class: SpecialClass
    on_hand: int
    nearest_expiry: date | None


@dataclass(frozen=True, slots=True)
class AmpouleRow:
    """Empty ampoules that came back."""

    reference: str
    returned_at: datetime
    quantity: int
    lot_number: str
    note: str
    by: str
    second: str


def list_items(session: Session, facility_id: FacilityId) -> list[ControlledItem]:
    """Return the controlled items of a facility by class and pinyin key."""
    held = func.sum(StockBalance.on_hand)
    rows: Iterable[Any] = session.execute(
        select(
            Item.id,
            Item.code,
            Item.name,
            Item.strength,
            Item.base_unit,
            Item.special_class,
            cast(held, BigInteger),
            func.min(StockBalance.expires_on).filter(StockBalance.on_hand > 0),
        )
        .join(StockBalance, StockBalance.item_id == Item.id)
        .join(Place, Place.id == StockBalance.place_id)
        .where(StockBalance.facility_id == facility_id, *_under_lock())
        .group_by(Item.id)
        .order_by(Item.special_class, Item.pinyin, Item.id)
    )
    return [ControlledItem(*row) for row in rows]


def read_register(
    session: Session, subject: Subject, period: tuple[datetime, datetime]
) -> Register:
    """Return an item's register at a facility from ``period[0]`` until before ``period[1]``."""
    since, until = period
    opening = session.scalar(_moved(subject, StockMove.occurred_at < since))
    on_hand = session.scalar(
        select(func.coalesce(func.sum(StockBalance.on_hand), 0))
        .join(Place, Place.id == StockBalance.place_id)
        .where(
            StockBalance.facility_id == subject[0],
            StockBalance.item_id == subject[1],
            *_under_lock(),
        )
    )
    remaining = start = int(opening or 0)
    rows = []
    for row in session.execute(_rows(subject, since, until)).mappings():
        remaining += int(row["quantity"])
        told = {**row, "quantity": int(row["quantity"]), "remaining": remaining}
        rows.append(RegisterRow(**told))
    return Register(opening=start, rows=rows, on_hand=int(on_hand or 0))


def awaiting_destruction(session: Session, subject: Subject) -> int:
    """Return what was written off, is still there and waits to be destroyed."""
    waiting = (
        select(func.coalesce(func.sum(StockBalance.on_hand), 0))
        .join(Place, Place.id == StockBalance.place_id)
        .where(
            StockBalance.facility_id == subject[0],
            StockBalance.item_id == subject[1],
            Place.kind == PlaceKind.DISPOSAL,
        )
    )
    return int(session.scalar(waiting) or 0)


def given_to_patients(session: Session, subject: Subject, period: tuple[datetime, datetime]) -> int:
    """Return what patients got in a period, less what was taken back."""
    patients = (
        select(func.coalesce(func.sum(StockMove.quantity), 0))
        .join(StockBalance, StockBalance.id == StockMove.balance_id)
        .join(Place, Place.id == StockBalance.place_id)
        .where(*_of(subject), *_within(period), Place.kind == PlaceKind.PATIENT)
    )
    return int(session.scalar(patients) or 0)


def list_ampoules(
    session: Session, subject: Subject, period: tuple[datetime, datetime]
) -> list[AmpouleRow]:
    """Return the empty ampoules that came back in a period."""
    second = aliased(UserAccount)
    rows: Iterable[Any] = session.execute(
        select(
            AmpouleReturn.reference,
            AmpouleReturn.returned_at,
            AmpouleReturn.quantity,
            AmpouleReturn.lot_number,
            AmpouleReturn.note,
            UserAccount.name,
            second.name,
        )
        .join(UserAccount, UserAccount.id == AmpouleReturn.user_id)
        .join(second, second.id == AmpouleReturn.second_user_id)
        .where(
            AmpouleReturn.facility_id == subject[0],
            AmpouleReturn.item_id == subject[1],
            AmpouleReturn.returned_at >= period[0],
            AmpouleReturn.returned_at < period[1],
        )
        .order_by(AmpouleReturn.id)
    )
    return [AmpouleRow(*row) for row in rows]


def _of(subject: Subject) -> tuple[ColumnElement[bool], ...]:
    return (StockMove.facility_id == subject[0], StockMove.item_id == subject[1])


def _within(period: tuple[datetime, datetime]) -> tuple[ColumnElement[bool], ...]:
    return (StockMove.occurred_at >= period[0], StockMove.occurred_at < period[1])


def _under_lock() -> tuple[ColumnElement[bool], ...]:
    return (Place.kind == PlaceKind.BIN, Place.locked.is_(True))


def _moved(subject: Subject, when: ColumnElement[bool]) -> Any:
    return (
        select(func.coalesce(func.sum(StockMove.quantity), 0))
        .join(StockBalance, StockBalance.id == StockMove.balance_id)
        .join(Place, Place.id == StockBalance.place_id)
        .where(*_of(subject), when, *_under_lock())
    )


def _rows(subject: Subject, since: datetime, until: datetime) -> Any:
    """Select the changes of a period; the other side is named by the document of each."""
    second, papers_second = aliased(UserAccount), aliased(UserAccount)
    destination, origin = aliased(Facility), aliased(Facility)
    change = func.sum(StockMove.quantity)
    changes = (
        select(
            StockPosting.occurred_at,
            StockPosting.kind,
            StockPosting.document,
            func.coalesce(ControlledDispensing.prescription, "").label("prescription"),
            _party(destination, origin).label("party"),
            func.coalesce(ControlledDispensing.prescriber, "").label("prescriber"),
            Lot.lot_number,
            Lot.expires_on,
            change.label("quantity"),
            UserAccount.name.label("by"),
            func.coalesce(second.name, papers_second.name, "").label("second"),
        )
        .join_from(StockMove, StockPosting, StockPosting.id == StockMove.posting_id)
        .join(StockBalance, StockBalance.id == StockMove.balance_id)
        .join(Place, Place.id == StockBalance.place_id)
        .join(Lot, Lot.id == StockMove.lot_id)
        .join(UserAccount, UserAccount.id == StockPosting.user_id)
        .outerjoin(second, second.id == StockPosting.second_user_id)
    )
    return (
        _with_parties(changes, papers_second, (destination, origin))
        .where(*_of(subject), *_within((since, until)), *_under_lock())
        .group_by(
            StockPosting.id,
            Lot.id,
            UserAccount.name,
            second.name,
            papers_second.name,
            ControlledDispensing.dispensing_id,
            destination.short_name,
            origin.short_name,
            Supplier.name,
            SentTo.name,
        )
        .having(change != 0)
        .order_by(StockPosting.occurred_at, StockPosting.id, Lot.id)
    )


def _party(destination: Any, origin: Any) -> Any:
    """Return whoever was on the other side: a patient, a facility, or a supplier."""
    return func.coalesce(
        ControlledDispensing.patient,
        destination.short_name,
        origin.short_name,
        Supplier.name,
        SentTo.name,
        "",
    )


def _with_parties(changes: Any, second: Any, facilities: tuple[Any, Any]) -> Any:
    """Join the documents that name the other side: dispensing, pick list, receipts, returns."""
    destination, origin = facilities
    given = StockPosting.idempotency_key == func.concat("dispensing/", Dispensing.reference)
    return (
        changes.outerjoin(Dispensing, given)
        .outerjoin(ControlledDispensing, ControlledDispensing.dispensing_id == Dispensing.id)
        .outerjoin(second, second.id == ControlledDispensing.second_user_id)
        .outerjoin(PickTask, PickTask.reference == StockPosting.document)
        .outerjoin(Requisition, Requisition.id == PickTask.requisition_id)
        .outerjoin(destination, destination.id == Requisition.facility_id)
        .outerjoin(ClinicReceipt, ClinicReceipt.reference == StockPosting.document)
        .outerjoin(Tote, Tote.id == ClinicReceipt.tote_id)
        .outerjoin(origin, origin.id == Tote.supplier_id)
        .outerjoin(Receipt, Receipt.reference == StockPosting.document)
        .outerjoin(PurchaseOrder, PurchaseOrder.id == Receipt.order_id)
        .outerjoin(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .outerjoin(SupplierReturn, SupplierReturn.reference == StockPosting.document)
        .outerjoin(SentTo, SentTo.id == SupplierReturn.supplier_id)
    )
