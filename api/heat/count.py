"""Counts over the facts: by cell, place, category or step of a film. A count is exactly the rows that pass."""

from __future__ import annotations

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


def chosen(facts: Facts, sieve: Sieve, *columns: str) -> tuple[NDArray[np.int64], ...]:
    """Some columns of all rows that pass."""
    masks = [(part, sieve.passes(part)) for part in facts.parts()]
    return tuple(np.concatenate([part[c][mask] for part, mask in masks]).astype(np.int64) for c in columns)


def film(facts: Facts, sieve: Sieve, step: int | None) -> Slices:
    """The cells by step of so many days, or by calendar month (``step`` None); the first step begins the period."""
    cell, day = chosen(facts, sieve, "cell", "day")
    cell, day = cell[cell >= 0], day[cell >= 0]
    first, last = sieve.days
    if len(day):
        first, last = max(first, int(day.min())), min(last, int(day.max()))
    else:
        last = first
    cells, at = np.unique(cell, return_inverse=True)
    if step is None:
        begin = int(month_of(first))
        when, steps = month_of(day) - begin, int(month_of(last)) - begin + 1
    else:
        begin = first
        when, steps = (day - first) // step, (last - first) // step + 1
    code, counts = np.unique(when * max(len(cells), 1) + at, return_counts=True)
    start = np.searchsorted(code, np.arange(steps + 1) * max(len(cells), 1))
    return Slices(begin, step or 0, cells, start.astype(np.int64), code % max(len(cells), 1), counts.astype(np.int64))


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
    """How many that would pass but for their midnight."""
    first, last = sieve.days
    return int((part.alive & part["midnight"] & (part["day"] >= first) & (part["day"] <= last)).sum())
