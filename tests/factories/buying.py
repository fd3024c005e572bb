"""Ready-made contracts."""

from datetime import timedelta

from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.kernel.actor import Actor
from app.kernel.local_time import local_day
from app.purchasing import service as purchasing
from app.purchasing.models import Contract, Supplier
from app.purchasing.rules import ContractKind
from app.purchasing.service import Agreed, ContractRequest
from tests.factories.stock import NOW

TODAY = local_day(NOW)


def a_contract(
    session: Session,
    actor: Actor,
    supplier: Supplier,
    *agreed: tuple[Item, int, int],
    days: int = 30,
) -> Contract:
    """Put a volume-based contract of items, price and packs in force from today on."""
    request = ContractRequest(
        name="带量采购协议",
        supplier_id=supplier.id,
        kind=ContractKind.VOLUME_BASED,
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=days),
    )
    contract = purchasing.draft_contract(session, actor, request, now=NOW)
    for item, price_fen, packs in agreed:
        line = Agreed(item_id=item.id, price_fen=price_fen, packs=packs)
        purchasing.set_agreed(session, contract.reference, line)
    return purchasing.activate_contract(session, actor, contract.reference, now=NOW)
