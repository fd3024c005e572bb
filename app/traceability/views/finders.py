"""What the search field finds of codes, and what it says of those it cannot open."""

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.actor import Actor, Permission
from app.kernel.errors import DomainError
from app.kernel.local_time import local_day
from app.traceability import queries, service
from app.traceability.errors import ForeignLabel, StaleLabel, UnknownCode
from app.traceability.rules import CodeKind, Scan, recognise
from app.web.labels import label
from app.web.messages import text_of
from app.web.messages.common import N_
from app.web.sealing import label_signer
from app.web.search import Hit, Reading

PARTS = {
    "class": N_("Drug class"),
    "serial": N_("Serial"),
    "00": N_("Box"),
    "01": N_("Product"),
    "10": N_("Lot"),
    "17": N_("Expiry"),
    "21": N_("Serial"),
}
"""Parts of codes that people know; the others stay unnamed."""


def find_codes(session: Session, actor: Actor, text: str) -> Sequence[Hit]:
    """Find a scanned code for the search field; of an unknown pack at least its item."""
    found = recognise(text)
    if found.kind is CodeKind.UNKNOWN or found.fault is not None:
        return []
    hit = _unit(session, actor, found) or _item(session, actor, text, found)
    return [hit] if hit else []


def _unit(session: Session, actor: Actor, found: Scan) -> Hit | None:
    if not actor.may(Permission.TRACEABILITY_READ) or found.kind is CodeKind.GOODS:
        return None
    if queries.find_facts(session, found.code) is None:
        return None
    try:
        facts = service.life_line(session, actor, found.code).facts
    except UnknownCode:
        return None
    href = url_for("traceability.show_code", code=facts.code)
    detail = f"{facts.item_name or ''} {facts.lot_number or ''}".strip()
    return Hit(kind="code", title=facts.code, detail=detail, href=href, exact=True)


def _item(session: Session, actor: Actor, text: str, found: Scan) -> Hit | None:
    """Return the item that a goods code, or the class of an unknown pack, is of."""
    if not actor.may(Permission.CATALOGUE_READ) or found.kind is CodeKind.OWN:
        return None
    item_id = service.item_of_code(session, text)
    if item_id is None:
        return None
    return Hit(
        kind="item",
        title=gettext("The item of this code"),
        detail=found.code,
        href=url_for("catalogue.show_item", item_id=item_id),
        exact=found.kind is CodeKind.GOODS,
    )


def read_code(text: str) -> Reading | None:
    """Say what kind of code a text is, how it was damaged, or why its label is refused."""
    scan = recognise(text)
    refusal = scan.fault or _refused_label(scan)
    if refusal is None and scan.kind in {CodeKind.UNKNOWN, CodeKind.OWN}:
        return None
    parts = [(gettext(PARTS[ai]), value) for ai, value in scan.elements.items() if ai in PARTS]
    sentence = text_of(refusal) if refusal else ""
    return Reading(kind=label(scan.kind), parts=parts, refusal=sentence)


def _refused_label(scan: Scan) -> DomainError | None:
    """Return why a sealed label is not to be trusted: not ours, or out of date."""
    if not scan.seal:
        return None
    today = local_day(clock.now())
    try:
        service.trust_label(label_signer(), scan, on=today)
    except (ForeignLabel, StaleLabel) as refusal:
        return refusal
    return None
