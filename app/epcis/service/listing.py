"""What there is to ask for: things, steps, places and dispositions that events may name."""

from collections.abc import Sequence
from itertools import product

from sqlalchemy import exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.epcis.models import CapturedEvent, CapturedThing
from app.epcis.queries.captured import seen_by
from app.epcis.queries.facts import NOWHERE
from app.epcis.rules.addresses import Addresses
from app.epcis.rules.export import all_words_of
from app.epcis.rules.fields import Role
from app.inventory.models import Place
from app.kernel.actor import Actor, Permission
from app.network.models import Facility
from app.traceability.models import BizStep, Disposition, TraceEvent, Unit
from app.traceability.queries import named_units

_INSTANCES = (Role.EPC, Role.PARENT, Role.INPUT, Role.OUTPUT)
_TOLD, _OWN = "0", "1"
"""Marks in a page's last value: first what others told us, then our own."""


def list_words(session: Session, actor: Actor, kind: str) -> list[str]:
    """Return the steps or dispositions that our events have, and those others told us."""
    at = 0 if kind == "bizStep" else 1
    pairs = product(BizStep, Disposition)
    ours = {told[at] for step, became in pairs for told in all_words_of(step, became)}
    ours |= {"unpacking"} if at == 0 else {"container_open"}
    column = CapturedEvent.biz_step if at == 0 else CapturedEvent.disposition
    told = session.scalars(select(column).distinct().where(column != "", *seen_by(actor)))
    return sorted(ours | set(told))


def list_places(session: Session, actor: Actor, addresses: Addresses, kind: str) -> list[str]:
    """Return business locations or read points: ours that the actor sees, and others' told us."""
    mine = [] if actor.may(Permission.COUNTY_READ) else [Facility.id.in_(actor.facility_ids)]
    if kind == "bizLocation":
        codes = session.scalars(select(Facility.code).where(*mine))
        ours = [addresses.of_place(code) for code in codes]
        column: InstrumentedAttribute[str] = CapturedEvent.biz_location
    else:
        spots = session.execute(
            select(Facility.code, Place.code)
            .join(Place, Place.facility_id == Facility.id)
            .where(Place.kind.not_in(NOWHERE), *mine)
        )
        ours = [addresses.of_place(facility, place) for facility, place in spots]
        column = CapturedEvent.read_point
    told = session.scalars(select(column).distinct().where(column != "", *seen_by(actor)))
    return sorted({*ours, *told})


def list_things(
    session: Session, actor: Actor, addresses: Addresses, page: tuple[str, int]
) -> tuple[list[str], str | None]:
    """Return a page of the things that events name, and the last value if there are more."""
    after, size = page
    found: list[str] = []
    if not after.startswith(_OWN):
        found = _told(session, actor, after[1:], size + 1)
        if len(found) > size:
            return found[:size], f"{_TOLD}{found[size - 1]}"
    start = after[1:] if after.startswith(_OWN) else ""
    codes = _own(session, actor, start, size - len(found) + 1)
    more = len(codes) > size - len(found)
    codes = codes[: size - len(found)]
    uris = [*found, *map(addresses.of_code, codes)]
    last = codes[-1] if codes else start
    return uris, f"{_OWN}{last}" if more else None


def _told(session: Session, actor: Actor, after: str, size: int) -> list[str]:
    named = CapturedThing.event_id.in_(select(CapturedEvent.id).where(*seen_by(actor)))
    rows = session.scalars(
        select(CapturedThing.uri)
        .distinct()
        .where(CapturedThing.uri > after, CapturedThing.role.in_(_INSTANCES), named)
        .order_by(CapturedThing.uri)
        .limit(size)
    )
    return list(rows)


def _own(session: Session, actor: Actor, after: str, size: int) -> Sequence[str]:
    found = select(Unit.code).where(Unit.code > after)
    if not actor.may(Permission.COUNTY_READ):
        named = named_units()
        found = found.where(
            exists()
            .where(named.c.unit_id == Unit.id, TraceEvent.id == named.c.event_id)
            .where(TraceEvent.facility_id.in_(actor.facility_ids))
        )
    return session.scalars(found.order_by(Unit.code).limit(size)).all()
