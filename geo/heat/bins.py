"""Counts by cell, category and day: all that a heat map needs, and nothing by which one finds a person's door.

Days are whole days on the clock of Shanghai, numbered from 1970-01-01; a month's number is twelve times the year plus
the month less one. Months are sums of their days, so both always agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from numpy.typing import ArrayLike, NDArray

    Ints = NDArray[np.int64]

SHANGHAI_S = 8 * 3600
DAY_S = 86_400
WEEK = 7
MONDAY = 4
"""1970-01-05 was a Monday: day four."""


def day_of(seconds: ArrayLike) -> Ints:
    """The day in Shanghai of moments in seconds since 1970 UTC.

    >>> day_of([0, 16 * 3600 - 1, 16 * 3600]).tolist()
    [0, 0, 1]
    """
    return np.asarray((np.asarray(seconds, np.int64) + SHANGHAI_S) // DAY_S, np.int64)


def month_of(days: ArrayLike) -> Ints:
    """The month of each day.

    >>> month_of([0, 30, 31]).tolist() == [1970 * 12, 1970 * 12, 1970 * 12 + 1]
    True
    """
    return np.asarray(days, "datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12


def number(day: date) -> int:
    """The number of a calendar day."""
    return day.toordinal() - 719_163


@dataclass(frozen=True, slots=True)
class Bins:
    """Counts, one row a cell, category and period, in that order; ``period`` is a day or a month."""

    cell: Ints
    category: Ints
    period: Ints
    count: Ints

    def __len__(self) -> int:
        return len(self.cell)

    def within(self, first: int, last: int, categories: Collection[int] | None = None) -> Bins:
        """The rows of some categories from one period to another, both included."""
        keep = (self.period >= first) & (self.period <= last)
        if categories is not None:
            keep &= np.isin(self.category, np.fromiter(categories, np.int64, len(categories)))
        return Bins(self.cell[keep], self.category[keep], self.period[keep], self.count[keep])

    def months(self) -> Bins:
        """The same counts by month, if these are by day."""
        return tally(self.cell, self.category, month_of(self.period), self.count)

    def totals(self) -> tuple[Ints, Ints]:
        """The cells that have any, and how many each."""
        cells, at = np.unique(self.cell, return_inverse=True)
        return cells, np.bincount(at, self.count, len(cells)).astype(np.int64)


def tally(cell: ArrayLike, category: ArrayLike, period: ArrayLike, count: ArrayLike | None = None) -> Bins:
    """Count rows that are alike; without ``count`` each row is one."""
    columns = [np.asarray(c, np.int64) for c in (cell, category, period)]
    ones = np.ones(len(columns[0]), np.int64) if count is None else np.asarray(count, np.int64)
    order = np.lexsort(columns[::-1])
    columns = [c[order] for c in columns]
    starts = np.flatnonzero(np.any([np.diff(c, prepend=c[:1] - 1) != 0 for c in columns], axis=0))
    sums = np.add.reduceat(ones[order], starts) if len(starts) else ones[:0]
    where, kind, when = (c[starts] for c in columns)
    return Bins(where, kind, when, sums)


@dataclass(frozen=True, slots=True)
class Slices:
    """A map's film: for each step which cells have how many (compressed rows, as in a sparse matrix).

    ``start[t]`` to ``start[t + 1]`` are the positions of step ``t`` in ``at`` (into ``cells``) and ``count``.
    """

    first: int
    step: int
    cells: Ints
    start: Ints
    at: NDArray[np.integer[Any]]
    count: NDArray[np.integer[Any]]


def slices(bins: Bins, first: int, last: int, *, step: int = WEEK) -> Slices:
    """Cut daily counts into steps of so many days, beginning with day ``first``.

    Raises:
        InvalidInputError: the period ends before it begins, or a step has no day.
    """
    if last < first or step < 1:
        raise InvalidInputError("A film needs a period that ends after it begins, and steps of a day or more.")
    own = bins.within(first, last)
    cells, at = np.unique(own.cell, return_inverse=True)
    by_step = tally((own.period - first) // step, at, np.zeros(len(own), np.int64), own.count)
    steps = (last - first) // step + 1
    start = np.searchsorted(by_step.cell, np.arange(steps + 1))
    return Slices(first, step, cells, start.astype(np.int64), by_step.category, by_step.count)
