"""Random valid and invalid operations on the ledger; after each, all invariants hold."""

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session

from app.inventory import service as inventory
from app.inventory.models import PlaceKind, PostingKind
from app.inventory.service import Demand, Movement, PostingRequest, Terms, Undoing
from app.traceability import service as traceability
from app.traceability.models import BizStep, Disposition, LotHold
from tests.factories.cast import Cast
from tests.factories.packs import happening
from tests.factories.stock import NOW, spot
from tests.integration.ledger_model import (
    CLINIC,
    DAMAGED,
    HOURS,
    KEYS,
    LOTS,
    PATIENT,
    QUANTITIES,
    SHELF,
    STAGING,
    SUPPLIER,
    TODAY,
    VAN,
    LedgerModel,
)


class Ledger(LedgerModel):
    """What people do, rightly or wrongly, with three lots and a coded carton."""

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
            actor = self.cast.actor("storekeeper")
            why = Undoing(key=f"undo-{which}", reason="红冲")
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
