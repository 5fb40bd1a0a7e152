"""Counts over the facts: by cell, place, category or step of a film. A count is exactly the rows that pass."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.heat.bins import Slices, month_of
from geo.heat.lattice import INSIDE, ZOOM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from api.heat.facts import Facts, Part
    from api.heat.sieve import Sieve

    Ints = NDArray[np.int64]
    Column = NDArray[np.int32]
    Entries = tuple[Column, Column, Column]

FAR = 1 << 62
BY_CLOCK = ("hour", "weekday")
MOST_ENTRIES = 900_000
"""What a film may hold and still be less than a megabyte on its way."""


def grain_of(zoom: int) -> int:
    """How many cells one square of a tile of that zoom holds: 1 from zoom 12 on, so that no tile has over 6,400.

    >>> grain_of(14), grain_of(12), grain_of(11), grain_of(9)
    (1, 1, 25, 100)
    """
    if zoom >= ZOOM - 4:
        return 1
    return INSIDE << 2 * max(0, ZOOM - 6 - zoom)


def by_cell(facts: Facts, sieve: Sieve, *, first: int = 0, end: int = FAR, grain: int = 1) -> tuple[Ints, Ints]:
    """The cells (or squares of ``grain`` cells, by their first) in a range that have any issue, and how many."""
    from geo.heat import reel  # noqa: PLC0415 - compiled loops: a start should not wait for them

    tidy, loose = facts.tidy_within(first, end), facts.loose
    cells, counts = reel.runs(tidy["cell"], sieve.passes(tidy), grain)
    cell = loose["cell"]
    cell = cell[sieve.passes(loose) & (cell >= first) & (cell < end)]
    if not len(cell):
        return cells, counts
    more, many = _runs(np.sort(_squares(cell, grain)))
    every, at = np.unique(np.concatenate([cells, more]), return_inverse=True)
    return every, np.bincount(at, np.concatenate([counts, many]), len(every)).astype(np.int64)


def _squares(cells: Ints, grain: int) -> Ints:
    return cells if grain == 1 else cells // grain * grain


def by(facts: Facts, sieve: Sieve, column: str) -> dict[int, int]:
    """How many issues have each value of a column, those without a cell too."""
    found: dict[int, int] = {}
    for part in facts.parts():
        values = part[column][sieve.passes(part)]
        if not len(values):
            continue
        counts = np.bincount(values)
        for value in np.flatnonzero(counts).tolist():
            found[value] = found.get(value, 0) + int(counts[value])
    return found


def histogram(facts: Facts, sieve: Sieve, *columns: str) -> list[Ints]:
    """For each column how many of those that pass have the value 0, have 1, and so on; of hours what is known."""
    masks = [(part, sieve.passes(part)) for part in facts.parts()]
    sure = [(part, mask & ~part["midnight"]) for part, mask in masks]
    found = []
    for column in columns:
        counts = [np.bincount(part[column][mask]) for part, mask in (sure if column in BY_CLOCK else masks)]
        total = np.zeros(max(map(len, counts)), np.int64)
        for each in counts:
            total[: len(each)] += each
        found.append(total)
    return found


def chosen(facts: Facts, sieve: Sieve, *columns: str) -> tuple[NDArray[np.int64], ...]:
    """Some columns of all rows that pass."""
    masks = [(part, sieve.passes(part)) for part in facts.parts()]
    return tuple(np.concatenate([part[c][mask] for part, mask in masks]).astype(np.int64) for c in columns)


def film(facts: Facts, sieve: Sieve, step: int | None, *, most: int = MOST_ENTRIES) -> Slices:
    """The cells by step of so many days, or by calendar month (``step`` None); the first step begins the period.

    Where that makes more than ``most`` entries, steps of days are joined two by two until it does not.
    """
    from geo.heat import reel  # noqa: PLC0415 - compiled loops: a start should not wait for them

    on_map = slice(int(np.searchsorted(facts.tidy["cell"], 0)), None)
    tidy, spot, cells = facts.tidy.take(on_map), facts.spot[on_map], facts.cells
    keep = sieve.passes(tidy)
    loose = facts.loose.take(np.flatnonzero(sieve.passes(facts.loose) & (facts.loose["cell"] >= 0)))
    first, last = _within(*sieve.days, reel.span(tidy["day"], keep, *sieve.days), loose["day"])
    days = np.arange(last - first + 1)
    begin = int(month_of(first)) if step is None else first
    of_day = np.asarray(month_of(days + first) - begin if step is None else days // step, np.int32)
    steps = int(of_day[-1]) + 1
    entries = reel.tally(spot, tidy["day"], keep, first, of_day, int(np.count_nonzero(keep)))
    if len(loose):
        cells, entries = _with(entries, cells, loose["cell"], of_day[loose["day"] - first], steps)
    while step is not None and len(entries[0]) > most and steps > 1:
        step, steps = step * 2, (steps + 1) // 2
        entries = reel.joined(*entries)
    spots, start, at, counts = reel.by_step(*entries, steps)
    return Slices(begin, step or 0, cells[spots], start, at, counts)


def _within(first: int, last: int, tidy: tuple[int, int], loose: Ints) -> tuple[int, int]:
    """The days of a period that any issue has; only its first without one."""
    begin, end = tidy
    if len(loose):
        begin, end = min(begin, int(loose.min())), max(end, int(loose.max()))
    return (first, first) if begin > end else (max(first, begin), min(last, end))


def _with(entries: Entries, cells: Ints, where: Ints, when: Column, steps: int) -> tuple[Ints, Entries]:
    """All cells, and the entries with those of loose issues in their places."""
    every = np.union1d(cells, where)
    at, had, counts = entries
    keys = np.searchsorted(every, cells)[at] * steps + had
    late = np.searchsorted(every, where) * steps + when
    keys, many = _added(keys, counts, *np.unique(late, return_counts=True))
    own, then = np.divmod(keys, steps)
    return every, (own.astype(np.int32), then.astype(np.int32), many.astype(np.int32))


def _runs(keys: Ints) -> tuple[Ints, Ints]:
    """Keys that never fall, each once, with how many of each there are."""
    if not len(keys):
        return keys, keys
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    return keys[starts], np.diff(np.append(starts, len(keys)))


def _added(keys: Ints, counts: NDArray[Any], more: Ints, many: Ints) -> tuple[Ints, Ints]:
    """Two counts by rising keys as one."""
    where = np.searchsorted(keys, more)
    known = np.append(keys, -1)[where] == more
    counts = counts.copy()
    counts[where[known]] += many[known]
    return np.insert(keys, where[~known], more[~known]), np.insert(counts, where[~known], many[~known])


def without_cell(facts: Facts, sieve: Sieve) -> tuple[int, int]:
    """How many that pass are on no map: without a place, and far outside their community."""
    nowhere = outside = 0
    for part in facts.within(-2, 0):
        cell = part["cell"][sieve.passes(part)]
        nowhere += int((cell == -1).sum())
        outside += int((cell == -2).sum())  # noqa: PLR2004 - see heat_fact.cell
    return nowhere, outside


def total(facts: Facts, sieve: Sieve) -> int:
    """How many pass."""
    return sum(int(sieve.passes(part).sum()) for part in facts.parts())


def midnights(part: Part, sieve: Sieve) -> int:
    """How many would pass but for their midnight."""
    others = {name: numbers for name, numbers in sieve.wanted.items() if name not in {"hour", "weekday"}}
    return int((replace(sieve, wanted=others, by_hour=False).passes(part) & part["midnight"]).sum())
