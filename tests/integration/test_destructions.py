"""Written-off goods are destroyed once, before the right witnesses, and the ledger says so."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from app.accounts.errors import SecondPersonNeeded, SecondPersonRefused
from app.catalogue.models import SpecialClass
from app.disposal import queries
from app.disposal import service as disposal
from app.disposal.errors import (
    AlreadyDestroyed,
    AuthorityNeeded,
    DestroyedWhole,
    DestructionDayWrong,
    NothingWrittenOff,
)
from app.disposal.models import DestructionLine, WriteOff, WriteOffLine
from app.disposal.rules import LossReason
from app.disposal.service import Correction, Destroying
from app.inventory import service as inventory
from app.inventory.models import PlaceKind
from app.kernel.actor import Actor
from app.kernel.errors import DomainError, NotFound
from app.kernel.local_time import local_day
from app.traceability import service as traceability
from app.traceability.models import Disposition
from tests.factories.cast import Cast
from tests.factories.dispensing import packs_on_shelf
from tests.factories.disposal import a_destruction, handed_in, held_at, signed_by, written_off
from tests.factories.receiving import pack_code
from tests.factories.stock import NOW, a_lot, an_item, stocked
from tests.racing import at_once

EXPIRED = date(2026, 11, 1)
WAITS, GONE = PlaceKind.DISPOSAL, PlaceKind.LOSS
Sessions = sessionmaker[Session]


def people(cast: Cast) -> tuple[Actor, Actor]:
    return cast.actor("clinic"), cast.actor("clinic3")


def an_expired(session: Session, cast: Cast, quantity: int = 10) -> WriteOff:
    clinic, other = people(cast)
    lot = a_lot(session, an_item(session), expires=EXPIRED)
    stocked(session, clinic, lot, quantity)
    return written_off(session, (clinic, other), (lot, quantity))


def test_a_destruction_foots_with_what_was_written_off(session: Session, cast: Cast) -> None:
    clinic, _ = people(cast)
    write_off = an_expired(session, cast)
    (line,) = disposal.lines_of(session, write_off)

    first = a_destruction(session, write_off, 4, second="clinic3")
    made = disposal.destroy(session, clinic, first, now=NOW)
    (left,) = queries.list_waiting(session, clinic)
    assert (left.left, left.write_off) == (6, write_off.reference)
    too_much = a_destruction(session, write_off, 7, second="clinic3")
    with pytest.raises(AlreadyDestroyed), session.begin_nested():
        disposal.destroy(session, clinic, too_much, now=NOW)
    rest = a_destruction(session, write_off, 6, second="clinic3")
    disposal.destroy(session, clinic, rest, now=NOW)

    assert queries.list_waiting(session, clinic) == []
    (destroyed,) = queries.list_destroyed(session, made.id)
    assert (destroyed.write_off, destroyed.quantity) == (write_off.reference, 4)
    assert len(queries.destructions_of(session, write_off.id)) == 2
    lot = session.get_one(type(line), line.id).lot_id
    wanted = traceability.get_lot(session, lot)
    at = clinic.facility_id
    assert [held_at(session, at, kind, wanted) for kind in (WAITS, GONE)] == [0, 10]
    because = Correction(reason="误报", second=signed_by("clinic"))
    with pytest.raises(AlreadyDestroyed), session.begin_nested():
        disposal.take_back(session, people(cast)[1], write_off.reference, because, now=NOW)
    assert inventory.prove(session) == []


def test_what_is_not_written_off_here_is_not_destroyed(session: Session, cast: Cast) -> None:
    clinic, other = people(cast)
    write_off = an_expired(session, cast)
    record = a_destruction(session, write_off, second="clinic3")
    lot = a_lot(session, an_item(session), "L")
    stocked(session, clinic, lot, 9)
    lost = written_off(session, (clinic, other), (lot, 3), reason=LossReason.LOST)
    waiting = handed_in(session, clinic, (lot, 3))

    for one in (lost, waiting):
        told = a_destruction(session, one, second="clinic3")
        with pytest.raises(NotFound), session.begin_nested():
            disposal.destroy(session, clinic, told, now=NOW)
    with pytest.raises(NotFound), session.begin_nested():
        disposal.destroy(session, cast.actor("outsider"), record, now=NOW)
    with pytest.raises(NothingWrittenOff), session.begin_nested():
        disposal.destroy(session, clinic, replace(record, quantities={}), now=NOW)
    early = replace(record, destroyed_on=local_day(NOW) - timedelta(days=1))
    with pytest.raises(DestructionDayWrong), session.begin_nested():
        disposal.destroy(session, clinic, early, now=NOW)
    with pytest.raises(SecondPersonNeeded), session.begin_nested():
        disposal.destroy(session, clinic, replace(record, second=None), now=NOW)
    stranger = replace(record, second=signed_by("storekeeper"))
    with pytest.raises(SecondPersonRefused), session.begin_nested():
        disposal.destroy(session, clinic, stranger, now=NOW)


def test_the_health_authority_watches_controlled_medicines(session: Session, cast: Cast) -> None:
    clinic, other = people(cast)
    item = an_item(session, "盐酸吗啡注射液", special=SpecialClass.NARCOTIC)
    lot = a_lot(session, item, expires=EXPIRED)
    stocked(session, clinic, lot, 10)
    submitted = handed_in(session, clinic, (lot, 3))
    given = signed_by("clinic")
    write_off = disposal.confirm(session, other, submitted.reference, given, now=NOW)
    alone = a_destruction(session, write_off, second="clinic3")

    with pytest.raises(AuthorityNeeded), session.begin_nested():
        disposal.destroy(session, clinic, alone, now=NOW)
    watched = replace(alone, authority_name="王某", authority_position="县卫健局药政股股长")
    made = disposal.destroy(session, clinic, watched, now=NOW)

    assert made.authority_name == "王某"
    assert held_at(session, clinic.facility_id, GONE, lot) == 3


def test_coded_packs_are_destroyed_together(session: Session, cast: Cast) -> None:
    clinic, other = people(cast)
    item = an_item(session, coded=True)
    lot = packs_on_shelf(session, clinic, item, packs=2)
    codes = [pack_code(1), pack_code(2)]
    submitted = handed_in(session, clinic, (lot, 2 * item.units_per_pack), codes=codes)
    write_off = disposal.confirm(session, other, submitted.reference, None, now=NOW)

    torn = a_destruction(session, write_off, item.units_per_pack, second="clinic3")
    with pytest.raises(DestroyedWhole), session.begin_nested():
        disposal.destroy(session, clinic, torn, now=NOW)
    told = a_destruction(session, write_off, second="clinic3")
    disposal.destroy(session, clinic, told, now=NOW)

    units = traceability.get_units(session, codes).values()
    assert {unit.disposition for unit in units} == {Disposition.DESTROYED}
    assert inventory.prove(session) == []


def destroyed_in_all(rivals: Sessions) -> int:
    with rivals() as session:
        return int(session.scalar(select(func.sum(DestructionLine.quantity))) or 0)


def attempts(rivals: Sessions, cast: Cast, told: Destroying) -> Callable[[], bool]:
    """Return an attempt at a destruction that says whether it was put on record."""

    def attempt() -> bool:
        try:
            with rivals.begin() as session:
                disposal.destroy(session, cast.actor("clinic"), told, now=NOW)
        except AlreadyDestroyed:
            return False
        return True

    return attempt


def test_the_same_goods_are_not_destroyed_twice_at_once(
    rivals: Sessions, racing_cast: Cast
) -> None:
    with rivals.begin() as session:
        told = a_destruction(session, an_expired(session, racing_cast), 6, second="clinic3")

    recorded = at_once(attempts(rivals, racing_cast, told), rivals=4)

    assert (sum(recorded), destroyed_in_all(rivals)) == (1, 6)
    with rivals() as session:
        assert inventory.prove(session) == []


def test_looking_first_and_counting_later_destroys_twice(
    rivals: Sessions, racing_cast: Cast
) -> None:
    """The naive control: the test above is known to bite."""
    with rivals.begin() as session:
        told = a_destruction(session, an_expired(session, racing_cast), 6, second="clinic3")
    ((line_id, quantity),) = told.quantities.items()
    looked = Barrier(2)

    def look_then_count() -> bool:
        with rivals.begin() as session:
            line = session.get_one(WriteOffLine, line_id)
            enough = line.quantity - line.destroyed >= quantity
            looked.wait(timeout=30)
            line.destroyed += quantity
        return enough

    assert at_once(look_then_count, rivals=2) == [True, True]


def test_goods_are_either_destroyed_or_back_in_the_book(
    rivals: Sessions, racing_cast: Cast
) -> None:
    with rivals.begin() as session:
        write_off = an_expired(session, racing_cast)
        told = a_destruction(session, write_off, second="clinic3")

    def undo() -> bool:
        because = Correction(reason="误报", second=signed_by("clinic"))
        actor = racing_cast.actor("clinic3")
        with rivals.begin() as session:
            disposal.take_back(session, actor, write_off.reference, because, now=NOW)
        return True

    def tried(act: Callable[[], bool]) -> Callable[[], bool]:
        def attempt() -> bool:
            try:
                return act()
            except DomainError:
                return False

        return attempt

    destroy = attempts(rivals, racing_cast, told)
    done = at_once(tried(destroy), tried(undo))

    assert sum(done) == 1
    with rivals() as session:
        assert inventory.prove(session) == []
