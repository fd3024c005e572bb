"""Write supply contracts and put them in force (购销合同 / 带量采购)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.kernel import history
from app.kernel.actor import Actor
from app.kernel.db import refusing
from app.kernel.errors import NotFound, RuleBroken
from app.kernel.history import Change
from app.kernel.ids import ItemId, SupplierId
from app.kernel.local_time import local_day
from app.kernel.numbering import issue_number
from app.purchasing.errors import ContractOverlaps, ContractStateChanged, OrderEmpty
from app.purchasing.models import Contract, ContractLine, ContractState, Supplier
from app.purchasing.rules import ContractKind

SUBJECT = "supply_contract"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractRequest:
    """What was agreed with whom, for which days (both included)."""

    name: str
    supplier_id: SupplierId
    kind: ContractKind
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """The price of a sales pack of an item in fen, and the packs agreed."""

    item_id: ItemId
    price_fen: int
    packs: int


def draft_contract(
    session: Session, actor: Actor, request: ContractRequest, *, now: datetime
) -> Contract:
    """Begin a contract; its prices bind nobody until it is put in force.

    Raises:
        NotFound: the supplier is unknown.
        RuleBroken: it would end before it starts.
    """
    if session.get(Supplier, request.supplier_id) is None:
        raise NotFound("supplier")
    if request.ends_on < request.starts_on:
        raise RuleBroken("ends_on")
    contract = Contract(
        reference=issue_number(session, "CT", now=now),
        name=request.name,
        supplier_id=request.supplier_id,
        kind=request.kind,
        starts_on=request.starts_on,
        ends_on=request.ends_on,
        created_at=now,
        user_id=actor.user_id,
    )
    session.add(contract)
    session.flush()
    _record(session, actor, contract, "created", now=now)
    return contract


def get_contract(session: Session, reference: str) -> Contract:
    """Return a contract.

    Raises:
        NotFound: there is none.
    """
    contract = session.scalars(select(Contract).where(Contract.reference == reference)).first()
    if contract is None:
        raise NotFound("contract")
    return contract


def set_agreed(session: Session, reference: str, agreed: Agreed) -> Contract:
    """Write the price and volume of an item in a draft; a price of none takes the line away.

    Raises:
        NotFound: the contract or the item is unknown.
        ContractStateChanged: it is no draft any more.
        RuleBroken: volume-based procurement without a volume.
    """
    contract = get_contract(session, reference)
    _step(session, contract, ContractState.DRAFT)
    if not agreed.price_fen:
        session.execute(
            delete(ContractLine).where(
                ContractLine.contract_id == contract.id, ContractLine.item_id == agreed.item_id
            )
        )
        return contract
    if contract.kind is ContractKind.VOLUME_BASED and not agreed.packs:
        raise RuleBroken("packs")
    if session.get(Item, agreed.item_id) is None:
        raise NotFound("item")
    written = insert(ContractLine).values(
        contract_id=contract.id,
        supplier_id=contract.supplier_id,
        item_id=agreed.item_id,
        price_fen=agreed.price_fen,
        agreed_packs=agreed.packs,
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        in_force=False,
    )
    session.execute(
        written.on_conflict_do_update(
            index_elements=[ContractLine.contract_id, ContractLine.item_id],
            set_={"price_fen": agreed.price_fen, "agreed_packs": agreed.packs},
        )
    )
    return contract


def activate_contract(session: Session, actor: Actor, reference: str, *, now: datetime) -> Contract:
    """Put a contract in force: from now on its prices are the most that may be paid.

    Raises:
        NotFound: the contract is unknown.
        ContractStateChanged: it is no draft any more.
        OrderEmpty: it has no line.
        ContractOverlaps: the supplier has another price in force for one of its items.
    """
    contract = get_contract(session, reference)
    _step(session, contract, ContractState.DRAFT, ContractState.ACTIVE)
    if not session.scalar(select(exists().where(ContractLine.contract_id == contract.id))):
        raise OrderEmpty(reference, reference=reference)
    overlap = ContractOverlaps(reference, reference=reference)
    with refusing(session, "ex_supply_contract_line_one_price", overlap):
        session.execute(
            update(ContractLine)
            .where(ContractLine.contract_id == contract.id)
            .values(in_force=True)
        )
    _record(session, actor, contract, "activated", now=now)
    return contract


def end_contract(session: Session, actor: Actor, reference: str, *, now: datetime) -> Contract:
    """End a contract before its time; today is the last day on which it binds.

    Raises:
        NotFound: the contract is unknown.
        ContractStateChanged: it is not in force, or over by itself.
    """
    contract, today = get_contract(session, reference), local_day(now)
    if not contract.starts_on <= today < contract.ends_on:
        raise ContractStateChanged(reference, reference=reference)
    _step(session, contract, ContractState.ACTIVE, ContractState.ENDED, ends_on=today)
    session.execute(
        update(ContractLine).where(ContractLine.contract_id == contract.id).values(ends_on=today)
    )
    _record(session, actor, contract, "ended", now=now)
    return contract


def _step(
    session: Session,
    contract: Contract,
    expected: ContractState,
    state: ContractState | None = None,
    **values: object,
) -> None:
    moved = session.scalars(
        update(Contract)
        .where(Contract.id == contract.id, Contract.state == expected)
        .values(state=state or expected, **values)
        .returning(Contract.id)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        raise ContractStateChanged(contract.reference, reference=contract.reference)
    session.refresh(contract)


def _record(
    session: Session, actor: Actor, contract: Contract, action: str, *, now: datetime
) -> None:
    after = {"state": contract.state.value, "ends_on": contract.ends_on.isoformat()}
    change = Change(subject=(SUBJECT, contract.id), action=action, after=after)
    history.record(session, actor, change, now=now)
