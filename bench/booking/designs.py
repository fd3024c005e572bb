"""Ways to keep a machine, an operator and a patient from being promised twice, in bare SQL.

All write the same bookings; the sound ones take the same locks in the same order and differ in
what has the last word. What the service does beside that (screening, numbers, history) is left
out, so that the difference is not buried under it.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from time import sleep
from typing import Any, ClassVar

from psycopg import Connection as Raw

from app.kernel.local_time import local_day
from app.kernel.ticks import first_tick, from_bytes, moment_of, span, tick_of, to_bytes
from bench.booking.scene import NOW, TICKS, Scene

Key = tuple[int, date]
Masks = dict[Key, int]
MAKE_DAYS = """
INSERT INTO device_day (device_id, day, mask, version) SELECT device, day, %s, 0
    FROM unnest(%s::bigint[], %s::date[]) AS wanted (device, day) ORDER BY 1, 2
    ON CONFLICT DO NOTHING
"""
LOCK_DAYS = """
SELECT device_id, day, mask FROM device_day WHERE (device_id, day) IN
    (SELECT * FROM unnest(%s::bigint[], %s::date[])) ORDER BY 1, 2 FOR NO KEY UPDATE
"""
LOCK_PEOPLE = "SELECT id FROM resource WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
BOOK = """
INSERT INTO booking (reference, exam_item_id, patient_id, facility_id, device_id, operator_id,
    starts_at, ends_at, state, indication, created_by, created_at)
    VALUES (gen_random_uuid(), %(exam)s, %(patient)s, %(facility)s, %(device)s, %(operator)s,
    %(start)s, %(end)s, 'booked', '', %(by)s, %(now)s) RETURNING id
"""
HELD = "SELECT device_id, starts_at FROM booking WHERE id = %s FOR NO KEY UPDATE"
MOVE = """
UPDATE booking SET device_id = %(device)s, operator_id = %(operator)s, starts_at = %(start)s,
    ends_at = %(end)s WHERE id = %(booking)s
