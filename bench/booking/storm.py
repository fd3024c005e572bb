"""Sixteen clients at two machines: what each design does of it, how fast, and what goes wrong."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from statistics import quantiles
from threading import Barrier
from time import perf_counter
from typing import Protocol

import psycopg
from psycopg import Connection as Raw

from app.kernel.local_time import at_local
from app.kernel.ticks import tick_of
from bench.booking.designs import Taken, Wish
from bench.booking.scene import MONDAY, OPENS, PATIENTS

CLIENTS = 16
STARTS = 36
"""Three hours of five minutes: crowded, so that most wishes clash."""
EXPECTED = {"40P01": "deadlock", "55P03": "waited", "23P01": "clashed", "23505": "clashed"}
"""How an attempt may fail: a deadlock, 4 s at a lock, or the constraint had the last word."""
MOVES, CANCELS = 0.8, 0.1
"""How often a client that holds something touches it, and how often that is to cancel it."""
CLEAN = """
DELETE FROM occupancy; DELETE FROM scratch.claim; DELETE FROM scratch.loose;
DELETE FROM device_day; DELETE FROM booking
"""
OVERLAPS = """
SELECT count(*) FROM booking one JOIN booking other
    ON one.id < other.id AND one.starts_at < other.ends_at AND other.starts_at < one.ends_at
    WHERE one.state = 'booked' AND other.state = 'booked' AND (one.device_id = other.device_id
    OR one.operator_id = other.operator_id OR one.patient_id = other.patient_id)
"""


class Way(Protocol):
    """A way to book; each call is a transaction of its own."""

    @property
    def name(self) -> str:
        """What the table calls it."""

    def book(self, raw: Raw, wish: Wish) -> int:
        """Book, and return the key of what was booked."""

    def move(self, raw: Raw, booking: int, wish: Wish) -> None:
        """Give a booking another time or machine."""

    def cancel(self, raw: Raw, booking: int, wish: Wish) -> None:
        """Give a booking back."""


@dataclass(slots=True)
class Account:
    """What became of a design's attempts: how each ended, how long each took, in seconds."""

    ends: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    seconds: float = 0
    overlaps: int = 0

    @property
    def per_second(self) -> float:
        """Attempts a second, all clients together."""
        return len(self.took) / self.seconds

    def percentile(self, number: int) -> float:
        """Return the seconds that so many per cent of the attempts stayed below."""
        return quantiles(self.took, n=100)[number - 1]


class Client:
    """One client: random wishes, most of them moves of what it has booked before."""

    def __init__(self, design: Way, number: int, seed: str) -> None:
        """Draw the same wishes for the same number and seed, whatever the design."""
        self.design = design
        self.number = number
        self.chance = random.Random(f"{seed}/{number}")  # noqa: S311 - a storm, no secret
        self.mine: dict[int, int] = {}
        self.account = Account()

    def run(self, raw: Raw, attempts: int) -> Account:
        """Make so many attempts, each a transaction of its own."""
        for _ in range(attempts):
            attempt = self._next(raw)
            began = perf_counter()
            try:
                attempt()
            except Taken:
                end = "taken"
            except psycopg.Error as error:
                if error.sqlstate not in EXPECTED:
                    raise
                end = EXPECTED[error.sqlstate]
            else:
                end = "done"
            self.account.took.append(perf_counter() - began)
            self.account.ends[end] += 1
        return self.account

    def _next(self, raw: Raw) -> Callable[[], None]:
        """Choose what to do before the clock runs: book, move (seven of ten) or cancel."""
        moving = bool(self.mine) and self.chance.random() < MOVES
        booking = self.chance.choice(list(self.mine)) if moving else 0
        patient = self.mine.get(booking, (self.number * 3 + self.chance.randrange(3)) % PATIENTS)
        wish = Wish(
            machine=self.chance.randrange(2),
            patient=patient,
            tick=tick_of(at_local(MONDAY, OPENS)) + self.chance.randrange(STARTS),
        )
        if not moving:
            return lambda: self.mine.update({self.design.book(raw, wish): patient})
        if self.chance.random() < CANCELS:
            del self.mine[booking]
            return lambda: self.design.cancel(raw, booking, wish)
        return lambda: self.design.move(raw, booking, wish)


def rage(url: str, design: Way, attempts: int, seed: str) -> Account:
    """Let sixteen clients loose at one instant on an empty calendar."""
    start = Barrier(CLIENTS + 1)

    def run(number: int) -> Account:
        with psycopg.connect(url, autocommit=True, options="-c lock_timeout=4s") as raw:
            client = Client(design, number, seed)
            start.wait()
            return client.run(raw, attempts)

    with psycopg.connect(url, autocommit=True) as raw, ThreadPoolExecutor(CLIENTS) as pool:
        raw.execute(CLEAN)
        raw.execute("VACUUM")
        running = [pool.submit(run, number) for number in range(CLIENTS)]
        start.wait()
        began = perf_counter()
        accounts = [client.result() for client in running]
        whole = Account(seconds=perf_counter() - began)
        for account in accounts:
            whole.ends += account.ends
            whole.took += account.took
        row = raw.execute(OVERLAPS).fetchone()
        whole.overlaps = int(row[0]) if row else 0
    return whole


def added(accounts: list[Account]) -> Account:
    """Return several rounds as one."""
    whole = Account()
    for account in accounts:
        whole.ends += account.ends
        whole.took += account.took
        whole.seconds += account.seconds
        whole.overlaps += account.overlaps
    return whole
