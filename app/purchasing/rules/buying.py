"""Decisions of buying: who is qualified to supply, and what may be paid."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.purchasing.errors import PriceAboveContract, SupplierNotQualified


class LicenceKind(StrEnum):
    """What a supplier must be licensed for (资质)."""

    BUSINESS = "business"
    DRUG_WHOLESALE = "drug_wholesale"
    DEVICE_WHOLESALE = "device_wholesale"
    CONTROLLED_DRUGS = "controlled_drugs"


class ContractKind(StrEnum):
    """How a price was agreed: with a volume promised to the seller, or listed for a period."""

    VOLUME_BASED = "volume_based"
    FRAMEWORK = "framework"


SPECIALLY_LICENSED = frozenset({"narcotic", "psychotropic_1"})
"""Classes only designated wholesalers may sell (麻精药品定点批发, 条例 第二十三条)."""


@dataclass(frozen=True, slots=True)
class Goods:
    """What decides which licences a seller needs: an item's kind and special class."""

    kind: str
    special_class: str


def needed_licences(goods: Iterable[Goods]) -> set[LicenceKind]:
    """Return the licences the seller of these goods must hold."""
    needed = {LicenceKind.BUSINESS}
    for each in goods:
        needed.add(
            LicenceKind.DEVICE_WHOLESALE
            if each.kind == "consumable"
            else LicenceKind.DRUG_WHOLESALE
        )
        if each.special_class in SPECIALLY_LICENSED:
            needed.add(LicenceKind.CONTROLLED_DRUGS)
    return needed


def ensure_qualified(
    supplier: str, held: Mapping[LicenceKind, date], needed: Iterable[LicenceKind], *, on: date
) -> None:
    """Refuse a supplier without a valid licence; the last day of a licence still counts.

    Raises:
        SupplierNotQualified: ``data`` names the licence, and its last day if it had one.
    """
    for kind in sorted(needed):
        last_day = held.get(kind)
        if last_day is None or last_day < on:
            raise SupplierNotQualified(
                supplier,
                supplier=supplier,
                licence=kind.value,
                expires_on=last_day.isoformat() if last_day else "-",
            )


def ensure_price(item: str, price_fen: int, contracted_fen: int | None) -> None:
    """Refuse to pay more than the contract in force says; less is welcome.

    Raises:
        PriceAboveContract: ``data`` has both prices in fen.
    """
    if contracted_fen is not None and price_fen > contracted_fen:
        raise PriceAboveContract(item, item=item, price=price_fen, contracted=contracted_fen)


def executed_percent(executed_packs: int, agreed_packs: int) -> int | None:
    """Return how much of an agreed volume was bought, in percent; None where none is agreed."""
    return 100 * executed_packs // agreed_packs if agreed_packs else None
