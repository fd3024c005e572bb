"""Many processes at one ledger: mixed operations on the same few lots, and a strict account.

Each process keeps its own books of what was accepted. Afterwards all books together must be
what the database holds, to the unit: nothing lost, nothing twice, nothing below zero.
"""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from app.inventory import service as inventory
from app.inventory.models import Condition, PlaceKind, PostingKind, StockBalance, StockPosting
from app.inventory.queries import Counted
from app.inventory.service import Demand, Movement, PostingRequest, Spot, Terms, Undoing
from app.kernel.actor import Actor
from app.kernel.db import open_engine, sqlstate
from app.kernel.errors import DomainError
from app.kernel.ids import ItemId, LotId, PlaceId, PostingId
from app.web.writes import REPEATABLE

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
TODAY = date(2026, 11, 23)
MOST_TRIES = 30
LOCK_TIMEOUT = "55P03"
Key = tuple[LotId, PlaceId]
Moves = list[tuple[LotId, int, PlaceKind, PlaceKind]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Where the storm goes: one facility, its items and lots, one place of each kind."""

    url: str
    actor: Actor
    lots: dict[LotId, ItemId]
    places: dict[PlaceKind, PlaceId]
    naive: bool = False


@dataclass(slots=True)
class Book:
    """What one process saw accepted."""

    changes: Counter[Key] = field(default_factory=Counter)
    postings: int = 0
    doubled: int = 0
    refused: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How the books of all processes compare with the database."""

    accepted: int
    refused: int
    lost_units: int
    negative: int
    doubled: int
    postings_missing: int
    findings: list[str]

    @property
    def is_clean(self) -> bool:
        """Say whether every figure that must be zero is."""
        wrong = self.lost_units or self.negative or self.doubled or self.postings_missing
        return not wrong and not self.findings


class Rival:
    """One process: random operations, each a transaction of its own."""

    def __init__(self, ground: Field, number: int, seed: int) -> None:
        self.ground = ground
        self.number = number
        self.chance = random.Random(f"{seed}-{number}")
        self.engine = open_engine(ground.url, statement_seconds=60, pool_size=1)
        self.sessions = sessionmaker(self.engine, expire_on_commit=False)
        self.book = Book()
        self.turn = 0
        self.promises: list[tuple[int, LotId, int]] = []
        self.mine: list[tuple[PostingId, Moves]] = []

    def run(self, operations: int) -> Book:
        """Do so many operations and return the book."""
        choices: list[Callable[[], None]] = [
            self.receive,
            self.reserve,
            self.reserve,
            self.pick,
            self.pick,
            self.ship,
            self.use,
            self.bring_back,
            self.count,
            self.reverse,
        ]
        if self.ground.naive:
            choices = [self.naive]
        for self.turn in range(operations):
            self.chance.choice(choices)()
        self.engine.dispose()
        return self.book

    def any_lot(self) -> LotId:
        return self.chance.choice(list(self.ground.lots))

    def spot(self, kind: PlaceKind) -> Spot:
        return Spot(self.ground.places[kind], self.ground.actor.facility_id)

    def attempt(self, call: Callable[[Session], None]) -> bool:
        """Commit one operation; repeat it as the edge does when the database says so."""
        for tried in range(1, MOST_TRIES + 1):
            try:
                with self.sessions.begin() as session:
                    call(session)
            except DomainError as refusal:
                self.book.refused[refusal.code] += 1
                return False
            except DBAPIError as error:
                again = {*REPEATABLE, LOCK_TIMEOUT}
                if sqlstate(error) not in again or tried == MOST_TRIES:
                    raise
                time.sleep(self.chance.uniform(0, 0.05))
            else:
                return True
        raise AssertionError("unreachable")

    def request(
        self, kind: PostingKind, moves: Moves, promise: int | None = None
    ) -> PostingRequest:
        movements = [
            Movement(
                lot_id=lot,
                quantity=quantity,
                source=self.spot(source),
                target=self.spot(target),
                reservation_id=promise,
            )
            for lot, quantity, source, target in moves
        ]
        return PostingRequest(
            kind=kind,
            key=f"storm-{self.number}-{self.turn}",
            facility_id=self.ground.actor.facility_id,
            document=f"STORM-{self.number}",
            occurred_at=NOW,
            movements=movements,
        )

    def post(self, kind: PostingKind, moves: Moves, promise: int | None = None) -> None:
        """Post, sometimes twice under one key, and write down what was accepted."""
        request = self.request(kind, moves, promise)
        ids: list[PostingId] = []

        def call(session: Session) -> None:
            ids.append(inventory.post(session, self.ground.actor, request, now=NOW).id)

        if not self.attempt(call):
            return
        self.accepted(ids[-1], moves)
        if self.chance.random() < 0.1 and self.attempt(call):
            self.book.doubled += ids[-1] != self.mine[-1][0]

    def accepted(self, posting_id: PostingId, moves: Moves) -> None:
        self.book.postings += 1
        self.mine.append((posting_id, moves))
        for lot, quantity, source, target in moves:
            self.book.changes[lot, self.ground.places[source]] -= quantity
            self.book.changes[lot, self.ground.places[target]] += quantity

    def move(self, kind: PostingKind, source: PlaceKind, target: PlaceKind) -> None:
        lots = self.chance.sample(list(self.ground.lots), self.chance.randint(1, 3))
        self.post(kind, [(lot, self.chance.randint(1, 6), source, target) for lot in lots])

    def receive(self) -> None:
        self.move(PostingKind.RECEIPT, PlaceKind.SUPPLIER, PlaceKind.BIN)

    def ship(self) -> None:
        self.move(PostingKind.LOAD, PlaceKind.STAGING, PlaceKind.VEHICLE)

    def use(self) -> None:
        self.move(PostingKind.CONSUME, PlaceKind.BIN, PlaceKind.PATIENT)

    def bring_back(self) -> None:
        self.move(PostingKind.RETURN, PlaceKind.VEHICLE, PlaceKind.BIN)

    def reserve(self) -> None:
        line = self.number * 1_000_000 + self.turn + 1
        item = self.ground.lots[self.any_lot()]
        demand = Demand("storm_line", line, item, self.chance.randint(1, 12))
        terms = Terms(
            facility_id=self.ground.actor.facility_id,
            need_by=TODAY,
            expires_at=NOW + timedelta(days=1),
        )
        found: list[tuple[int, LotId, int]] = []

        def call(session: Session) -> None:
            found.clear()
            for allocation in inventory.reserve(session, [demand], terms, now=NOW):
                picks = allocation.picks
                found.extend((one.reservation_id, one.lot_id, one.quantity) for one in picks)

        if self.attempt(call):
            self.promises.extend(found)

    def pick(self) -> None:
        if not self.promises:
            return
        index = self.chance.randrange(len(self.promises))
        reservation, lot, quantity = self.promises.pop(index)
        move = (lot, quantity, PlaceKind.BIN, PlaceKind.STAGING)
        self.post(PostingKind.PICK, [move], reservation)

    def count(self) -> None:
        """Find a little more or less than the book says, and post the difference."""
        lot, difference = self.any_lot(), self.chance.choice((-2, -1, 1, 2))
        shelf, beyond = PlaceKind.BIN, PlaceKind.ADJUSTMENT
        way = (shelf, beyond) if difference < 0 else (beyond, shelf)
        moves: Moves = [(lot, abs(difference), *way)]
        where = self.spot(shelf)
        counted = Counted(
            place_id=where.place_id,
            lot_id=lot,
            owner_id=where.owner_id,
            condition=Condition.USABLE,
            counted_at=NOW,
        )
        ids: list[PostingId] = []

        def call(session: Session) -> None:
            inventory.hold_for_count(session, [counted], now=NOW)
            request = self.request(PostingKind.COUNT, moves)
            ids.append(inventory.post(session, self.ground.actor, request, now=NOW).id)

        if self.attempt(call):
            self.accepted(ids[-1], moves)

    def reverse(self) -> None:
        if not self.mine:
            return
        posting_id, moves = self.mine.pop(self.chance.randrange(len(self.mine)))
        because = Undoing(key=f"undo-{self.number}-{self.turn}", reason="storm")
        ids: list[PostingId] = []

        def call(session: Session) -> None:
            actor = self.ground.actor
            ids.append(inventory.reverse(session, actor, posting_id, because, now=NOW).id)

        if self.attempt(call):
            back = [(lot, quantity, target, source) for lot, quantity, source, target in moves]
            self.accepted(ids[-1], back)
            self.mine.pop()

    def naive(self) -> None:
        """The control: look, think, and write what the new balance should be."""
        lot, quantity = self.any_lot(), self.chance.randint(1, 6)
        ends = (self.ground.places[PlaceKind.SUPPLIER], self.ground.places[PlaceKind.BIN])

        def call(session: Session) -> None:
            for place, change in zip(ends, (-quantity, quantity), strict=True):
                at = (StockBalance.lot_id == lot, StockBalance.place_id == place)
                seen = session.scalars(select(StockBalance.on_hand).where(*at)).one()
                time.sleep(0.001)
                session.execute(update(StockBalance).where(*at).values(on_hand=seen + change))

        if self.attempt(call):
            self.book.changes[lot, ends[0]] -= quantity
            self.book.changes[lot, ends[1]] += quantity


def _meet(start: Any) -> None:
    """Give each process the line at which all of them wait for the last."""
    globals()["START"] = start


def _rival(task: tuple[Field, int, int, int]) -> Book:
    ground, number, operations, seed = task
    rival = Rival(ground, number, seed)
    globals()["START"].wait(timeout=120)
    return rival.run(operations)


def rage(ground: Field, *, processes: int, operations: int, seed: int = 1) -> Verdict:
    """Let so many processes loose at once, then hold their books against the database."""
    engine = open_engine(ground.url, statement_seconds=60)
    with Session(engine) as session:
        before = _balances(session, ground)
        postings = session.query(StockPosting).count()
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.storm"])
    tasks = [(ground, number, operations, seed) for number in range(processes)]
    with context.Pool(processes, _meet, (context.Barrier(processes),)) as pool:
        books = pool.map(_rival, tasks, chunksize=1)
    expected = before.copy()
    for book in books:
        expected.update(book.changes)
    with Session(engine) as session:
        after = _balances(session, ground)
        written = session.query(StockPosting).count() - postings
        findings = [finding.invariant for finding in inventory.prove(session)]
        negative = session.query(StockBalance).where(
            ~StockBalance.outside,
            (StockBalance.on_hand < 0) | (StockBalance.reserved > StockBalance.on_hand),
        )
        below = negative.count()
    engine.dispose()
    accepted = sum(book.postings for book in books)
    return Verdict(
        accepted=accepted,
        refused=sum(book.refused.total() for book in books),
        lost_units=sum(abs(after[key] - expected[key]) for key in {*after, *expected}),
        negative=below,
        doubled=sum(book.doubled for book in books),
        postings_missing=written - accepted,
        findings=findings,
    )


def _balances(session: Session, ground: Field) -> Counter[Key]:
    rows = session.execute(
        select(StockBalance.lot_id, StockBalance.place_id, StockBalance.on_hand).where(
            StockBalance.lot_id.in_(ground.lots)
        )
    )
    return Counter({(lot, place): on_hand for lot, place, on_hand in rows})
