"""Stock rules over plain values: FEFO, time windows, months of stock, average consumption."""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from app.kernel.ids import LotId
from app.kernel.local_time import at_local, local_day
from app.traceability.rules import LotState, Unusable, why_unusable

AHEAD = timedelta(minutes=5)
"""How far an online entry's clock may run ahead."""
BACK = timedelta(days=7)
"""How far back an action may be dated; longer gaps are corrected by reversals."""
SETTLED = timedelta(hours=1)
"""How long a month must be over before it is closed: longer than clocks differ or postings last."""
DAYS_IN_MONTH = 30
"""Requisition arithmetic counts months of 30 days (OpenLMIS)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Free stock of one lot at one place; ``balance_id`` names the row."""

    balance_id: int
    lot_id: LotId
    lot: LotState
    free: int


@dataclass(frozen=True, slots=True)
class Take:
    """So many base units from one balance."""

    balance_id: int
    lot_id: LotId
    quantity: int


@dataclass(frozen=True, slots=True)
class Skip:
    """A lot that was passed over, how much of it lies there, and why."""

    lot_id: LotId
    lot: LotState
    quantity: int
    why: Unusable


@dataclass(frozen=True, slots=True)
class Choice:
    """What FEFO takes, what it leaves short, and what it passed over.

    ``displaced`` are lots it would have taken, had nobody chosen another by hand.
    """

    takes: list[Take]
    shortage: int
    skipped: list[Skip]
    displaced: tuple[LotState, ...] = ()


