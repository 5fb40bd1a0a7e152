"""How good can a plan of two grids be? Every pair of medoids is asked; sharp where grids hold many homes (villages).

With both medoids given, each atom walks to one of them, and only the households of both sides decide what their sizes
cost: a knapsack over (atom, households of the first side). Connectivity and tolls are left out, so that the least over
all pairs is a bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.compiled import compiled
from geo.partition.objective import Board, distance, excess, size_cost

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.partition.frames import Limits


@compiled
def walks_of(board: Board) -> NDArray[np.float64]:
    """(n, n) what the walk of each atom's households to each medoid costs."""
    n = len(board.households)
    walk = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            walk[j, i] = board.households[i] * distance(board, i, j)
    return walk


@compiled
def sizes_cost(board: Board, limits: Limits) -> NDArray[np.float64]:
    """(total + 1,) what the sizes of both grids cost, by the households of the first."""
    total = board.households.sum()
    cost = np.empty(total + 1)
    for h in range(total + 1):
        miss = excess(board, h) + excess(board, total - h)
        cost[h] = size_cost(board, h) + size_cost(board, total - h) + limits.fine * miss
    return cost


@compiled
def pairs_below(board: Board, limits: Limits, goal: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The pairs of medoids (p, 2) whose best division costs less than ``goal``, and what it costs (p,)."""
    walk, sizes = walks_of(board), sizes_cost(board, limits)
    n, cheapest = len(walk), sizes.min()
    pairs, values = [np.int64(0)], [0.0]
    row = np.empty(len(sizes))
    for i in range(n):
        for j in range(i + 1, n):
            if np.minimum(walk[i], walk[j]).sum() + cheapest >= goal:
                continue
            value = _divide(board, walk, sizes, i, j, row)
            if value < goal:
                pairs.append(np.int64(i))
                pairs.append(np.int64(j))
                values.append(value)
    return np.array(pairs)[1:].reshape(-1, 2), np.array(values)[1:]


@compiled
def _divide(
    board: Board, walk: NDArray[np.float64], sizes: NDArray[np.float64], i: int, j: int, row: NDArray[np.float64]
) -> float:
    """The least cost of dividing all atoms between medoids ``i`` and ``j``; ``row`` is room for the programme."""
    row[:] = np.inf
    row[0] = 0.0
    reach, base = 0, 0.0
    for k in range(len(walk)):
        own, more = board.households[k], walk[i, k] - walk[j, k]
        base += walk[j, k]
        reach += own
        if own == 0:
            base += min(more, 0.0)
            continue
        for h in range(reach, own - 1, -1):
            cost = row[h - own] + more
            row[h] = cost if cost < row[h] else row[h]  # noqa: FURB136 - as in ``pricing``
    return float((row + sizes).min() + base)


@compiled
def division(board: Board, limits: Limits, i: int, j: int) -> NDArray[np.bool_]:
    """(n,) who belongs to medoid ``i`` in the best division between ``i`` and ``j``."""
    n, walk, sizes = len(board.households), walks_of(board), sizes_cost(board, limits)
    row = np.full(len(sizes), np.inf)
    row[0] = 0.0
    taken = np.zeros((n, len(sizes)), np.bool_)
    for k in range(n):
        own, more = board.households[k], walk[i, k] - walk[j, k]
        before = row.copy()
        for h in range(own, len(row)):
            cost = before[h - own] + more
            if cost < row[h]:
                row[h], taken[k, h] = cost, True
    mine, h = np.zeros(n, np.bool_), int(np.argmin(row + sizes))
    for k in range(n - 1, -1, -1):
        mine[k] = taken[k, h]
        if mine[k]:
            h -= board.households[k]
    return mine
