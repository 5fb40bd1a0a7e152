"""Counts a film's cells by step in two walks over the issues, compiled: five million in a few hundredths of a second.

The issues come in the order of their cells and days, so that the issues of one cell and step stand together. A film is
sorted by its steps instead; there are few of them, so each entry is put where its step has room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Column = NDArray[np.int32]
    Entries = tuple[Column, Column, Column]


def _span(day: Column, keep: NDArray[np.bool_], begin: int, end: int) -> tuple[int, int]:
    first, last = end + 1, begin - 1
    for i in range(len(keep)):
        if keep[i]:
            first, last = min(first, day[i]), max(last, day[i])
            if first <= begin and last >= end:
                break
    return first, last


def _tally(spot: Column, day: Column, keep: NDArray[np.bool_], first: int, of_day: Column, room: int) -> Entries:
    at, when, many = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32)
    n = -1
    for i in range(len(keep)):
        if not keep[i]:
            continue
        where, step = spot[i], of_day[day[i] - first]
        if n < 0 or at[n] != where or when[n] != step:
            n += 1
            at[n], when[n], many[n] = where, step, 0
        many[n] += 1
    return at[: n + 1], when[: n + 1], many[: n + 1]


def _joined(at: Column, when: Column, many: Column) -> Entries:
    n = -1
    for i in range(len(at)):
        step = when[i] // 2
        if n >= 0 and at[n] == at[i] and when[n] == step:
            many[n] += many[i]
        else:
            n += 1
            at[n], when[n], many[n] = at[i], step, many[i]
    return at[: n + 1], when[: n + 1], many[: n + 1]


def _runs(cell: Ints, keep: NDArray[np.bool_], grain: int) -> tuple[Ints, Ints]:
    squares, counts = np.empty(len(cell), np.int64), np.empty(len(cell), np.int64)
    n = -1
    for i in range(len(cell)):
        if not keep[i]:
            continue
        square = cell[i] if grain == 1 else cell[i] // grain * grain
        if n < 0 or squares[n] != square:
            n += 1
            squares[n], counts[n] = square, 0
        counts[n] += 1
    return squares[: n + 1], counts[: n + 1]


def _by_step(at: Column, when: Column, many: Column, steps: int) -> tuple[Column, Ints, Column, Column]:
    start = np.zeros(steps + 1, np.int64)
    for step in when:
        start[step + 1] += 1
    start = np.cumsum(start)
    place = start.copy()
    spots = np.empty(len(at), np.int32)
    rank, count = np.empty(len(at), np.int32), np.empty(len(at), np.int32)
    n = -1
    for i in range(len(at)):
        if n < 0 or spots[n] != at[i]:
            n += 1
            spots[n] = at[i]
        to = place[when[i]]
        place[when[i]] = to + 1
        rank[to], count[to] = n, many[i]
    return spots[: n + 1], start, rank, count


span = compiled(_span)
"""The first and the last day of the issues that are kept, none beyond ``begin`` and ``end``; crossed without any."""
tally = compiled(_tally)
"""Entries in the order of the issues: where, in which step, and how many. ``room`` issues are kept."""
joined = compiled(_joined)
"""The same entries with steps joined two by two; what was handed in is written over."""
runs = compiled(_runs)
"""Squares of ``grain`` cells by their first, each once, and how many issues that are kept lie in each."""
by_step = compiled(_by_step)
"""The spots that have any, where each step starts, and by step each entry's place among those spots and its count."""


def warm() -> None:
    """Compile all of them for the columns of a store."""
    column = np.zeros(1, np.int32)
    keep = np.ones(1, np.bool_)
    span(column, keep, 0, 0)
    runs(np.zeros(1, np.int64), keep, 1)
    by_step(*joined(*tally(column, column, keep, 0, column, 1)), 1)
