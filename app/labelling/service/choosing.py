"""Find what needs a label: each source asks the domain that owns it, under its own rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from app.equipment import queries as equipment
from app.fulfilment import service as fulfilment
from app.fulfilment.models import Tote
from app.fulfilment.queries import totes
from app.fulfilment.rules import ToteState
from app.inventory import queries as stock
from app.inventory import service as inventory
from app.kernel.actor import Actor, Permission
from app.kernel.errors import Forbidden, NotFound
from app.kernel.ids import FacilityId, ItemId, LotId, ToteId
from app.labelling import queries
from app.labelling.errors import NothingToLabel
from app.labelling.rules import MOST_LABELS, Label, LabelKind, LabelSource, own_code
from app.purchasing import queries as receipts
from app.purchasing import service as purchasing
from app.traceability import service as traceability
from app.traceability.errors import MalformedCode
from app.traceability.rules import contents, lot_key, recognise

LASTING = timedelta(days=5 * 365)
"""Shelves and machines stay where they are; after five years their labels are checked."""
TRAVELLING = timedelta(days=60)
"""A tote's journey is over long before."""
GTIN_DIGITS = 14
_LOT = "LT-"

READERS: dict[LabelSource, tuple[Permission, ...]] = {
    LabelSource.RECEIPT: (Permission.PURCHASING_READ,),
    LabelSource.LOT: (Permission.INVENTORY_READ,),
    LabelSource.CODE: (Permission.TRACEABILITY_READ,),
    LabelSource.BINS: (Permission.INVENTORY_READ,),
    LabelSource.TOTES: (Permission.REQUISITION_PICK, Permission.DELIVERY_READ),
    LabelSource.DEVICES: (Permission.BOOKING_PERFORM,),
}
"""Who may choose from a source: whoever reads the pages its labels are of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What to label: a source, and the document, lot or code in it ("" for all)."""

    source: LabelSource
    named: str = ""


class LotFacts(Protocol):
    """What a lot's label needs to know."""

    @property
    def item_id(self) -> ItemId:
        """Its item."""

    @property
    def item_name(self) -> str:
        """The item's name."""

    @property
    def strength(self) -> str:
        """The item's strength."""

    @property
    def maker(self) -> str:
        """Who made the lot."""

    @property
    def lot_number(self) -> str:
        """The maker's number."""

    @property
    def expires_on(self) -> date:
        """Its last usable day."""


def may_choose(actor: Actor, source: LabelSource) -> bool:
    """Say whether an actor reads what a source is made of."""
    return any(actor.may(permission) for permission in READERS[source])


