"""Suppliers' licences, and the contracts under which the county buys: all made up."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, time, timedelta

from sqlalchemy import text

from app.demo.history.records import SUPPLIER
from app.demo.items.packs import stable
from app.demo.items.rows import ItemRow
from app.demo.load.bulk import Bulk
from app.demo.load.ledger import Keys
from app.demo.plan import CountyPlan
from app.demo.suppliers import supplier_of, suppliers
from app.kernel.local_time import at_local
from app.purchasing.models import Contract, ContractLine, SupplierLicence
from app.purchasing.rules import ContractKind, LicenceKind

WRITTEN = time(10)
VOLUME_PERCENT = 80
"""Volume-based procurement promises four fifths of last year's use."""
EXPIRED, EXPIRING = "SUP-HZ3", "SUP-HZ2"
"""One supplier whose licence has lapsed and one whose licence soon will, to be seen in lists."""

TIE = text("""
    UPDATE purchase_order_line line SET contract_line_id = agreed.id
    FROM purchase_order o, supply_contract_line agreed
    WHERE o.id = line.order_id AND agreed.supplier_id = o.supplier_id
      AND agreed.item_id = line.item_id AND agreed.in_force
      AND o.expected_on BETWEEN agreed.starts_on AND agreed.ends_on
""")


def bought_at(row: ItemRow) -> int:
    """Return what a sales pack costs the alliance, a little below the listed price."""
    return max(1, row.pack.price_fen * (92 + stable(row.code, "bought", 8)) // 100)


def load_licences(bulk: Bulk, today: date, ids: dict[str, int]) -> None:
    """Store each supplier's licences; one has lapsed, one will within weeks."""
    keys = bulk.keys(SupplierLicence)
    rows = [
        (next(keys), ids[row["code"]], kind.value, f"DEMO-{row['code']}-{number}", day, True)
        for row in suppliers()
        for number, (kind, day) in enumerate(_licences(row, today), 1)
    ]
    bulk.copy(SupplierLicence, "id supplier_id kind number expires_on is_demo", rows)


def _licences(row: dict[str, str], today: date) -> Iterator[tuple[LicenceKind, date]]:
    yield LicenceKind.BUSINESS, today + timedelta(days=2000 + stable(row["code"], "business", 900))
    days = {EXPIRED: -5, EXPIRING: 20}.get(row["code"], 400 + stable(row["code"], "trade", 700))
    device = row["kinds"] == "consumable"
    trade = LicenceKind.DEVICE_WHOLESALE if device else LicenceKind.DRUG_WHOLESALE
    yield trade, today + timedelta(days=days)
    if row["kinds"] in {"medicine", "cold"}:
        yield LicenceKind.CONTROLLED_DRUGS, today + timedelta(days=500)


def load_contracts(bulk: Bulk, plan: CountyPlan, keys: Keys, ids: dict[str, int]) -> None:
    """Store a volume-based and a framework contract for each supplier, and tie orders to them."""
    by_contract: defaultdict[tuple[str, ContractKind], list[ItemRow]] = defaultdict(list)
    for code in plan.stocked:
        row = plan.rows[code]
        volume = row.kind == "medicine" and stable(code, "contract", 3) > 0
        kind = ContractKind.VOLUME_BASED if volume else ContractKind.FRAMEWORK
        by_contract[supplier_of(row)["code"], kind].append(row)
    starts = (plan.today.replace(day=1) - timedelta(days=80)).replace(day=1)
    term = (starts, starts.replace(year=starts.year + 1) - timedelta(days=1))
    for number, ((supplier, kind), rows) in enumerate(sorted(by_contract.items()), 1):
        head = (number, supplier, kind)
        _write(bulk, plan, keys, (head, ids[supplier], term, rows))
    bulk.session.execute(TIE)


def _write(
    bulk: Bulk,
    plan: CountyPlan,
    keys: Keys,
    what: tuple[tuple[int, str, ContractKind], int, tuple[date, date], list[ItemRow]],
) -> None:
    (number, code, kind), supplier, (starts, ends), rows = what
    contract, lines = next(bulk.keys(Contract)), bulk.keys(ContractLine)
    words = "带量采购协议" if kind is ContractKind.VOLUME_BASED else "购销合同"
    bulk.copy(
        Contract,
        "id reference name supplier_id kind state starts_on ends_on created_at user_id is_demo",
        [
            (
                contract,
                f"CT-{starts:%Y%m%d}-{number:04d}",
                f"{starts:%Y} 年度{words}（{code.removeprefix('SUP-')}，演示）",
                supplier,
                kind.value,
                "active",
                starts,
                ends,
                at_local(starts, WRITTEN),
                keys.users["buyer"],
                True,
            )
        ],
    )
    bulk.copy(
        ContractLine,
        "id contract_id supplier_id item_id price_fen agreed_packs starts_on ends_on in_force",
        [
            (
                next(lines),
                contract,
                supplier,
                keys.items[row.code],
                bought_at(row),
                _agreed(plan, row) if kind is ContractKind.VOLUME_BASED else 0,
                starts,
                ends,
                True,
            )
            for row in rows
        ],
    )


def _agreed(plan: CountyPlan, row: ItemRow) -> int:
    year = plan.years[row.code]
    came = sum(move.quantity for move in year.movements if move.source[1] == SUPPLIER)
    return max(10, came * VOLUME_PERCENT // 100 // row.pack.units)