"""
CANCEL = "UPDATE booking SET state = 'cancelled' WHERE id = %s"
SCRATCH = """
CREATE SCHEMA scratch;
CREATE TABLE scratch.claim (
    booking_id bigint NOT NULL REFERENCES booking (id),
    resource bigint NOT NULL REFERENCES resource (id),
    first int NOT NULL, until int NOT NULL CHECK (first < until),
    line int8range NOT NULL
        GENERATED ALWAYS AS (int8range((resource << 32) + first, (resource << 32) + until)) STORED
);
CREATE TABLE scratch.loose (LIKE scratch.claim INCLUDING ALL);
ALTER TABLE scratch.claim ADD CONSTRAINT ex_claim EXCLUDE USING gist (line WITH &&);
CREATE INDEX ix_claim_booking ON scratch.claim (booking_id);
CREATE INDEX ix_loose_line ON scratch.loose USING gist (line);
CREATE INDEX ix_loose_booking ON scratch.loose (booking_id)
"""
"""Design B in its own schema: one generated range, every resource on its own stretch of a line."""


THINKING_SECONDS = 0.001


class Taken(Exception):
    """Somebody or something is not free then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An exam on a machine from a tick on, for one patient: their places in the scene."""

    machine: int
    patient: int
    tick: int


class Design(ABC):
    """What all designs share: the order of locks, and what is written of a booking."""

    name: ClassVar[str]
    table: ClassVar[str]
    locks: ClassVar[bool] = True

    def __init__(self, scene: Scene) -> None:
        """Compete for what the scene holds."""
        self.scene = scene

    def book(self, raw: Raw, wish: Wish) -> int:
        """Store a booking and what it holds; return its key.

        Raises:
            Taken: the machine, the patient or every operator is not free.
        """
        with raw.transaction():
            masks = self._lock(raw, wish, [])
            operator = self._choose(raw, wish, masks)
            booking = int(_one(raw, BOOK, self._values(wish, operator))[0])
            self._occupy(raw, booking, (wish, operator), masks)
            return booking

    def move(self, raw: Raw, booking: int, wish: Wish) -> None:
        """Give a booking another time or machine; it is never without a place.

        Raises:
            Taken: as in ``book``.
        """
        with raw.transaction():
            left = self._left(raw, booking)
            masks = self._lock(raw, wish, [left[0]])
            self._release(raw, booking, left, masks)
            operator = self._choose(raw, wish, masks)
            raw.execute(MOVE, {**self._values(wish, operator), "booking": booking})
            self._occupy(raw, booking, (wish, operator), masks)

    def cancel(self, raw: Raw, booking: int, wish: Wish) -> None:
        """Give back what a booking holds; ``wish`` tells whose it is."""
        with raw.transaction():
            left = self._left(raw, booking)
            masks = self._lock(raw, wish, [left[0]])
            raw.execute(CANCEL, [booking])
            self._release(raw, booking, left, masks)

    @abstractmethod
    def _busy(
        self, raw: Raw, resources: Sequence[int], wish: Wish, masks: Masks
    ) -> Collection[int]:
        """Return those of the resources that are held in the wished period."""

    @abstractmethod
    def _hold(self, raw: Raw, booking: int, held: Sequence[int], wish: Wish) -> None:
        """Store what a booking holds."""

    def _mark(self, raw: Raw, key: Key, masks: Masks) -> None:  # noqa: B027 - B has none
        """Repeat a machine-day's new bits for the search, where the design has them."""

    def _left(self, raw: Raw, booking: int) -> tuple[Key, int]:
        device, start = _one(raw, HELD, [booking])
        return (device, local_day(start)), tick_of(start)

    def _lock(self, raw: Raw, wish: Wish, leaving: Sequence[Key]) -> Masks:
        if not self.locks:
            return {}
        days = sorted({self._key(wish), *leaving})
        columns = [device for device, _ in days], [day for _, day in days]
        raw.execute(MAKE_DAYS, [to_bytes(0), *columns])
        rows = raw.execute(LOCK_DAYS, columns).fetchall()
        people = [resource for _, resource in self.scene.operators]
        raw.execute(LOCK_PEOPLE, [[*people, self.scene.patients[wish.patient][1]]])
        return {(device, day): from_bytes(mask) for device, day, mask in rows}

    def _choose(self, raw: Raw, wish: Wish, masks: Masks) -> int:
        """Return the place of the first free operator."""
        needed = {self.scene.machines[wish.machine][1], self.scene.patients[wish.patient][1]}
        people = [resource for _, resource in self.scene.operators]
        busy = set(self._busy(raw, [*needed, *people], wish, masks))
        free = [number for number, resource in enumerate(people) if resource not in busy]
        if needed & busy or not free:
            raise Taken
        return free[0]

    def _occupy(self, raw: Raw, booking: int, placed: tuple[Wish, int], masks: Masks) -> None:
        wish, operator = placed
        held = (
            self.scene.machines[wish.machine][1],
            self.scene.operators[operator][1],
            self.scene.patients[wish.patient][1],
        )
        self._hold(raw, booking, sorted(held), wish)
        if masks:
            key = self._key(wish)
            masks[key] |= _bits(key, wish.tick)
            self._mark(raw, key, masks)

    def _release(self, raw: Raw, booking: int, left: tuple[Key, int], masks: Masks) -> None:
        raw.execute(f"DELETE FROM {self.table} WHERE booking_id = %s", [booking])  # noqa: S608 - our own
        key, tick = left
        if masks:
            masks[key] &= ~_bits(key, tick)
            self._mark(raw, key, masks)

    def _key(self, wish: Wish) -> Key:
        return self.scene.machines[wish.machine][0], local_day(moment_of(wish.tick))

    def _values(self, wish: Wish, operator: int) -> dict[str, Any]:
        return {
            "exam": self.scene.exam_id,
            "patient": self.scene.patients[wish.patient][0],
            "facility": self.scene.clinic.facility_id,
            "device": self.scene.machines[wish.machine][0],
            "operator": self.scene.operators[operator][0],
            "start": moment_of(wish.tick),
            "end": moment_of(wish.tick + TICKS),
            "by": self.scene.clinic.user_id,
            "now": NOW,
        }


