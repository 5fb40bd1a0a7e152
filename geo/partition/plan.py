"""Draw a first plan quickly: a few starts from random trees, recombined and polished."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.partition.chance import stream
from geo.partition.objective import Board, Score, plan_cost
from geo.partition.polish import polish
from geo.partition.search import first_plan, recombine

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geo.partition.master import Grid

#: Random trees a start, starts, and recombinations for each grid of the plan.
TREES, STARTS, ROUNDS = 4, 2, 10
#: Recombinations cost the square of a grid's atoms; so much of that is spent on a start (villages have large grids).
EFFORT = 60_000
#: Starts where the rule is not met yet: breaking it needs a better reason than bad luck.
STUBBORN = 8
#: Recombinations between two looks at the clock.
STRETCH = 200
#: From so many atoms on, one tree and one start are enough work.
LARGE = 800


def draw_plan(board: Board, seed: int, going_on: Callable[[], bool]) -> tuple[NDArray[np.int64], Score]:
    """The best plan of a few starts: (n,) labels, and its score. The same seed gives the same plan."""
    n = len(board.households)
    free = np.zeros(n, dtype=np.bool_)
    best: tuple[Score, NDArray[np.int64]] | None = None
    for start in range(STUBBORN):
        if best is not None and (not going_on() or (start >= (1 if n > LARGE else STARTS) and best[0].violation == 0)):
            break
        chance = stream(seed * STUBBORN + start)
        label = first_plan(board, 1 if n > LARGE else TREES, chance)
        grids = len(np.unique(label))
        rounds = min((ROUNDS // 2 if n > LARGE else ROUNDS) * grids + 60, max(EFFORT * grids**2 // n**2, 20))
        for done in range(0, rounds, STRETCH):
            if not going_on():
                break
            recombine(board, label, free, min(STRETCH, rounds - done), chance)
        if going_on():
            polish(board, label, free, 1 if n > LARGE else 4)
        score = Score(*plan_cost(board, label))
        if best is None or score < best[0]:
            best = score, label
    assert best is not None
    return best[1], best[0]


def grids_of(label: NDArray[np.int64]) -> tuple[Grid, ...]:
    """The grids of a plan, each the sorted tuple of its atoms."""
    order = np.argsort(label, kind="stable")
    ends = np.flatnonzero(np.diff(label[order])) + 1
    return tuple(sorted(tuple(part.tolist()) for part in np.split(order, ends)))


def labels_of(plan: tuple[Grid, ...], n: int) -> NDArray[np.int32]:
    """(n,) the grid of each atom, numbered in order of first atom."""
    label = np.empty(n, dtype=np.int32)
    for number, grid in enumerate(sorted(plan)):
        label[list(grid)] = number
    return label