def choose(session: Session, actor: Actor, choice: Choice, *, on: date) -> list[Label]:
    """Return a label for everything chosen, in the order in which it is stuck on.

    Raises:
        Forbidden: the actor does not read such things.
        NotFound: there is no such document, lot or code, or it is another facility's.
        NothingToLabel: nothing in it needs a label.
        TooManyLabels: see ``print_labels``.
    """
    if not may_choose(actor, choice.source):
        raise Forbidden(choice.source.value)
    asked = _Asked(session, actor, choice.named.strip(), on)
    found = _CHOOSERS[choice.source](asked)
    if not found:
        raise NothingToLabel(choice.named)
    return list(found)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks for which thing of a source, on which day."""

    session: Session
    actor: Actor
    named: str
    on: date


def _of_receipt(asked: _Asked) -> list[Label]:
    """Return the lots of a receipt whose packs carry no code of their maker."""
    receipt = purchasing.get_receipt(asked.session, asked.actor, asked.named)
    lines = [line for line in receipts.list_lines(asked.session, receipt.id) if not line.is_coded]
    goods = queries.goods_codes(asked.session, {line.item_id for line in lines})
    labels = []
    for line in lines:
        came = line.accepted if line.accepted is not None else line.expected
        packs = -(-came // line.units_per_pack)
        if packs:
            labels.append(_lot(LotId(line.lot_id), line, goods.get(line.item_id), packs))
    return labels


def _of_lot(asked: _Asked) -> list[Label]:
    code = recognise(asked.named).code
    lot_id = lot_key(code if code.startswith(_LOT) else _LOT + code)
    if lot_id is None:
        raise NotFound("lot")
    facts = stock.get_lot_facts(asked.session, lot_id)
    goods = queries.goods_codes(asked.session, {facts.item_id})
    return [_lot(facts.id, facts, goods.get(facts.item_id), 1)]


def _lot(lot_id: LotId, facts: LotFacts, goods_code: str | None, packs: int) -> Label:
    return Label(
        kind=LabelKind.LOT,
        key=lot_id,
        code=own_code(LabelKind.LOT, lot_id),
        title=facts.item_name,
        lines=_lot_lines(facts.strength, facts.lot_number, facts.expires_on, facts.maker),
        content=contents.lot_content(facts.lot_number, facts.expires_on),
        until=facts.expires_on,
        elements=_elements(goods_code, facts.lot_number, facts.expires_on),
        packs=packs,
    )


def _lot_lines(
    strength: str, lot_number: str, expires_on: date, maker: str
) -> tuple[tuple[str, str], ...]:
    lot, day = ("lot", lot_number), ("expires", expires_on.isoformat())
    return ("", strength), lot, day, ("", maker)


def _elements(goods_code: str | None, lot_number: str, expires_on: date) -> dict[str, str]:
    """Return what GS1 would say of a lot, or nothing where the rules do not let it."""
    if goods_code is None:
        return {}
    elements = {
        "01": goods_code.zfill(GTIN_DIGITS),
        "17": expires_on.strftime("%y%m%d"),
        "10": lot_number,
    }
    try:
        contents.element_string(elements)
    except MalformedCode:
        return {}
    return elements


def _of_code(asked: _Asked) -> list[Label]:
    """Return the label of one coded thing, in place of one that cannot be read any more."""
    scan = recognise(asked.named)
    life = traceability.life_line(asked.session, asked.actor, scan.code)
    unit, lot, item = queries.unit_facts(asked.session, life.facts.unit_id)
    if lot is None or item is None:
        return _of_totes(replace(asked, named=unit.code))
    number = scan.elements if "01" in scan.elements or "00" in scan.elements else {}
    return [
        Label(
            kind=LabelKind.PACK,
            key=unit.id,
            code=unit.code,
            title=item.name,
            lines=_lot_lines(item.strength, lot.lot_number, lot.expires_on, lot.maker),
            content=contents.lot_content(lot.lot_number, lot.expires_on),
            until=lot.expires_on,
            elements=number,
        )
    ]


def _of_bins(asked: _Asked) -> list[Label]:
    """Return the bins of the actor's facility whose code begins so, in walking order."""
    bins = inventory.list_bins(asked.session, asked.actor.facility_id)
    return [
        Label(
            kind=LabelKind.BIN,
            key=place.id,
            code=own_code(LabelKind.BIN, place.id),
            title=place.code,
            lines=(("", place.name), ("storage", place.storage_class.value)),
            content=(place.code,),
            until=asked.on + LASTING,
        )
        for place in bins
        if place.code.upper().startswith(asked.named.upper())
    ]


def _of_totes(asked: _Asked) -> list[Label]:
    """Return one tote, or all of the actor's that are sealed and wait for a vehicle."""
    if asked.named:
        tote = fulfilment.get_tote(asked.session, asked.actor, asked.named)
        return [_tote(asked, tote)]
    wanted = ((ToteState.SEALED,), asked.on)
    rows = totes.list_totes(asked.session, asked.actor, wanted, after=None, size=MOST_LABELS)
    return [
        _tote_label(
            (row.id, row.code), row.requisition, row.facility_name, row.compartment.value, asked.on
        )
        for row in rows
    ]


def _tote(asked: _Asked, tote: Tote) -> Label:
    names = totes.tote_names(asked.session, tote.id)
    return _tote_label(
        (tote.id, tote.code), names.requisition, names.destination, tote.compartment.value, asked.on
    )


def _tote_label(
    tote: tuple[ToteId, str], requisition: str, destination: str, compartment: str, on: date
) -> Label:
    return Label(
        kind=LabelKind.TOTE,
        key=tote[0],
        code=tote[1],
        title=destination,
        lines=(("compartment", compartment), ("", requisition)),
        content=(requisition,),
        until=on + TRAVELLING,
    )


def _of_devices(asked: _Asked) -> list[Label]:
    """Return the machines of the actor's own centre."""
    own: frozenset[FacilityId] = asked.actor.facility_ids
    return [
        Label(
            kind=LabelKind.DEVICE,
            key=device.id,
            code=own_code(LabelKind.DEVICE, device.id),
            title=device.name,
            lines=(("", device.code), ("", device.model), ("", centre.short_name)),
            content=(device.code,),
            until=asked.on + LASTING,
        )
        for device, centre in equipment.list_devices(asked.session)
        if device.facility_id in own and device.code.upper().startswith(asked.named.upper())
    ]


_CHOOSERS: dict[LabelSource, Callable[[_Asked], Sequence[Label]]] = {
    LabelSource.RECEIPT: _of_receipt,
    LabelSource.LOT: _of_lot,
    LabelSource.CODE: _of_code,
    LabelSource.BINS: _of_bins,
    LabelSource.TOTES: _of_totes,
    LabelSource.DEVICES: _of_devices,
}