class Ticks(Design):
    """A: one row per resource and tick under a primary key, and a mask for the search."""

    name = "A, ticks"
    table = "occupancy"

    def _busy(
        self, raw: Raw, resources: Sequence[int], wish: Wish, masks: Masks
    ) -> Collection[int]:
        key = self._key(wish)
        machine = self.scene.machines[wish.machine][1]
        if masks.get(key, 0) & _bits(key, wish.tick):
            return [machine]
        # Under the lock the mask has answered for the machine.
        asking = [resource for resource in resources if not masks or resource != machine]
        asked = (
            "SELECT DISTINCT resource_id FROM occupancy WHERE resource_id = ANY(%s)"
            " AND tick BETWEEN %s AND %s"
        )
        rows = raw.execute(asked, [asking, wish.tick, wish.tick + TICKS - 1]).fetchall()
        return [resource for (resource,) in rows]

    def _hold(self, raw: Raw, booking: int, held: Sequence[int], wish: Wish) -> None:
        raw.execute(
            "INSERT INTO occupancy (resource_id, tick, booking_id)"
            " SELECT resource, tick, %s FROM unnest(%s::bigint[]) resource,"
            " generate_series(%s::int, %s::int) tick",
            [booking, list(held), wish.tick, wish.tick + TICKS - 1],
        )

    def _mark(self, raw: Raw, key: Key, masks: Masks) -> None:
        raw.execute(
            "UPDATE device_day SET mask = %s, version = version + 1"
            " WHERE device_id = %s AND day = %s",
            [to_bytes(masks[key]), *key],
        )


class TicksAlone(Ticks):
    """The primary key without any lock: right too, and writers may wait for each other."""

    name = "A, no locks"
    locks = False


class Ranges(Design):
    """B: one range per resource under an exclusion constraint, after the same locks."""

    name = "B, ranges"
    table = "scratch.claim"

    def _busy(
        self, raw: Raw, resources: Sequence[int], wish: Wish, masks: Masks
    ) -> Collection[int]:
        del masks
        asked = (
            f"SELECT DISTINCT c.resource FROM {self.table} c"  # noqa: S608 - our own names
            " JOIN unnest(%s::bigint[]) wanted (resource)"
            " ON c.line && int8range((wanted.resource << 32) + %s::int,"
            " (wanted.resource << 32) + %s::int)"
        )
        bounds = wish.tick, wish.tick + TICKS
        rows = raw.execute(asked, [list(resources), *bounds]).fetchall()
        return [resource for (resource,) in rows]

    def _hold(self, raw: Raw, booking: int, held: Sequence[int], wish: Wish) -> None:
        raw.execute(
            f"INSERT INTO {self.table} (booking_id, resource, first, until)"  # noqa: S608 - our own
            " SELECT %s, resource, %s, %s FROM unnest(%s::bigint[]) resource",
            [booking, wish.tick, wish.tick + TICKS, list(held)],
        )


class RangesAlone(Ranges):
    """The exclusion constraint without any lock: right, but writers wait for each other."""

    name = "B, no locks"
    locks = False


class Naive(Ranges):
    """The control: check, think for a millisecond, insert; nothing has the last word."""

    name = "check, insert"
    table = "scratch.loose"
    locks = False

    def _choose(self, raw: Raw, wish: Wish, masks: Masks) -> int:
        operator = super()._choose(raw, wish, masks)
        sleep(THINKING_SECONDS)
        return operator


def _bits(key: Key, tick: int) -> int:
    first = tick - first_tick(key[1])
    return span(first, first + TICKS)


def _one(raw: Raw, statement: str, values: Any) -> Any:
    row = raw.execute(statement, values).fetchone()
    if row is None:
        raise LookupError(statement)
    return row
