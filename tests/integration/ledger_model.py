"""The model that the ledger's property test compares with."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
)
from sqlalchemy.orm import Session

from app.catalogue.models import Item
from app.inventory import service as inventory
from app.inventory.models import Condition, PlaceKind, PostingKind
from app.inventory.service import Movement, PostingRequest, Spot
from app.kernel.errors import DomainError
from app.kernel.ids import PostingId
from app.traceability.models import Lot, Unit
from tests.factories.cast import Cast
from tests.factories.packs import received
from tests.factories.stock import NOW, a_lot, an_item, spot

TODAY = date(2026, 11, 23)
QUANTITIES = st.sampled_from([-1, 0, 1, 2, 5, 8, 13, 21, 34, 200])
KEYS = st.integers(0, 60)
LOTS = st.integers(0, 3)
SHELF, STAGING, VAN, CLINIC, PATIENT, DAMAGED, SUPPLIER = range(7)
HOURS = st.sampled_from([0, 0, 1, 5, 100, 200])


class LedgerModel(RuleBasedStateMachine):
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
