"""Goods that left and were not confirmed: two clinics wait for an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.demo.county import DEPOT, YANCHANG, YUDU
from app.demo.history.deliveries import Delivery
from app.demo.history.records import RECEIVING, STOCK, ItemYear, Portion
from app.demo.items.rows import ItemRow

_NOTES = {
    YUDU: "清点时少一盒，箱外封签完好（演示）",
    YANCHANG: "收货清点少一盒，已电话告知司机（演示）",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One pack of a lot that a delivery was to bring and the clinic did not find."""

    requisition: str
    lot: str
    quantity: int
    note: str


def lose_a_pack(
    deliveries: Sequence[Delivery], years: Mapping[str, ItemYear], rows: Mapping[str, ItemRow]
) -> list[Missing]:
    """Take a pack out of the last delivery of two clinics, in the movements too.

    Only of goods without codes, and of a lot the clinic still has enough of, so that what
    it used since remains possible.
    """
    found = []
    for facility, note in _NOTES.items():
        for delivery in [one for one in deliveries if one.facility == facility][-1:]:
            found += _lose(delivery, years, rows, note)
    return found


def _lose(
    delivery: Delivery, years: Mapping[str, ItemYear], rows: Mapping[str, ItemRow], note: str
) -> list[Missing]:
    for line in delivery.lines:
        row, year = rows[line.item], years[line.item]
        if row.is_coded or row.special_class != "none":
            continue
        for portion in line.portions:
            pack = row.pack.units
            if portion.quantity > pack and _left(year, delivery.facility, portion.lot) >= pack:
                _move(year, delivery, portion, pack)
                lost = Missing(
                    requisition=delivery.requisition, lot=portion.lot, quantity=pack, note=note
                )
                return [lost]
    return []


def _left(year: ItemYear, facility: str, lot: str) -> int:
    return sum(one.quantity for one in year.left.get(facility, ()) if one.lot == lot)


def _move(year: ItemYear, delivery: Delivery, portion: Portion, pack: int) -> None:
    """Leave the pack in the clinic's receiving place instead of on its shelf."""
    facility = delivery.facility
    for index, move in enumerate(year.movements):
        if (move.at, move.lot, move.target) == (delivery.arrived, portion.lot, (facility, STOCK)):
            kept = move._replace(quantity=move.quantity - pack)
            waiting = move._replace(
                kind="hand_over",
                source=(DEPOT, STOCK),
                target=(facility, RECEIVING),
                quantity=pack,
            )
            year.movements[index : index + 1] = [kept, waiting]
            break
    year.left[facility] = [
        Portion(lot=one.lot, quantity=one.quantity - pack * (one.lot == portion.lot))
        for one in year.left[facility]
    ]
