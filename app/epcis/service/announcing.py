"""Let what a supplier sent be known at the receiving dock: its events as a delivery note.

An event with a purchase order of ours (``po`` in its business transactions) says what comes
for it. The packs are what it names and, by the events that filled containers, what lies in
that; how they were made says lot and expiry, their class the item. It becomes the notice
(随货同行单) of the order, so receiving, quantities and lots go on as with any other notice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.catalogue.models import Item, PackClass, PackScheme
from app.epcis.queries.shipments import Making, content_of, makings_of
from app.epcis.rules.addresses import Addresses
from app.epcis.rules.contexts import full_name, namespaces
from app.epcis.rules.fields import Role, Scope
from app.epcis.rules.judging import Judged
from app.kernel.actor import Actor
from app.kernel.ids import ItemId
from app.purchasing import service as purchasing
from app.purchasing.rules import Label
from app.purchasing.service import NoticeLine, PackCode
from app.traceability import service as traceability
from app.traceability.rules import CodeKind, recognise

MDA = "urn:epcglobal:cbv:mda"
_CLASS_DIGITS, _GTIN_DIGITS = 7, 13
_SHIPPED = (Role.EPC, Role.PARENT)
Class = tuple[PackScheme, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A pack that comes: its code, the container it lies in, its class and its label."""

    code: str
    carton_code: str | None
    kind: Class
    label: Label


def announce(
    session: Session,
    actor: Actor,
    addresses: Addresses,
    events: Sequence[Judged],
    *,
    now: datetime,
) -> int:
    """Take the notice of every order these events say something comes for; count the packs.

    Raises:
        NotFound: an order is another facility's, or there is none.
        NotOrdered: an item is not on the order.
        LabelImplausible: lot or dates cannot be right.
    """
    announced = 0
    for reference, uris in _by_order(events, addresses).items():
        packs = _packs(session, actor, addresses, uris)
        notice = _notice(session, packs)
        if notice:
            order = purchasing.get_order(session, actor, reference)
            purchasing.take_notice(session, actor, order, notice, now=now)
            announced += sum(len(line.packs) for line in notice)
    return announced


def _by_order(events: Iterable[Judged], addresses: Addresses) -> dict[str, set[str]]:
    """Return what is said to come, by the reference of the order."""
    coming: dict[str, set[str]] = {}
    for one in events:
        papers = (
            addresses.document_in(field.text)
            for field in one.fields
            if field.scope is Scope.TRANSACTION and field.name == "po"
        )
        named = {thing.uri for thing in one.things if thing.role in _SHIPPED}
        for paper in filter(None, papers):
            coming.setdefault(paper, set()).update(named)
    return coming


def _packs(session: Session, actor: Actor, addresses: Addresses, uris: set[str]) -> list[Sent]:
    """Return the packs among these things and in them that nobody announced before."""
    inside = content_of(session, actor.facility_id, uris)
    makings = makings_of(session, actor.facility_id, inside)
    codes = {uri: addresses.code_in(uri) for uri in {*inside, *filter(None, inside.values())}}
    known = traceability.get_units(session, [code for code in codes.values() if code])
    packs = [
        _pack((codes[uri], codes.get(inside[uri] or "")), making)
        for uri, making in sorted(makings.items())
    ]
    return [
        pack for pack in packs if pack and pack.code not in known and pack.carton_code not in known
    ]


def _pack(codes: tuple[str | None, str | None], making: Making) -> Sent | None:
    code, carton = codes
    kind = _class_of(code) if code else None
    label = _label(making)
    if code is None or kind is None or label is None:
        return None
    return Sent(code=code, carton_code=carton, kind=kind, label=label)


def _class_of(code: str) -> Class | None:
    scan = recognise(code)
    if scan.kind is CodeKind.CN20:
        return PackScheme.CN20, code[:_CLASS_DIGITS]
    gtin = scan.elements.get("01")
    return (PackScheme.GOODS, gtin[-_GTIN_DIGITS:]) if gtin else None


def _label(making: Making) -> Label | None:
    """Return what the master data say of lot, dates and maker; None without lot and expiry."""
    known = namespaces(making.prefixes)
    told = {
        full_name(name, known).removeprefix(MDA).lstrip(":#/"): value
        for name, value in making.ilmd.items()
    }
    lot, expires = told.get("lotNumber"), _day(told.get("itemExpirationDate"))
    if not isinstance(lot, str) or expires is None:
        return None
    maker = told.get("manufacturerOfTradeItemPartyName", "")
    return Label(
        maker=maker if isinstance(maker, str) else "",
        lot_number=lot,
        expires_on=expires,
        made_on=_day(told.get("productionDate")),
    )


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _notice(session: Session, packs: Sequence[Sent]) -> list[NoticeLine]:
    """Return the notice, a line for each lot; packs of unknown classes are not in it."""
    items = _items(session, {pack.kind for pack in packs})
    lines: dict[tuple[ItemId, Label], list[Sent]] = {}
    for pack in packs:
        item = items.get(pack.kind)
        if item is not None:
            label = pack.label if pack.label.maker else _made_by(pack.label, item.maker)
            lines.setdefault((ItemId(item.id), label), []).append(pack)
    sizes = {ItemId(item.id): item.units_per_pack for item in items.values()}
    return [
        NoticeLine(
            item_id=item_id,
            label=label,
            quantity=len(sent) * sizes[item_id],
            packs=[
                PackCode(code=p.code, carton_code=p.carton_code, capacity=sizes[item_id])
                for p in sent
            ],
        )
        for (item_id, label), sent in lines.items()
    ]


def _made_by(label: Label, maker: str) -> Label:
    return Label(
        maker=maker,
        lot_number=label.lot_number,
        expires_on=label.expires_on,
        made_on=label.made_on,
    )


def _items(session: Session, kinds: set[Class]) -> Mapping[Class, Item]:
    """Return the coded item of each class of sales packs."""
    rows = session.execute(
        select(PackClass.scheme, PackClass.class_key, Item)
        .join(Item, Item.id == PackClass.item_id)
        .where(PackClass.class_key.in_({key for _, key in kinds}), PackClass.level == 1)
        .where(Item.is_coded)
    )
    return {(row[0], row[1]): row[2] for row in rows}
