"""Move single dwellings across a border while that makes the plan better: the last millimetre of the search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.partition.compiled import compiled
from geo.partition.objective import Board, excess, grid_cost
from geo.partition.search import SLIGHT

if TYPE_CHECKING:
    from numpy.typing import NDArray


@compiled
def polish(board: Board, label: NDArray[np.int64], locked: NDArray[np.bool_], passes: int) -> int:
    """Improve ``label`` (n,) in place by single moves until none helps; returns the moves made."""
    moves = 0
    for _ in range(passes):
        before = moves
        for i in range(len(label)):
            if not locked[i]:
                moves += _best_move(board, label, locked, i)
        if moves == before:
            break
    return moves


@compiled
def _best_move(board: Board, label: NDArray[np.int64], locked: NDArray[np.bool_], i: int) -> int:
    """Move atom ``i`` to the neighbouring grid that gains most, if any gains and its own grid stays whole."""
    mine = np.flatnonzero(label == label[i])
    if len(mine) == 1:
        return 0
    inside = np.zeros(len(label), np.bool_)
    inside[mine] = True
    best_violation, best_cost, best = 0, -SLIGHT, -1
    whole = -1
    for e in range(board.start[i], board.start[i + 1]):
        other = board.near[e]
        if inside[other] or locked[other] or label[other] == best:
            continue
        if whole < 0:
            whole = 1 if stays_whole(board, inside, i, len(mine)) else 0
        if whole == 0:
            return 0
        violation, cost = _gain(board, label, mine, inside, i, label[other])
        if violation < best_violation or (violation == best_violation and cost < best_cost):
            best_violation, best_cost, best = violation, cost, label[other]
    if best < 0:
        return 0
    name = mine[0] if mine[0] != i else mine[1]
    label[mine] = name if label[i] == i else label[i]
    label[i] = best
    return 1


@compiled
def stays_whole(board: Board, inside: NDArray[np.bool_], gone: int, size: int) -> bool:
    """Whether the ``size`` atoms marked ``inside`` stay connected without ``gone``."""
    queue, seen = np.empty(size, np.int64), inside.copy()
    seen[gone] = False
    filled = 0
    for e in range(board.start[gone], board.start[gone + 1]):
        if seen[board.near[e]]:
            queue[0], filled = board.near[e], 1
            seen[board.near[e]] = False
            break
    at = 0
    while at < filled:
        v = queue[at]
        at += 1
        for e in range(board.start[v], board.start[v + 1]):
            other = board.near[e]
            if seen[other]:
                seen[other] = False
                queue[filled] = other
                filled += 1
    return filled == size - 1


@compiled
def _gain(
    board: Board,
    label: NDArray[np.int64],
    mine: NDArray[np.int64],
    inside: NDArray[np.bool_],
    i: int,
    into: int,
) -> tuple[int, float]:
    """Change of (violation, cost) if ``i`` leaves ``mine`` for grid ``into``; below zero is better."""
    theirs = np.flatnonzero(label == into)
    there = np.zeros(len(label), np.bool_)
    there[theirs] = True
    h, a, b = board.households[i], board.households[mine].sum(), board.households[theirs].sum()
    violation = excess(board, a - h) + excess(board, b + h) - excess(board, a) - excess(board, b)
    if violation > 0:
        return violation, 0.0
    cost = -grid_cost(board, mine, inside) - grid_cost(board, theirs, there)
    inside[i], there[i] = False, True
    cost += grid_cost(board, mine[mine != i], inside)
    cost += grid_cost(board, np.append(theirs, i), there)
    inside[i] = True
    return violation, cost