@dataclass(slots=True)
class Destination:
    """Who will use the goods: how fast, from which day on, and what lies there already.

    ``shelf`` holds (expiry, base units); what is promised to it is added as it is taken.
    """

    monthly_use: int
    arrives_on: date
    pack: int
    shelf: list[tuple[date, int]]

    def can_use(self, expires_on: date) -> int:
        """Return how much of a lot is used up before it expires, in whole packs.

        The shelf is used first expiring first, up to the daily use; goods of the shelf
        that expire before they are used take nothing from what comes after them.
        """
        used = 0
        for expiry, quantity in sorted(self.shelf):
            if expiry > expires_on:
                break
            used += max(0, min(quantity, self._use_until(expiry) - used))
        return max(0, self._use_until(expires_on) - used) // self.pack * self.pack

    def _use_until(self, last_day: date) -> int:
        days = (last_day - self.arrives_on).days + 1
        return max(0, self.monthly_use * days // DAYS_IN_MONTH)


def first_expiring_first_out(
    candidates: Iterable[Candidate],
    quantity: int,
    destination: Destination | None = None,
    *,
    on: date,
    last_needed: date,
) -> Choice:
    """Take ``quantity`` from the soonest-expiring usable lots (近效期先出).

    Ties go to the older lot row, then the older balance. Held, recalled, expired and
    too short-dated lots are never taken, and named; so is what the destination would not
    use before it expires.
    """
    takes: list[Take] = []
    skipped: list[Skip] = []
    left = quantity
    for stock in sorted(candidates, key=lambda c: (c.lot.expires_on, c.lot_id, c.balance_id)):
        why = why_unusable(stock.lot, on=on, last_needed=last_needed)
        if why is not None:
            skipped.append(Skip(stock.lot_id, stock.lot, stock.free, why))
            continue
        wanted = min(left, stock.free)
        part = wanted
        if destination is not None and wanted > 0:
            part = min(wanted, destination.can_use(stock.lot.expires_on))
            destination.shelf.append((stock.lot.expires_on, part))
        if part < wanted:
            skipped.append(Skip(stock.lot_id, stock.lot, stock.free - part, Unusable.SLOW_USE))
        if part > 0:
            takes.append(Take(stock.balance_id, stock.lot_id, part))
            left -= part
    return Choice(takes, left, skipped)


def chosen_first(
    candidates: Sequence[Candidate],
    demand: tuple[LotId, int],
    destination: Destination | None = None,
    *,
    on: date,
    last_needed: date,
) -> Choice:
    """Take a lot chosen by hand before all others, and the rest first expiring first.

    How fast the destination uses it does not count for the chosen lot; hold, expiry and
    shelf life do.
    """
    lot_id, quantity = demand
    fefo = partial(first_expiring_first_out, on=on, last_needed=last_needed)
    plain = fefo(candidates, quantity, deepcopy(destination))
    chosen = [one for one in candidates if one.lot_id == lot_id]
    first = fefo(chosen, quantity)
    if destination is not None:
        of_chosen = {one.balance_id: one.lot.expires_on for one in chosen}
        destination.shelf += [(of_chosen[take.balance_id], take.quantity) for take in first.takes]
    others = [one for one in candidates if one.lot_id != lot_id]
    rest = fefo(others, first.shortage, destination)
    takes = first.takes + rest.takes
    taken = {take.lot_id for take in takes}
    states = {one.lot_id: one.lot for one in candidates}
    displaced = dict.fromkeys(take.lot_id for take in plain.takes if take.lot_id not in taken)
    return Choice(
        takes,
        rest.shortage,
        first.skipped + rest.skipped,
        tuple(states[lot] for lot in displaced),
    )


def is_in_time(occurred_at: datetime, *, now: datetime) -> bool:
    """Say whether a business time is neither ahead of the clock nor too far back."""
    return now - BACK <= occurred_at <= now + AHEAD


@dataclass(frozen=True, slots=True)
class MonthUse:
    """What was consumed in one period of ``days`` days, and on how many there was no stock.

    ``one_off`` went to a campaign or a disaster on top of ``consumed``; it tells nothing
    about the next months.
    """

    since: date
    days: int
    consumed: int
    stock_out_days: int
    one_off: int = 0

    @property
    def is_informative(self) -> bool:
        """A period without any day of stock says nothing about need."""
        return self.stock_out_days < self.days

    @property
    def adjusted(self) -> int | None:
        """What would have been used with stock on every day, rounded up; None: no telling."""
        if not self.is_informative:
            return None
        return max(0, _ceil_div(self.consumed * self.days, self.days - self.stock_out_days))


@dataclass(frozen=True, slots=True)
class Amc:
    """Average monthly consumption with the arithmetic that led to it (月均消耗).

    ``amc = ceil(consumed × days ÷ days with stock ÷ months)`` over informative periods.
    """

    amc: int
    consumed: int
    days: int
    stock_out_days: int
    periods: tuple[MonthUse, ...]
    left_out: int

    @property
    def is_known(self) -> bool:
        """Say whether any period tells something; else the average is no figure at all."""
        return self.left_out < len(self.periods)

    @property
    def one_off(self) -> int:
        """What was excluded because it will not come again."""
        return sum(period.one_off for period in self.periods)


def average_monthly_consumption(periods: Sequence[MonthUse]) -> Amc:
    """Sum consumption and stock-out days first, adjust once, divide by the periods, round up.

    A period that was out of stock throughout is left out and counted in ``left_out``.
    Source: OpenLMIS requisition template, with the corrections of our ledger reference.
    """
    told = [period for period in periods if period.is_informative]
    consumed = sum(period.consumed for period in told)
    days = sum(period.days for period in told)
    out = sum(period.stock_out_days for period in told)
    amc = _ceil_div(consumed * days, (days - out) * len(told)) if consumed > 0 else 0
    return Amc(amc, consumed, days, out, tuple(periods), len(periods) - len(told))


def _ceil_div(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)


def months_of_stock(usable: int, amc: int) -> float | None:
    """Return how many months ``usable`` lasts; None where nothing is used."""
    return None if amc == 0 else round(usable / amc, 1)


def may_be_closed(month: date, *, now: datetime) -> bool:
    """Say whether the month that starts on ``month`` has been over for ``SETTLED``."""
    return month.day == 1 and end_of(month) + SETTLED <= now


def end_of(month: date) -> datetime:
    """Return the moment at which a local month is over."""
    return at_local(month_of(month)[1], time())


def last_months(today: date, count: int = 13) -> list[date]:
    """Return the first days of the running month and those before it, newest first."""
    months = [today.replace(day=1)]
    while len(months) < count:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months


def unchangeable_month(*, now: datetime) -> date:
    """Return the first day of the last month that nothing can be dated into any more."""
    safe = local_day(now - BACK - SETTLED)
    return (safe.replace(day=1) - timedelta(days=1)).replace(day=1)


def month_of(day: date) -> tuple[date, date]:
    """Return the first day of a day's month, and of the next."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)


def card_days(asked: Mapping[str, date | None], *, today: date) -> tuple[date, date]:
    """Return the first day of a card, and the day after its last.

    ``asked`` may name a ``month``, or ``since`` and ``until``; without either, this month.
    """
    first, after = month_of(asked["month"] or asked["since"] or today)
    last = asked["until"]
    return asked["since"] or first, last + timedelta(days=1) if last else after


def periods_before(today: date, months: int) -> list[tuple[date, int]]:
    """Return the last ``months`` periods of 30 days that end before ``today``, oldest first."""
    return [
        (today - timedelta(days=DAYS_IN_MONTH * back), DAYS_IN_MONTH)
        for back in range(months, 0, -1)
    ]


def days_without_stock(
    changes: Sequence[tuple[date, int]], opening: int, *, since: date, days: int
) -> int:
    """Count the local days on which usable stock was zero from morning to night.

    ``changes`` are (day, net change), ascending, from ``since`` on; a day on which goods
    arrived is no stock-out day, nor one that began with stock.
    """
    return sum(empty_days(changes, opening, since=since, days=days))


def empty_days(
    changes: Sequence[tuple[date, int]], opening: int, *, since: date, days: int
) -> list[bool]:
    """Say of each day from ``since`` on whether there was no usable stock all day long."""
    by_day = dict(changes)
    on_hand, empty = opening, []
    for offset in range(days):
        change = by_day.get(since + timedelta(days=offset), 0)
        empty.append(on_hand <= 0 and on_hand + change <= 0)
        on_hand += change
    return empty
