"""Keep suppliers' licences: quality enters and renews them (首营企业与资质审核)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.errors import NotFound
from app.kernel.history import Change
from app.purchasing.models import Supplier, SupplierLicence
from app.purchasing.rules import LicenceKind

SUBJECT = "supplier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """A licence as its paper says it."""

    kind: LicenceKind
    number: str
    expires_on: date


def get_supplier(session: Session, code: str) -> Supplier:
    """Return a supplier by its code.

    Raises:
        NotFound: there is none.
    """
    supplier = session.scalars(select(Supplier).where(Supplier.code == code)).first()
    if supplier is None:
        raise NotFound("supplier")
    return supplier


def keep_licence(
    session: Session, actor: Actor, code: str, licence: Licence, *, now: datetime
) -> Supplier:
    """Enter a supplier's licence, or renew the one of its kind; the change log keeps the old.

    Raises:
        NotFound: the supplier is unknown.
    """
    supplier = get_supplier(session, code)
    before = session.scalars(
        select(SupplierLicence)
        .where(SupplierLicence.supplier_id == supplier.id, SupplierLicence.kind == licence.kind)
        .with_for_update()
    ).first()
    said = _told(before.number, before.expires_on) if before else {}
    written = insert(SupplierLicence).values(
        supplier_id=supplier.id,
        kind=licence.kind,
        number=licence.number,
        expires_on=licence.expires_on,
        is_demo=False,
    )
    session.execute(
        written.on_conflict_do_update(
            index_elements=[SupplierLicence.supplier_id, SupplierLicence.kind],
            set_={"number": licence.number, "expires_on": licence.expires_on, "is_demo": False},
        )
    )
    change = Change(
        subject=(SUBJECT, supplier.id),
        action="licence-kept",
        before=said,
        after={"kind": licence.kind.value, **_told(licence.number, licence.expires_on)},
    )
    history.record(session, actor, change, now=now)
    return supplier


def _told(number: str, expires_on: date) -> dict[str, object]:
    return {"number": number, "expires_on": expires_on.isoformat()}
