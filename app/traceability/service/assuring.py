"""What anybody may know of a pack in their hand: what it is, and whether to trust it.

Never where it is, who has it, or what became of it at whose hands.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item, PackClass, PackScheme
from app.network.models import Facility, FacilityKind
from app.traceability.models import Disposition, Lot, LotHold, Unit, UnitLevel
from app.traceability.queries import is_suspected
from app.traceability.rules import CodeKind, Scan, contents, gtin_key, lot_key

OUT_OF_TRADE = frozenset(
    {Disposition.WRITTEN_OFF, Disposition.DESTROYED, Disposition.LOST, Disposition.SENT_BACK}
)
"""A pack that should be in nobody's hand any more."""


class Trust(StrEnum):
    """What somebody who holds a pack must know, the gravest first."""

    RECALLED = "recalled"
    SUSPECT = "suspect"
    HELD = "held"
    EXPIRED = "expired"
    FOUND = "found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What is told of a pack, a lot or a product; lot and expiry where they are known.

    ``serial`` is the code where it is of one pack.
    """

    name: str
    strength: str
    dose_form: str
    maker: str
    trust: Trust
    lot_number: str | None = None
    expires_on: date | None = None
    serial: str | None = None
    is_demo: bool = False

    @property
    def content(self) -> tuple[str, ...]:
        """What the seal of its label stands for."""
        if self.lot_number is None or self.expires_on is None:
            return ()
        return contents.lot_content(self.lot_number, self.expires_on)


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask."""

    name: str
    phone: str


def verify(session: Session, scan: Scan, *, on: date) -> Verified | None:
    """Return what may be told of what was scanned, or None where nothing is known of it."""
    if scan.fault is not None:
        return None
    lot_id = lot_key(scan.code)
    if lot_id is not None:
        return _of_lot(session, Lot.id == lot_id, on)
    found = _of_unit(session, scan.code, on)
    if found is not None or "21" in scan.elements or scan.kind is CodeKind.CN20:
        return found
    product = gtin_key(scan)
    return _of_product(session, product, scan, on) if product else None


def contact(session: Session) -> Contact:
    """Return the central pharmacy, which answers for the county's goods."""
    row = session.execute(
        select(Facility.name, Facility.phone)
        .where(Facility.kind == FacilityKind.CENTRAL_PHARMACY, Facility.active)
        .order_by(Facility.id)
        .limit(1)
    ).first()
    return Contact(row.name, row.phone) if row else Contact("", "")


def _facts(*more: Any) -> Select[Any]:
    return select(
        Item.name,
        Item.strength,
        Item.dose_form,
        Item.maker,
        Item.is_demo,
        *more,
    )


def _of_unit(session: Session, code: str, on: date) -> Verified | None:
    row = session.execute(
        _facts(Lot.maker.label("lot_maker"), Lot.lot_number, Lot.expires_on, Lot.hold)
        .add_columns(Unit.disposition, is_suspected().label("suspected"))
        .select_from(Unit)
        .join(Lot, Lot.id == Unit.lot_id)
        .join(Item, Item.id == Unit.item_id)
        .where(Unit.code == code, Unit.level != UnitLevel.TOTE)
    ).first()
    if row is None:
        return None
    is_wrong = row.suspected or row.disposition in OUT_OF_TRADE
    trust = _trust(row.hold, row.expires_on, is_wrong=is_wrong, on=on)
    return _verified(row, trust, serial=code)


def _of_lot(session: Session, which: ColumnElement[bool], on: date) -> Verified | None:
    rows = session.execute(
        _facts(Lot.maker.label("lot_maker"), Lot.lot_number, Lot.expires_on, Lot.hold)
        .select_from(Lot)
        .join(Item, Item.id == Lot.item_id)
        .where(which)
        .limit(2)
    ).all()
    if len(rows) != 1:
        return None
    (row,) = rows
    return _verified(row, _trust(row.hold, row.expires_on, is_wrong=False, on=on))


def _of_product(session: Session, product: str, scan: Scan, on: date) -> Verified | None:
    """Return the lot a GS1 code names, or the product alone where that lot is not known."""
    named = select(PackClass.item_id).where(
        PackClass.scheme == PackScheme.GOODS, PackClass.class_key == product
    )
    if "10" in scan.elements:
        lot_number = scan.elements["10"].upper()
        which = Lot.item_id.in_(named) & (Lot.lot_number == lot_number)
        return _of_lot(session, which, on)
    row = session.execute(_facts().where(Item.id.in_(named)).limit(1)).first()
    if row is None:
        return None
    return Verified(
        name=row.name,
        strength=row.strength,
        dose_form=row.dose_form,
        maker=row.maker,
        trust=Trust.FOUND,
        is_demo=row.is_demo,
    )


def _verified(row: Any, trust: Trust, *, serial: str | None = None) -> Verified:
    return Verified(
        name=row.name,
        strength=row.strength,
        dose_form=row.dose_form,
        maker=row.lot_maker,
        trust=trust,
        lot_number=row.lot_number,
        expires_on=row.expires_on,
        serial=serial,
        is_demo=row.is_demo,
    )


def _trust(hold: LotHold, expires_on: date, *, is_wrong: bool, on: date) -> Trust:
    if hold is LotHold.RECALL:
        return Trust.RECALLED
    if is_wrong:
        return Trust.SUSPECT
    if hold is not LotHold.NONE:
        return Trust.HELD
    return Trust.EXPIRED if expires_on < on else Trust.FOUND
