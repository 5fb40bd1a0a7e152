"""Counts over the facts: by cell, place, category or step of a film. A count is exactly the rows that pass."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geo.heat.bins import Slices, month_of
from geo.heat.lattice import INSIDE, ZOOM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from api.heat.facts import Facts, Part
    from api.heat.sieve import Sieve

    Ints = NDArray[np.int64]

FAR = 1 << 62
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
    tidy, loose = facts.tidy_within(first, end), facts.loose
    cells, counts = _sorted_counts(_squares(tidy["cell"][sieve.passes(tidy)], grain))
    cell = loose["cell"]
    cell = cell[sieve.passes(loose) & (cell >= first) & (cell < end)]
    if not len(cell):
        return cells, counts
    more, many = _sorted_counts(np.sort(_squares(cell, grain)))
    every, at = np.unique(np.concatenate([cells, more]), return_inverse=True)
    return every, np.bincount(at, np.concatenate([counts, many]), len(every)).astype(np.int64)


def _squares(cells: Ints, grain: int) -> Ints:
    return cells if grain == 1 else cells // grain * grain


def _sorted_counts(cells: Ints) -> tuple[Ints, Ints]:
    """Like ``np.unique`` of what is sorted already."""
    if not len(cells):
        return cells, cells
    starts = np.flatnonzero(np.concatenate([[True], cells[1:] != cells[:-1]]))
    return cells[starts], np.diff(np.append(starts, len(cells)))


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
    """For each column how many of those that pass have the value 0, have 1, and so on."""
    masks = [(part, sieve.passes(part)) for part in facts.parts()]
    found = []
    for column in columns:
        counts = [np.bincount(part[column][mask]) for part, mask in masks]
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
    cells, at, day = _placed(facts, sieve)
    first, last = sieve.days
    first, last = (max(first, int(day.min())), min(last, int(day.max()))) if len(day) else (first, first)
    if step is None:
        begin = int(month_of(first))
        of_day = month_of(np.arange(first, last + 1)) - begin
    else:
        begin = first
        of_day = np.arange(last - first + 1) // step
    flat = _by_step(of_day[day - first], at, int(of_day[-1]) + 1, len(cells))
    some = np.flatnonzero(flat)
    while step is not None and len(some) > most and len(flat) > len(cells):
        step *= 2
        by_step = flat.reshape(-1, len(cells))
        flat = np.add.reduceat(by_step, np.arange(0, len(by_step), 2)).ravel()
        some = np.flatnonzero(flat)
    when, where = np.divmod(some, max(len(cells), 1))
    used = np.zeros(len(cells), np.bool_)
    used[where] = True
    steps = len(flat) // len(cells) if len(cells) else 1
    start = np.searchsorted(when, np.arange(steps + 1)).astype(np.int64)
    return Slices(begin, step or 0, cells[used], start, (np.cumsum(used) - 1)[where], flat[some].astype(np.int64))


def _placed(facts: Facts, sieve: Sieve) -> tuple[Ints, Ints, Ints]:
    """Cells, which of them each issue that passes lies in, and its day; without those that have no cell."""
    tidy, loose = facts.tidy, facts.loose
    own, more = sieve.passes(tidy) & (tidy["cell"] >= 0), sieve.passes(loose) & (loose["cell"] >= 0)
    cells, at, day = facts.cells, facts.spot[own], tidy["day"][own]
    if more.any():
        cells, back = np.unique(np.concatenate([facts.cells, loose["cell"][more]]), return_inverse=True)
        at = np.concatenate([back[at], back[len(facts.cells) :]])
        day = np.concatenate([day, loose["day"][more]])
    return cells, at.astype(np.int64), day.astype(np.int64)


def _by_step(when: Ints, at: Ints, steps: int, cells: int) -> Ints:
    """How many of each step lie in each cell, step by step."""
    return np.bincount(when * cells + at, minlength=steps * cells)


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
