"""What guards scarce things, taken away: all who looked first then act, every time.

Each guard of docs/concurrency.md that is a unique index or a compare-and-set is raced here
twice, with it and without, on a database in which one of everything exists.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import URL, Engine, select, text
from sqlalchemy.orm import Session, sessionmaker

from app.counting.models import CountSheet
from app.delivery.rules.states import ScanKind
from app.delivery.service import scanning
from app.kernel import idempotency
from app.kernel.db import Base, open_engine
from app.kernel.errors import DomainError
from app.kernel.idempotency import Claim
from app.traceability.models import UnitLevel
from tests import databases
from tests.factories.cast import Cast, the_cast
from tests.factories.counting import enter, lines_of, typed
from tests.factories.fleet import an_event
from tests.factories.stock import NOW
from tests.factories.world import a_world
from tests.racing import look_then_act

RIVALS = 4
NEW_NAME = "gen_random_uuid()::text"
Sessions = sessionmaker[Session]


@pytest.fixture(scope="module")
def world_engine(server: URL) -> Iterator[Engine]:
    with databases.clone(server) as url:
        engine = open_engine(url)
        with Session(engine, expire_on_commit=False) as session:
            cast = the_cast(session)
            a_world(session, cast)
            _sent_by_phones(session, cast)
        yield engine
        engine.dispose()


def _sent_by_phones(session: Session, cast: Cast) -> None:
    """Leave a driver's event, refused but kept, an entry of a count, and a client key."""
    event = an_event("DR-0", ScanKind.LOAD, "TT-0")
    scanning.record_scans(session, cast.actor("driver"), [event], now=NOW)
    sheet = session.scalars(select(CountSheet)).all()[0]
    line = lines_of(session, sheet)[0]
    enter(session, cast.actor("clinic"), typed(sheet, line, 1, NOW), now=NOW)
    key = Claim(user_id=cast.actor("clinic").user_id, client_key="used", digest="")
    idempotency.claim(session, key, now=NOW)
    session.commit()


@pytest.fixture
def world(world_engine: Engine) -> Sessions:
    return sessionmaker(world_engine)


class StateChanged(DomainError):
    code = "told"


@dataclass(frozen=True, kw_only=True)
class Once:
    """A thing there may be once: the index that says so, and how to make a row like another.

    ``new`` holds what the new row has in common with its rivals and with no row before.
    """

    guard: str
    table: str
    like: str = "true"
    new: dict[str, str]
    other: dict[str, str] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    """Further guards that would catch the same row."""

    @property
    def there(self) -> str:
        """Ask for rows that would be the same thing."""
        same = " AND ".join(f"{column} = {value}" for column, value in self.new.items())
        return f"SELECT count(*) FROM {self.table} WHERE {same}"

    @property
    def twin(self) -> str:
        """Store a copy of a row with something changed."""
        changed = {**self.new, **self.other}
        columns = [
            column.name
            for column in Base.metadata.tables[self.table].columns
            if not (column.identity or column.computed)
        ]
        values = ", ".join(changed.get(name, name) for name in columns)
        return (
            f"INSERT INTO {self.table} ({', '.join(columns)})"
            f" SELECT {values} FROM {self.table} WHERE {self.like} LIMIT 1"
        )


ONCE = [
    Once(guard="pk_client_request", table="client_request", new={"client_key": "'one key'"}),
    Once(
        guard="uq_stock_posting_idempotency_key",
        table="stock_posting",
        like="reverses_id IS NULL",
        new={"idempotency_key": "'one key'"},
    ),
    Once(
        guard="uq_aggregation_open_child",
        table="aggregation",
        like="until_event_id IS NULL",
        new={"child_id": f"(SELECT min(id) FROM unit WHERE level = {UnitLevel.TOTE.number})"},
        beside=("pk_aggregation",),
    ),
    Once(guard="pk_occupancy", table="occupancy", new={"tick": "1"}),
    Once(
        guard="uq_booking_in_progress",
        table="booking",
        like="state = 'completed'",
        new={"state": "'in_progress'"},
        other={"reference": NEW_NAME},
    ),
    Once(
        guard="uq_tote_redirect_open",
        table="tote_redirect",
        new={"tote_id": "(SELECT min(id) FROM tote)"},
        other={
            "reference": NEW_NAME,
            "approved": "NULL",
            "decided_by_id": "NULL",
            "decided_at": "NULL",
        },
    ),
    Once(
        guard="uq_delivery_plan_solving",
        table="delivery_plan",
        new={"day": "date '2031-01-01'"},
        other={
            "state": "'solving'",
            "job_id": "NULL",
            "version": "(random() * 2000000000)::int",
        },
    ),
    Once(
        guard="uq_delivery_plan_facility_id_day_version",
        table="delivery_plan",
        new={"day": "date '2031-02-01'"},
        other={"state": "'draft'", "job_id": "NULL"},
    ),
    Once(
        guard="uq_delivery_run_vehicle",
        table="delivery_run",
        new={"day": "date '2031-01-01'"},
        other={"reference": NEW_NAME, "state": "'planned'"},
        beside=("uq_delivery_run_driver",),
    ),
    Once(
        guard="uq_stop_tote_live",
        table="stop_tote",
        new={"tote_id": "(SELECT min(id) FROM tote WHERE state = 'received')"},
        other={"state": "'planned'"},
    ),
    Once(
        guard="uq_receipt_scan_counted",
        table="receipt_scan",
        new={"unit_id": "(SELECT max(id) FROM unit)"},
        other={"client_key": "NULL"},
    ),
    Once(
        guard="uq_receipt_open_order",
        table="receipt",
        like="state IN ('draft', 'counted')",
        new={"order_id": "(SELECT min(order_id) FROM supplier_invoice)"},
        other={"reference": NEW_NAME},
    ),
    Once(
        guard="uq_delivery_scan_client_event_id",
        table="delivery_scan",
        new={"client_event_id": "'one event'"},
        other={"device": NEW_NAME},
    ),
    Once(
        guard="uq_count_entry_client_event_id",
        table="count_entry",
        new={"client_event_id": "'one event'"},
        other={"device": NEW_NAME},
    ),
    Once(
        guard="uq_charge_reverses_id",
        table="charge",
        like="reverses_id IS NULL",
        new={"reverses_id": "(SELECT min(id) FROM charge)"},
        other={"amount_fen": "-amount_fen", "reason": "'x'"},
    ),
    Once(guard="uq_notice_unread", table="notice", new={"kind": "'over_stock'"}),
    Once(
        guard="uq_purchase_plan_draft",
        table="purchase_plan",
        new={"facility_id": "(SELECT max(id) FROM facility)"},
        other={"reference": NEW_NAME, "state": "'draft'"},
    ),
    Once(
        guard="uq_supplier_invoice_number",
        table="supplier_invoice",
        new={"number": "'one number'"},
        other={"reference": NEW_NAME},
    ),
    Once(
        guard="uq_supplier_settlement_reverses_id",
        table="supplier_settlement",
        like="reverses_id IS NULL",
        new={"reverses_id": "(SELECT min(id) FROM supplier_settlement)"},
        other={"reference": NEW_NAME, "total_fen": "-total_fen", "reason": "'x'"},
    ),
    Once(
        guard="ex_supply_contract_line_one_price",
        table="supply_contract_line",
        new={"item_id": "(SELECT min(id) FROM item)"},
        other={
            "in_force": "true",
            "contract_id": "(SELECT min(id) FROM supply_contract)",
        },
        beside=("uq_supply_contract_line_contract_id_item_id",),
    ),
]


