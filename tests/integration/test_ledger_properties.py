"""Random valid and invalid operations on the ledger; after each, all invariants hold."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory import service as inventory
from app.inventory.models import Condition, PlaceKind, PostingKind
from app.inventory.service import Demand, Movement, PostingRequest, Spot, Terms
from app.kernel.errors import DomainError
from app.kernel.ids import PostingId
from app.traceability import service as traceability
from app.traceability.models import BizStep, Disposition, Lot, LotHold, Unit
from tests.factories.cast import Cast
from tests.factories.packs import happening, received
from tests.factories.stock import NOW, a_lot, an_item, spot

TODAY = date(2026, 11, 23)
QUANTITIES = st.sampled_from([-1, 0, 1, 2, 5, 8, 13, 21, 34, 200])
KEYS = st.integers(0, 60)
LOTS = st.integers(0, 3)
SHELF, STAGING, VAN, CLINIC, PATIENT, DAMAGED, SUPPLIER = range(7)
HOURS = st.sampled_from([0, 0, 1, 5, 100, 200])


class Ledger(RuleBasedStateMachine):
    """Three lots of an item, and a coded carton, between a centre and a clinic."""

    session: Session
    cast: Cast

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = self.session.begin_nested()
        self.lots: list[Lot] = []
        self.spots: list[Spot] = []
        self.held: set[int] = set()
        self.model: Counter[tuple[int, int]] = Counter()
        self.done: dict[str, tuple[object, ...]] = {}
        self.promised: dict[int, tuple[int, int, int]] = {}
        self.gone: dict[int, int] = {}
        self.moved: list[tuple[datetime, int, int, int]] = []
        self.postings: list[tuple[PostingId, list[tuple[int, int, int, int]]]] = []
        self.reversed: set[int] = set()
        self.lines = 0

    def teardown(self) -> None:
        self.savepoint.rollback()
        self.session.expunge_all()

    @initialize()
    def open(self) -> None:
        keeper = self.cast.actor("storekeeper")
        item = an_item(self.session)
        expiries = (
            TODAY + timedelta(days=10),
            TODAY + timedelta(days=400),
            TODAY - timedelta(days=1),
        )
        self.lots = [
            a_lot(self.session, item, f"L{number}", expires=expires)
            for number, expires in enumerate(expiries)
        ]
        self.item = item
        centre, clinic = self.cast.central.id, self.cast.yudu.id
        van = inventory.vehicle_place(self.session, centre, "V1")
        self.spots = [
            spot(self.session, centre),
            spot(self.session, centre, PlaceKind.STAGING),
            Spot(van.id, centre),
            spot(self.session, clinic),
            spot(self.session, clinic, PlaceKind.PATIENT),
            replace(spot(self.session, centre), condition=Condition.DAMAGED),
        ]
        self.supplier = spot(self.session, centre, PlaceKind.SUPPLIER)
        coded: Item = an_item(self.session, "头孢克肟", coded=True)
        self.coded_lot = a_lot(self.session, coded, "C1")
        self.lots.append(self.coded_lot)
        self.packs: list[Unit] = received(self.session, keeper, self.coded_lot, coded)
        self.left = {pack.code: 24 for pack in self.packs}
        for lot in range(3):
            for place in (SHELF, STAGING, VAN, CLINIC):
                self.post(PostingKind.OPENING, f"open-{lot}-{place}", (lot, 60, SUPPLIER, place))

    def attempt(self, call: Callable[[], None]) -> bool:
        """Run one operation as the edge does: a refusal undoes all of it."""
        try:
            with self.session.begin_nested():
                call()
        except DomainError:
            return False
        return True

    def post(
        self,
        kind: PostingKind,
        key: str,
        moved: tuple[int, int, int, int],
        *,
        promise: int | None = None,
        ago: int = 0,
    ) -> bool:
        lot, quantity, source, target = moved
        at = NOW - timedelta(hours=ago)
        ends = [*self.spots, self.supplier]
        request = PostingRequest(
            kind=kind,
            key=key,
            facility_id=self.cast.central.id,
            document="DOC",
            occurred_at=at,
            movements=[
                Movement(
                    lot_id=self.lots[lot].id,
                    quantity=quantity,
                    source=ends[source],
                    target=ends[target],
                    reservation_id=promise,
                )
            ],
        )
        answer: list[PostingId] = []

        def call() -> None:
            actor = self.cast.actor("storekeeper")
            answer.append(inventory.post(self.session, actor, request, now=NOW).id)

        told = (kind, *moved, promise)
        repeated = key in self.done
        accepted = self.attempt(call)
        if repeated:
            assert accepted == (self.done[key] == told)
            return False
        if accepted:
            self.done[key] = told
            self.postings.append((answer[0], [moved]))
            self.book(at, moved)
        return accepted

    def book(self, at: datetime, moved: tuple[int, int, int, int]) -> None:
        lot, quantity, source, target = moved
        for place, change in ((source, -quantity), (target, quantity)):
            self.model[lot, place] += change
            self.moved.append((at, lot, place, change))

    def lowest(self, lot: int, place: int, since: datetime) -> int:
        """Return the least the place held of a lot at ``since`` or any later moment."""
        mine = sorted(
            (at, number)
            for number, (at, *where, _) in enumerate(self.moved)
            if where == [lot, place]
        )
        running = least = 0
        later = []
        for at, number in mine:
            running += self.moved[number][3]
            if at <= since:
                least = running
            else:
                later.append(running)
        return min([least, *later])

    def may_issue(self, lot: int, quantity: int, source: int) -> bool:
        promised = sum(left for at, left, _ in self.promised.values() if at == lot)
        free = self.model[lot, source] - (promised if source == SHELF else 0)
        return 0 < quantity <= free and lot not in self.held and lot != 2

    @rule(lot=st.integers(0, 2), quantity=QUANTITIES, key=KEYS)
    def receive(self, lot: int, quantity: int, key: int) -> None:
        fresh = f"in-{key}" not in self.done
        accepted = self.post(PostingKind.RECEIPT, f"in-{key}", (lot, quantity, SUPPLIER, SHELF))
        if fresh:
            assert accepted == (quantity > 0)

    @rule(
        lot=st.integers(0, 2),
        quantity=QUANTITIES,
        leg=st.sampled_from(
            [
                (PostingKind.PICK, SHELF, STAGING),
                (PostingKind.LOAD, STAGING, VAN),
                (PostingKind.CONSUME, CLINIC, PATIENT),
            ]
        ),
        key=KEYS,
    )
    def issue(self, lot: int, quantity: int, leg: tuple[PostingKind, int, int], key: int) -> None:
        kind, source, target = leg
        name = f"{kind.value}-{key}"
        fresh = name not in self.done
        expected = self.may_issue(lot, quantity, source)
        accepted = self.post(kind, name, (lot, quantity, source, target))
        if fresh:
            assert accepted == expected

    @rule(lot=st.integers(0, 2), quantity=QUANTITIES, key=KEYS)
    def hand_over(self, lot: int, quantity: int, key: int) -> None:
        fresh = f"over-{key}" not in self.done
        expected = 0 < quantity <= self.model[lot, VAN]
        accepted = self.post(PostingKind.HAND_OVER, f"over-{key}", (lot, quantity, VAN, CLINIC))
        if fresh:
            assert accepted == expected

    @rule(lot=st.integers(0, 2), quantity=QUANTITIES, ago=HOURS, key=KEYS)
    def use_in_the_past(self, lot: int, quantity: int, ago: int, key: int) -> None:
        name = f"late-{key}"
        at = NOW - timedelta(hours=ago)
        fresh = name not in self.done
        expected = (
            0 < quantity <= self.lowest(lot, CLINIC, at)
            and lot not in self.held
            and lot != 2
            and ago <= 7 * 24
        )
        moved = (lot, quantity, CLINIC, PATIENT)
        accepted = self.post(PostingKind.CONSUME, name, moved, ago=ago)
        if fresh:
            assert accepted == expected

    @rule(lot=st.integers(0, 2), quantity=QUANTITIES, ago=HOURS, key=KEYS)
    def receive_in_the_past(self, lot: int, quantity: int, ago: int, key: int) -> None:
        name = f"late-in-{key}"
        fresh = name not in self.done
        moved = (lot, quantity, SUPPLIER, CLINIC)
        accepted = self.post(PostingKind.RECEIPT, name, moved, ago=ago)
        if fresh:
            assert accepted == (quantity > 0 and ago <= 7 * 24)

    @rule(lot=st.integers(0, 2), quantity=QUANTITIES, back=st.booleans(), key=KEYS)
    def change_condition(self, lot: int, quantity: int, back: bool, key: int) -> None:  # noqa: FBT001 - drawn
        source, target = (DAMAGED, SHELF) if back else (SHELF, DAMAGED)
        name = f"condition-{key}"
        fresh = name not in self.done
        promised = sum(left for at, left, _ in self.promised.values() if at == lot)
        free = self.model[lot, source] - (promised if source == SHELF else 0)
        accepted = self.post(PostingKind.CONDITION_CHANGE, name, (lot, quantity, source, target))
        if fresh:
            assert accepted == (0 < quantity <= free)

    @rule(which=st.integers(0, 20), more=st.sampled_from([-1, 0, 0, 1]), dead=st.booleans())
    def pick_what_was_promised(self, which: int, more: int, dead: bool) -> None:  # noqa: FBT001 - drawn
        """Take goods out of a promise: as much as stands of it, and only while it stands."""
        promises = sorted(self.gone if dead else self.promised)
        if not promises:
            return
        promise = promises[which % len(promises)]
        lot, left, line = (self.gone[promise], 1, 0) if dead else self.promised[promise]
        quantity = left + more
        self.lines += 1
        moved = (lot, quantity, SHELF, STAGING)
        name = f"promised-{self.lines}"
        accepted = self.post(PostingKind.PICK, name, moved, promise=promise)
        assert accepted == (0 < quantity <= left and not dead and lot not in self.held)
        if accepted and quantity == left:
            self.gone[promise] = self.promised.pop(promise)[0]
        elif accepted:
            self.promised[promise] = (lot, left - quantity, line)

    @rule(quantity=st.integers(1, 12))
    def reserve(self, quantity: int) -> None:
        self.lines += 1
        terms = Terms(
            facility_id=self.cast.central.id, need_by=TODAY, expires_at=NOW + timedelta(days=1)
        )
        demand = Demand("line", self.lines, self.item.id, quantity)
        allocation = inventory.reserve(self.session, [demand], terms, now=NOW)[0]
        by_id = {lot.id: number for number, lot in enumerate(self.lots)}
        for pick in allocation.picks:
            assert by_id[pick.lot_id] not in self.held
            assert by_id[pick.lot_id] != 2
            self.promised[pick.reservation_id] = (by_id[pick.lot_id], pick.quantity, self.lines)
        assert sum(pick.quantity for pick in allocation.picks) + allocation.shortage == quantity

    @rule(line=st.integers(1, 10))
    def release(self, line: int) -> None:
        freed = inventory.release(self.session, "line", [line])
        mine = [key for key, (_, _, owner) in self.promised.items() if owner == line]
        self.gone |= {key: self.promised[key][0] for key in mine}
        assert freed == sum(self.promised.pop(key)[1] for key in mine)

    @rule(lot=LOTS)
    def hold(self, lot: int) -> None:
        def call() -> None:
            actor, why = self.cast.actor("quality"), (LotHold.QUALITY, "抽检")
            inventory.freeze_lot(self.session, actor, self.lots[lot].id, why, now=NOW)

        assert self.attempt(call) == (lot not in self.held)
        self.held.add(lot)
        self.gone |= {key: lot for key, promise in self.promised.items() if promise[0] == lot}
        self.promised = {
            key: promise for key, promise in self.promised.items() if promise[0] != lot
        }

    @rule(lot=LOTS)
    def free(self, lot: int) -> None:
        def call() -> None:
            actor = self.cast.actor("quality")
            inventory.unfreeze_lot(self.session, actor, self.lots[lot].id, "合格", now=NOW)

        assert self.attempt(call) == (lot in self.held)
        self.held.discard(lot)

    @rule(which=st.integers(0, 40))
    def reverse(self, which: int) -> None:
        if which >= len(self.postings):
            return
        posting_id, moves = self.postings[which]

        def call() -> None:
            actor, why = self.cast.actor("storekeeper"), (f"undo-{which}", "红冲")
            inventory.reverse(self.session, actor, posting_id, why, now=NOW)

        again = posting_id in self.reversed
        if self.attempt(call) and not again:
            self.reversed.add(posting_id)
            for lot, quantity, source, target in moves:
                self.book(NOW, (lot, quantity, target, source))

    @rule(pack=st.integers(0, 3), quantity=st.integers(1, 30))
    def dispense(self, pack: int, quantity: int) -> None:
        unit = self.packs[pack]
        keeper = self.cast.actor("storekeeper")
        shelf, patient = (
            self.spots[SHELF],
            spot(self.session, self.cast.central.id, PlaceKind.PATIENT),
        )

        def call() -> None:
            move = Movement(
                lot_id=self.coded_lot.id, quantity=quantity, source=shelf, target=patient
            )
            request = PostingRequest(
                kind=PostingKind.DISPENSE,
                key=f"give-{len(self.done)}-{unit.code}-{self.left[unit.code]}",
                facility_id=self.cast.central.id,
                document="DP",
                occurred_at=NOW,
                movements=[move],
            )
            inventory.post(self.session, keeper, request, now=NOW)
            told = happening(
                keeper, BizStep.DISPENSING, shelf.place_id, became=Disposition.DISPENSED
            )
            places = (shelf.place_id, patient.place_id)
            traceability.dispense(self.session, keeper, (unit, quantity), places, told)

        expected = quantity <= self.left[unit.code] and 3 not in self.held
        assert self.attempt(call) == expected
        if expected:
            self.left[unit.code] -= quantity

    @invariant()
    def the_ledger_is_proved(self) -> None:
        assert inventory.prove(self.session) == []

    @invariant()
    def the_balances_are_those_of_the_model(self) -> None:
        if not self.lots:
            return
        levels = inventory.stock_levels(
            self.session, self.cast.central.id, [self.item.id], today=TODAY
        )
        expected = sum(
            self.model[lot, place] for lot in range(3) for place in (SHELF, STAGING, DAMAGED)
        )
        assert levels[self.item.id].on_hand == expected


def test_no_order_of_operations_breaks_the_ledger(session: Session, cast: Cast) -> None:
    Machine = type("Machine", (Ledger,), {"session": session, "cast": cast})  # noqa: N806 - a class
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
