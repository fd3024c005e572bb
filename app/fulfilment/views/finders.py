"""What the search field finds of fulfilment: totes by label, documents by reference."""

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.fulfilment.errors import WrongDestination
from app.fulfilment.queries import requisitions as queries
from app.fulfilment.queries.requisitions import RequisitionFilter
from app.fulfilment.service import get_arriving_tote, get_tote
from app.kernel.actor import Actor, Permission
from app.kernel.errors import NotFound
from app.traceability.rules import CodeKind, recognise
from app.web.labels import label
from app.web.messages import text_of
from app.web.search import MOST_HITS, Hit


def find_totes(session: Session, actor: Actor, text: str) -> Sequence[Hit]:
    """Find the tote whose label was scanned or typed."""
    scan = recognise(text)
    if scan.kind is not CodeKind.OWN:
        return []
    try:
        tote = get_tote(session, actor, scan.code)
    except NotFound:
        return _at_the_wrong_door(session, actor, scan.code)
    receiving = tote.destination_id in actor.facility_ids
    endpoint = "receipts.show_receipt" if receiving else "totes.show_tote"
    return [
        Hit(
            kind="tote",
            title=tote.code,
            detail=f"{_('Tote')} · {label(tote.compartment)} · {label(tote.state)}",
            href=url_for(endpoint, code=tote.code),
            exact=True,
        )
    ]


def _at_the_wrong_door(session: Session, actor: Actor, code: str) -> Sequence[Hit]:
    """Lead whoever found a tote of another facility to the page on which they ask for it."""
    if not actor.may(Permission.DELIVERY_RECEIVE):
        return []
    try:
        get_arriving_tote(session, actor, code)
    except WrongDestination as wrong:
        return [
            Hit(
                kind="tote",
                title=code,
                detail=text_of(wrong),
                href=url_for("redirects.list_redirects", tote=code),
                exact=True,
            )
        ]
    except NotFound:
        pass
    return []


def find_documents(session: Session, actor: Actor, text: str) -> Sequence[Hit]:
    """Find requisitions by the beginning of their reference."""
    if not actor.may(Permission.REQUISITION_READ) or not text.upper().startswith("RQ"):
        return []
    wanted = RequisitionFilter(text=text)
    rows = queries.list_requisitions(session, actor, wanted, after=None, size=MOST_HITS)
    return [
        Hit(
            kind="requisition",
            title=row.reference,
            detail=f"{row.facility_name} · {label(row.state)}",
            href=url_for("requisitions.show_requisition", reference=row.reference),
            exact=row.reference == text.upper(),
        )
        for row in rows
    ]
