"""Receive goods a device tells of: a tote, a transfer, or a supplier's delivery."""

from app.capture.errors import CaptureIncomplete
from app.capture.rules import TOTE
from app.capture.service.facts import Deed, Done, key_of
from app.fulfilment import service as fulfilment
from app.fulfilment.service import Confirmation
from app.kernel.ids import TransferContentId
from app.purchasing import service as purchasing
from app.purchasing.service import ScanRequest
from app.traceability import service as traceability
from app.transfers import service as transfers
from app.transfers.errors import NotOnTransfer
from app.transfers.models import Transfer
from app.transfers.rules import Inspected, is_transfer
from app.transfers.service import Receipt


def receive(deed: Deed) -> Done:
    """Confirm a tote or a transfer, or count cartons and packs of a supplier's delivery.

    Raises:
        CaptureIncomplete: it does not say what arrived.
        DomainError: a rule of the goods' own flow refuses it.
    """
    document = deed.need("document")
    if document.startswith(TOTE):
        told = Confirmation(tote_code=document, arrived=[], key=key_of(deed), notes=deed.told.note)
        receipt = fulfilment.confirm(deed.session, deed.actor, told, now=deed.now)
        return Done(documents=(receipt.reference,))
    if is_transfer(document):
        return _transfer(deed, document)
    for code in deed.need_codes():
        request = ScanRequest(code=code, client_key=f"{key_of(deed)}/{code}")
        purchasing.scan(deed.session, deed.actor, document, request, now=deed.now)
    return Done(documents=(document,))


def _transfer(deed: Deed, reference: str) -> Done:
    """Receive a transfer: as it was sent, or of its coded packs those that were scanned."""
    transfer = transfers.get_transfer(deed.session, deed.actor, reference)
    receipt = Receipt(reference=reference, inspected=_missing(deed, transfer), note=deed.told.note)
    transfers.receive(deed.session, deed.actor, receipt, None, now=deed.now)
    return Done(documents=(reference,))


def _missing(deed: Deed, transfer: Transfer) -> dict[TransferContentId, Inspected]:
    if not deed.scans:
        return {}
    contents = transfers.contents_of(deed.session, transfer)
    known = traceability.get_units(deed.session, {scan.code for scan in deed.scans})
    inside = traceability.packs_in(deed.session, [unit.id for unit in known.values()])
    arrived = {pack.id for pack in inside}
    sent = {one.unit_id for one in contents if one.unit_id is not None}
    if not sent:
        raise CaptureIncomplete("codes", field="codes")
    for code in (scan.code for scan in deed.scans):
        if code not in known or not arrived <= sent:
            raise NotOnTransfer(code, scanned=code)
    return {
        one.id: Inspected()
        for one in contents
        if one.unit_id is not None and one.unit_id not in arrived
    }
