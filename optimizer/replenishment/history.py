"""Use as it would have been with stock on every day, written down as it happened."""

import itertools

import numpy as np

from optimizer.replenishment.methods import Array


def corrected(used: Array, empty_days: Array, days: int) -> Array:
    """Return use × days ÷ days with stock, series × period.

    A period without any stock tells nothing: it takes the mean of the periods known before
    it, or of all known ones where none was, so that it neither raises nor lowers a forecast.
    """
    told = empty_days < days
    grown = np.where(told, used * days / np.maximum(days - empty_days, 1), 0.0)
    sums, counts = np.cumsum(grown, axis=1), np.cumsum(told, axis=1)
    before = sums / np.maximum(counts, 1)
    overall = (sums[:, -1] / np.maximum(counts[:, -1], 1))[:, None]
    return np.asarray(np.where(told, grown, np.where(counts > 0, before, overall)))


LEAST_ITEMS = 5
"""Fewer items written down together are no day of writing down."""
BUSY_SHARE = 0.5
LONGEST_GAP = 9


def unlumped(used: Array) -> Array:
    """Spread what was written down together over the periods since that was last done.

    Some facilities note their use every few weeks. A period in which at least half as many
    series have use as in the busiest tenth is one of writing down; what it holds belongs to
    it and to the quiet periods before it. Where use is noted all the time every period is
    busy, and nothing changes.
    """
    noted = (used > 0).sum(axis=0)
    often = np.percentile(noted[noted > 0], 90) if noted.any() else 0
    if often < LEAST_ITEMS:
        return used
    spread = used.copy()
    busy = [int(period) for period in np.flatnonzero(noted >= BUSY_SHARE * often)]
    if len(busy) > 1:
        # What was noted first covers as long as what was noted next, in part before the history.
        busy.insert(0, 2 * busy[0] - busy[1])
    for before, period in itertools.pairwise(busy):
        gap = period - before
        if 1 < gap <= LONGEST_GAP:
            spread[:, period] = 0
            spread[:, max(0, before + 1) : period + 1] += used[:, [period]] / gap
    return spread
