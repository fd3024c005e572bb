"""Which item a scanned or typed code is of, whatever kind of code it is."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue.models import PackClass, PackScheme
from app.kernel.ids import ItemId
from app.traceability.models import Unit
from app.traceability.rules import CodeKind, Scan, recognise

CLASS_DIGITS = 7
"""The first digits of a trace code name the item and pack level (药品标识码)."""
GTIN_DIGITS = 13


def item_of_code(session: Session, text: str) -> ItemId | None:
    """Return the item of a trace code, an own label, a goods code (69 码) or a GS1 code."""
    scan = recognise(text)
    if scan.kind is CodeKind.UNKNOWN:
        return None
    unit = session.scalar(select(Unit.item_id).where(Unit.code == scan.code))
    if unit is not None:
        return unit
    scheme, class_key = _class_of(scan)
    return session.scalar(
        select(PackClass.item_id)
        .where(PackClass.scheme == scheme, PackClass.class_key == class_key)
        .order_by(PackClass.id)
        .limit(1)
    )


def _class_of(scan: Scan) -> tuple[PackScheme, str]:
    if scan.kind is CodeKind.CN20:
        return PackScheme.CN20, scan.code[:CLASS_DIGITS]
    gtin = scan.elements.get("01", scan.code)
    return PackScheme.GOODS, gtin[-GTIN_DIGITS:]
