"""Contracts and how much of what they agree was bought."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Subquery, cast, func, select
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.kernel.ids import ContractId, ItemId
from app.purchasing.models import (
    Contract,
    ContractLine,
    ContractState,
    OrderState,
    PurchaseOrder,
    PurchaseOrderLine,
    Supplier,
)
from app.purchasing.rules import ContractKind, executed_percent

COMMITTED = tuple(
    state for state in OrderState if state not in {OrderState.DRAFT, OrderState.CANCELLED}
)


@dataclass(frozen=True, slots=True)
class ContractRow:
    """A contract in a list, with its volume agreed and executed in fen."""

    contract_id: ContractId
    reference: str
    name: str
    supplier: str
    supplier_code: str
    kind: ContractKind
    state: ContractState
    starts_on: date
    ends_on: date
    is_demo: bool
    lines: int
    agreed_fen: int
    executed_fen: int

    @property
    def percent(self) -> int | None:
        """How much of the agreed value was bought; None where no volume is agreed."""
        return executed_percent(self.executed_fen, self.agreed_fen)


@dataclass(frozen=True, slots=True)
class AgreedRow:
    """An item of a contract; packs on order are not executed until they are accepted."""

    item_id: ItemId
    item_code: str
    item_name: str
    strength: str
    maker: str
    pack_unit: str
    price_fen: int
    listed_fen: int
    agreed_packs: int
    on_order_packs: int
    executed_packs: int

    @property
    def percent(self) -> int | None:
        """How much of the agreed volume was bought; None where none is agreed."""
        return executed_percent(self.executed_packs, self.agreed_packs)


def whole(amount: Any) -> Any:
    """Return a sum, which PostgreSQL widens to numeric, as a whole number again; 0 for none."""
    return cast(func.floor(func.coalesce(amount, 0)), BigInteger)


def _bought() -> Subquery:
    """Return the packs accepted and still to come under each contract line."""
    line = PurchaseOrderLine
    open_order = PurchaseOrder.state.in_(
        [state for state in COMMITTED if state not in {OrderState.RECEIVED, OrderState.CLOSED}]
    )
    return (
        select(
            line.contract_line_id,
            (func.sum(line.received / line.units_per_pack)).label("executed"),
            func.coalesce(
                func.sum((line.quantity - line.received) / line.units_per_pack).filter(open_order),
                0,
            ).label("on_order"),
        )
        .join(PurchaseOrder, PurchaseOrder.id == line.order_id)
        .where(line.contract_line_id.is_not(None), PurchaseOrder.state.in_(COMMITTED))
        .group_by(line.contract_line_id)
        .subquery()
    )


def list_contracts(
    session: Session, kind: ContractKind | None, before: int | None, limit: int
) -> list[ContractRow]:
    """Return contracts, newest first, at most ``limit`` + 1."""
    return _contracts(session, kind=kind, before=before, limit=limit + 1)


def get_contract_row(session: Session, reference: str) -> ContractRow:
    """Return one contract with its figures; it must exist."""
    (row,) = _contracts(session, reference=reference)
    return row


def _values() -> Subquery:
    """Return how many lines each contract has, what they agree and what was bought, in fen."""
    bought = _bought()
    return (
        select(
            ContractLine.contract_id,
            func.count().label("lines"),
            func.sum(ContractLine.price_fen * ContractLine.agreed_packs).label("agreed"),
            func.sum(ContractLine.price_fen * func.coalesce(bought.c.executed, 0)).label(
                "executed"
            ),
        )
        .outerjoin(bought, bought.c.contract_line_id == ContractLine.id)
        .group_by(ContractLine.contract_id)
        .subquery()
    )


def _contracts(
    session: Session,
    *,
    reference: str | None = None,
    kind: ContractKind | None = None,
    before: int | None = None,
    limit: int = 1,
) -> list[ContractRow]:
    lines = _values()
    statement = (
        select(
            Contract.id,
            Contract.reference,
            Contract.name,
            Supplier.name,
            Supplier.code,
            Contract.kind,
            Contract.state,
            Contract.starts_on,
            Contract.ends_on,
            Contract.is_demo,
            func.coalesce(lines.c.lines, 0),
            whole(lines.c.agreed),
            whole(lines.c.executed),
        )
        .join(Supplier, Supplier.id == Contract.supplier_id)
        .outerjoin(lines, lines.c.contract_id == Contract.id)
        .order_by(Contract.id.desc())
        .limit(limit)
    )
    if reference is not None:
        statement = statement.where(Contract.reference == reference)
    if kind is not None:
        statement = statement.where(Contract.kind == kind)
    if before is not None:
        statement = statement.where(Contract.id < before)
    rows: Iterable[Any] = session.execute(statement)
    return [ContractRow(*row) for row in rows]


def list_agreed(session: Session, contract_id: ContractId) -> list[AgreedRow]:
    """Return the lines of a contract by item code."""
    bought = _bought()
    rows: Iterable[Any] = session.execute(
        select(
            Item.id,
            Item.code,
            Item.name,
            Item.strength,
            Item.maker,
            Item.pack_unit,
            ContractLine.price_fen,
            Item.price_fen,
            ContractLine.agreed_packs,
            whole(bought.c.on_order),
            whole(bought.c.executed),
        )
        .join(Item, Item.id == ContractLine.item_id)
        .outerjoin(bought, bought.c.contract_line_id == ContractLine.id)
        .where(ContractLine.contract_id == contract_id)
        .order_by(Item.code)
    )
    return [AgreedRow(*row) for row in rows]
