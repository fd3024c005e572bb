"""Tables of supply contracts and the prices and volumes agreed in them."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, Code, key
from app.kernel.ids import ContractId, ContractLineId, ItemId, SupplierId, UserId
from app.purchasing.rules import ContractKind


class ContractState(StrEnum):
    """Life of a contract: being written, in force, ended before its time."""

    DRAFT = "draft"
    ACTIVE = "active"
    ENDED = "ended"


class Contract(Base):
    """A supply contract for a period, both days included (购销合同 / 带量采购协议)."""

    __tablename__ = "supply_contract"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
        Index("ix_supply_contract_list", "ends_on", "id"),
    )

    id: Mapped[ContractId] = key()
    reference: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[str]
    supplier_id: Mapped[SupplierId] = mapped_column(ForeignKey("supplier.id"), index=True)
    kind: Mapped[ContractKind]
    state: Mapped[ContractState] = mapped_column(default=ContractState.DRAFT)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    created_at: Mapped[datetime]
    user_id: Mapped[UserId] = mapped_column(ForeignKey("user_account.id"))
    is_demo: Mapped[bool] = mapped_column(default=False)


class ContractLine(Base):
    """The price of a sales pack and the packs agreed for the period; 0 packs agree no volume.

    Supplier, period and ``in_force`` repeat the contract's, so that the database can refuse
    a second price of one supplier for one item on one day.
    """

    __tablename__ = "supply_contract_line"
    __table_args__ = (
        UniqueConstraint("contract_id", "item_id"),
        CheckConstraint("price_fen > 0 AND agreed_packs >= 0", name="bounds"),
        CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
        ExcludeConstraint(
            (text("int8range(supplier_id, supplier_id, '[]')"), "&&"),
            (text("int8range(item_id, item_id, '[]')"), "&&"),
            (text("daterange(starts_on, ends_on, '[]')"), "&&"),
            using="gist",
            where=text("in_force"),
            name="ex_supply_contract_line_one_price",
        ),
        Index("ix_supply_contract_line_item", "item_id", "supplier_id"),
    )

    id: Mapped[ContractLineId] = key()
    contract_id: Mapped[ContractId] = mapped_column(ForeignKey("supply_contract.id"))
    supplier_id: Mapped[SupplierId] = mapped_column(ForeignKey("supplier.id"))
    item_id: Mapped[ItemId] = mapped_column(ForeignKey("item.id"))
    price_fen: Mapped[int] = mapped_column(BigInteger)
    agreed_packs: Mapped[int] = mapped_column(BigInteger)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    in_force: Mapped[bool] = mapped_column(default=False)
