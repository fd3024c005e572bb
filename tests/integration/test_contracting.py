from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from app.kernel.errors import DomainError, RuleBroken
from app.kernel.ids import SupplierId
from app.purchasing import queries
from app.purchasing import service as purchasing
from app.purchasing.errors import ContractOverlaps, ContractStateChanged, OrderEmpty
from app.purchasing.models import Contract, ContractState
from app.purchasing.rules import ContractKind
from app.purchasing.service import Agreed, ContractRequest
from tests.factories.buying import TODAY, a_contract
from tests.factories.cast import Cast
from tests.factories.receiving import a_notice, a_supplier, an_order, announced
from tests.factories.stock import NOW, an_item
from tests.integration.test_ordering import counted_receipt
from tests.racing import at_once


def a_draft_contract(session: Session, cast: Cast, supplier_id: SupplierId) -> Contract:
    request = ContractRequest(
        name="协议",
        supplier_id=supplier_id,
        kind=ContractKind.VOLUME_BASED,
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=10),
    )
    return purchasing.draft_contract(session, cast.actor("buyer"), request, now=NOW)


def test_a_contract_counts_what_was_bought_under_it(session: Session, cast: Cast) -> None:
    buyer, item, supplier = cast.actor("buyer"), an_item(session), a_supplier(session)
    contract = a_contract(session, buyer, supplier, (item, 960, 20))
    order = an_order(session, buyer, (item, 480))
    announced(session, buyer, order, a_notice(item, packs=5))
    receipt = counted_receipt(session, cast, order, 120)
    purchasing.accept(session, cast.actor("storekeeper"), receipt.reference, None, now=NOW)

    row = queries.get_contract_row(session, contract.reference)
    (line,) = queries.list_agreed(session, contract.id)

    assert (row.agreed_fen, row.executed_fen, row.percent) == (19200, 4800, 25)
    assert (line.agreed_packs, line.executed_packs, line.on_order_packs) == (20, 5, 15)
    assert line.percent == 25


def test_a_supplier_has_one_price_for_an_item_on_a_day(session: Session, cast: Cast) -> None:
    item, supplier = an_item(session), a_supplier(session)
    a_contract(session, cast.actor("buyer"), supplier, (item, 960, 20))

    with pytest.raises(ContractOverlaps):
        a_contract(session, cast.actor("buyer"), supplier, (item, 900, 20))


def test_an_ended_contract_gives_way_to_the_next(session: Session, cast: Cast) -> None:
    buyer, item, supplier = cast.actor("buyer"), an_item(session), a_supplier(session)
    first = a_contract(session, buyer, supplier, (item, 960, 20))
    purchasing.end_contract(session, buyer, first.reference, now=NOW)
    tomorrow = TODAY + timedelta(days=1)

    assert queries.prices_in_force(session, supplier.id, [item.id], on=TODAY)
    assert queries.prices_in_force(session, supplier.id, [item.id], on=tomorrow) == {}
    assert first.state is ContractState.ENDED
    with pytest.raises(ContractStateChanged):
        purchasing.end_contract(session, buyer, first.reference, now=NOW)


def test_a_draft_binds_nobody_and_can_be_corrected(session: Session, cast: Cast) -> None:
    item, supplier = an_item(session), a_supplier(session)
    contract = a_draft_contract(session, cast, supplier.id)
    reference = contract.reference

    with pytest.raises(OrderEmpty), session.begin_nested():
        purchasing.activate_contract(session, cast.actor("buyer"), reference, now=NOW)
    with pytest.raises(RuleBroken):
        purchasing.set_agreed(session, reference, Agreed(item_id=item.id, price_fen=1, packs=0))
    purchasing.set_agreed(session, reference, Agreed(item_id=item.id, price_fen=900, packs=9))
    purchasing.set_agreed(session, reference, Agreed(item_id=item.id, price_fen=800, packs=8))
    (line,) = queries.list_agreed(session, contract.id)
    assert (line.price_fen, line.agreed_packs) == (800, 8)
    assert queries.prices_in_force(session, supplier.id, [item.id], on=TODAY) == {}
    purchasing.set_agreed(session, reference, Agreed(item_id=item.id, price_fen=0, packs=0))
    assert queries.list_agreed(session, contract.id) == []


def test_of_two_contracts_put_in_force_at_once_one_stands(
    rivals: sessionmaker[Session], racing_cast: Cast
) -> None:
    with rivals.begin() as session:
        item, supplier = an_item(session), a_supplier(session)
        drafts = [a_draft_contract(session, racing_cast, supplier.id) for _ in range(2)]
        for draft in drafts:
            line = Agreed(item_id=item.id, price_fen=900, packs=9)
            purchasing.set_agreed(session, draft.reference, line)
    waiting = iter([draft.reference for draft in drafts])

    def activate() -> str:
        try:
            with rivals.begin() as session:
                who = racing_cast.actor("buyer")
                purchasing.activate_contract(session, who, next(waiting), now=NOW)
                return "done"
        except DomainError as refusal:
            return refusal.code

    assert sorted(at_once(activate, rivals=2)) == ["contract-overlaps", "done"]