@pytest.mark.parametrize("once", ONCE, ids=lambda once: once.guard)
def test_only_the_guard_stops_those_who_looked_first(world: Sessions, once: Once) -> None:
    def race() -> Counter[str]:
        with world() as session:
            before = session.scalar(text(once.there))

        def look(session: Session) -> bool:
            return bool(session.scalar(text(once.there)) == before)

        def act(session: Session, _nothing_new: bool) -> None:  # noqa: FBT001 - what it saw
            session.execute(text(once.twin))

        return look_then_act(world, look, act, count=RIVALS)

    take_away(world, once.table, *once.beside)
    guarded = race()
    take_away(world, once.table, once.guard)
    naive = race()

    assert guarded == {"acted": 1, once.guard: RIVALS - 1}
    assert naive == {"acted": RIVALS}


def take_away(world: Sessions, table: str, *guards: str) -> None:
    """Drop these guards from this database."""
    with world.begin() as session:
        constraints = set(session.scalars(text("SELECT conname FROM pg_constraint")))
        for guard in guards:
            is_constraint = guard in constraints
            drop = f"ALTER TABLE {table} DROP CONSTRAINT" if is_constraint else "DROP INDEX"
            session.execute(text(f"{drop} {guard}"))


@dataclass(frozen=True)
class Step:
    """A document's step from one state to another, and what a row in that state must carry."""

    table: str
    before: str
    after: str
    carrying: str = ""


STEPS = [
    Step("requisition", "submitted", "approved"),
    Step("purchase_order", "draft", "cancelled", ", reason = 'x'"),
    Step("receipt", "draft", "counted"),
    Step("tote", "sealed", "checked"),
    Step("supplier_invoice", "settled", "matched"),
    Step("count_sheet", "counting", "review"),
    Step("transfer", "requested", "approved"),
    Step("delivery_run", "planned", "loading"),
    Step("stop_tote", "planned", "loaded"),
    Step("booking", "booked", "arrived"),
    Step("job", "queued", "running"),
]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.table)
def test_a_state_read_first_lets_all_four_take_the_step(world: Sessions, step: Step) -> None:
    """Compare-and-set lets one; to look, and to set what was meant, lets everybody."""
    with world() as session:
        found = f"SELECT min(id) FROM {step.table} WHERE state = '{step.before}'"
        row = session.scalar(text(found))

    def look(session: Session) -> bool:
        state = session.scalar(text(f"SELECT state FROM {step.table} WHERE id = {row}"))
        return bool(state == step.before)

    def naive(session: Session, _as_hoped: bool, condition: str = "") -> bool:  # noqa: FBT001 - what it saw
        moved = session.execute(
            text(
                f"UPDATE {step.table} SET state = '{step.after}'{step.carrying}"
                f" WHERE id = {row}{condition} RETURNING id"
            )
        )
        return moved.first() is not None

    def guarded(session: Session, _as_hoped: bool) -> None:  # noqa: FBT001 - what it saw
        if not naive(session, True, f" AND state = '{step.before}'"):
            raise StateChanged

    assert look_then_act(world, look, guarded, count=RIVALS) == {"acted": 1, "told": RIVALS - 1}
    with world.begin() as session:
        session.execute(text(f"UPDATE {step.table} SET state = '{step.before}' WHERE id = {row}"))
    assert look_then_act(world, look, naive, count=RIVALS) == {"acted": RIVALS}
