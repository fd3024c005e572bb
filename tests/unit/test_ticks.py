from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.kernel import ticks
from app.kernel.local_time import at_local

DAY = date(2026, 11, 23)
masks = st.integers(min_value=0, max_value=ticks.WHOLE_DAY)


def at(hour: int, minute: int = 0) -> datetime:
    return at_local(DAY, time(hour, minute))


def test_a_local_day_has_its_ticks_from_midnight() -> None:
    assert ticks.day_bits(DAY, at(0), at(0, 5)) == 1
    assert ticks.day_bits(DAY, at(8), at(8, 10)) == 0b11 << 96
    assert ticks.day_bits(DAY, at(8), at(8, 1)) == 1 << 96
    assert ticks.covered_bits(DAY, at(8, 1), at(8, 14)) == 1 << 97


def test_bits_of_another_day_are_cut_off() -> None:
    long = ticks.day_bits(DAY, at(0) - timedelta(days=2), at(0) + timedelta(days=5))

    assert long == ticks.WHOLE_DAY
    assert ticks.day_bits(DAY, at(0) - timedelta(hours=2), at(0)) == 0


def test_opening_until_midnight_fills_the_day() -> None:
    assert ticks.clock_bits(time(0), time(0)) == ticks.WHOLE_DAY
    assert ticks.clock_bits(time(8), time(18)).bit_count() == 120


def test_only_whole_five_minutes_are_on_the_grid() -> None:
    assert ticks.is_on_tick(at(9, 5))
    assert not ticks.is_on_tick(at(9, 3))
    assert not ticks.is_on_tick(at(9) + timedelta(microseconds=1))


def test_a_tick_and_its_moment_are_one() -> None:
    moment = datetime(2026, 11, 23, 1, 5, tzinfo=UTC)

    assert ticks.moment_of(ticks.tick_of(moment)) == moment
    assert ticks.tick_after(moment) == ticks.tick_of(moment)
    assert ticks.tick_after(moment + timedelta(seconds=1)) == ticks.tick_of(moment) + 1


@given(masks, st.integers(min_value=1, max_value=40))
def test_run_starts_are_those_a_scan_of_every_bit_finds(mask: int, length: int) -> None:
    bits = [bool(mask >> position & 1) for position in range(ticks.TICKS_PER_DAY + length)]
    scanned = sum(
        1 << first for first in range(ticks.TICKS_PER_DAY) if all(bits[first : first + length])
    )

    assert ticks.run_starts(mask, length) == scanned


@given(masks, st.integers(min_value=1, max_value=40))
def test_packed_runs_never_overlap_and_leave_no_room(mask: int, length: int) -> None:
    starts = ticks.run_starts(mask, length)

    chosen = list(ticks.packed(starts, length))

    assert all(later - earlier >= length for earlier, later in pairwise(chosen))
    left = starts
    for first in chosen:
        left &= ~ticks.span(max(0, first - length + 1), first + length)
    assert left == 0


@given(masks)
def test_runs_rebuild_the_mask(mask: int) -> None:
    assert sum(ticks.span(first, end) for first, end in ticks.runs(mask)) == mask


@given(masks)
def test_a_mask_survives_the_database(mask: int) -> None:
    assert ticks.from_bytes(ticks.to_bytes(mask)) == mask
