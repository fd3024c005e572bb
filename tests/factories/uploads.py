"""Facilities and goods the insurance knows, and days of work it must be told of."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.counting import service as counting
from app.dispensing import service as dispensing
from app.dispensing.models import Dispensing
from app.dispensing.service import ConsumeRequest, DispenseRequest, Use
from app.kernel.actor import Actor
from app.network.models import Facility
from app.traceability.models import Lot
from app.uploads import service as uploads
from app.uploads.models import Upload
from app.uploads.rules import Profile
from tests.factories.counting import a_count, approval_of, enter, lines_of, typed
from tests.factories.dispensing import packs_on_shelf
from tests.factories.receiving import pack_code
from tests.factories.stock import NOW, a_lot, an_item, stocked

SOON = NOW + timedelta(minutes=1)
BASE = uploads.load_profile("base")


def hasty(**seconds: float) -> Profile:
    """Return the base map with other time limits, in seconds."""
    limits = {name: timedelta(seconds=value) for name, value in seconds.items()}
    return replace(BASE, patience=replace(BASE.patience, **limits))


def known_to_the_insurance(session: Session) -> None:
    """Give every facility, item and lot what the insurance wants to know of it."""
    session.execute(update(Facility).values(insurance_code="H6107280" + Facility.code))
    session.execute(update(Item).values(insurance_code="XJ" + Item.code))
    session.execute(update(Lot).values(made_on=date(2026, 3, 1)))
    session.flush()


def given_packs(session: Session, actor: Actor, *, packs: int = 2) -> list[Dispensing]:
    """Give so many coded packs of one lot to patients."""
    packs_on_shelf(session, actor, an_item(session, coded=True), packs=packs)
    codes = [pack_code(number) for number in range(1, packs + 1)]
    given = [
        dispensing.dispense(session, actor, DispenseRequest(code=code), now=NOW).reference
        for code in codes
    ]
    return list(
        session.scalars(
            select(Dispensing).where(Dispensing.reference.in_(given)).order_by(Dispensing.id)
        )
    )


def used(session: Session, actor: Actor, quantity: int) -> Dispensing:
    """Use so much of goods without codes."""
    item = an_item(session)
    stocked(session, actor, a_lot(session, item), 240)
    request = ConsumeRequest(
        facility_id=actor.facility_id, uses=[Use(item_id=item.id, quantity=quantity)]
    )
    return dispensing.consume(session, actor, request, now=NOW)


def counted_short(session: Session, people: tuple[Actor, Actor], *, missing: int) -> None:
    """Count the shelves of the first's facility, short of so much; the other approves."""
    counter, approver = people
    sheet = a_count(session, counter, now=NOW)
    lines = lines_of(session, sheet)
    start = NOW + timedelta(minutes=1)
    events = [typed(sheet, line, 240 - missing, start) for line in lines]
    enter(session, counter, *events, now=start)
    counting.finish(session, counter, sheet.reference, now=start)
    approval = approval_of(session, sheet)
    counting.approve(session, approver, approval, None, now=start + timedelta(minutes=1))


def derived(session: Session, profile: Profile = BASE) -> Sequence[Upload]:
    """Derive all messages there are to tell; return them in their order."""
    uploads.derive(session, profile, None, now=SOON)
    return messages(session)


def messages(session: Session) -> Sequence[Upload]:
    """Return all messages as they now are."""
    wanted = select(Upload).order_by(Upload.id).execution_options(populate_existing=True)
    return session.scalars(wanted).all()
