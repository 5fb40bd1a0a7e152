"""Move single dwellings across a border while that makes the plan better: the last millimetre of the search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.compiled import compiled
from geo.partition.objective import Board, excess, grid_cost
from geo.partition.search import SLIGHT, members

if TYPE_CHECKING:
    from numpy.typing import NDArray


@compiled
def polish(board: Board, label: NDArray[np.int64], locked: NDArray[np.bool_], passes: int) -> int:
    """Improve ``label`` (n,) in place by single moves until none helps; returns the moves made."""
    moves, marks = 0, np.zeros((2, len(label)), np.bool_)
    for _ in range(passes):
        before = moves
        for i in range(len(label)):
            if not locked[i] and _at_border(board, label, i):
                mine = members(board, label, i, marks[0])
                marks[0][mine] = True
                moves += _best_move(board, label, locked, i, mine, marks)
                marks[0][mine] = False
        if moves == before:
            break
    return moves


@compiled
def _at_border(board: Board, label: NDArray[np.int64], i: int) -> bool:
    around = label[board.near[board.start[i] : board.start[i + 1]]]
    return bool((around != label[i]).any())


@compiled
def _best_move(
    board: Board,
    label: NDArray[np.int64],
    locked: NDArray[np.bool_],
    i: int,
    mine: NDArray[np.int64],
    marks: NDArray[np.bool_],
) -> int:
    """Move atom ``i`` to the neighbouring grid that gains most, if any gains and its own grid stays whole.

    ``marks`` (2, n): its own grid ``mine``, and a row that is all False, before and after.
    """
    if len(mine) == 1:
        return 0
    inside = marks[0]
    best_violation, best_cost, best = 0, -SLIGHT, -1
    whole = -1
    for e in range(board.start[i], board.start[i + 1]):
        other = board.near[e]
        if inside[other] or locked[other] or label[other] == best:
            continue
        if whole < 0:
            whole = 1 if _stays_whole(board, mine, i, marks[1]) else 0
        if whole == 0:
            return 0
        theirs = members(board, label, other, marks[1])
        violation, cost = _gain(board, mine, theirs, i, inside, marks[1])
        if violation < best_violation or (violation == best_violation and cost < best_cost):
            best_violation, best_cost, best = violation, cost, label[other]
    if best < 0:
        return 0
    name = mine[0] if mine[0] != i else mine[1]
    label[mine] = name if label[i] == i else label[i]
    label[i] = best
    return 1


@compiled
def _stays_whole(board: Board, mine: NDArray[np.int64], gone: int, seen: NDArray[np.bool_]) -> bool:
    """Whether the atoms ``mine`` stay connected without ``gone``; ``seen`` (n,) is all False, before and after."""
    queue, filled, at = np.empty(len(mine), np.int64), 0, 0
    for i in mine:
        seen[i] = i != gone
    for e in range(board.start[gone], board.start[gone + 1]):
        if seen[board.near[e]]:
            queue[0], filled = board.near[e], 1
            seen[board.near[e]] = False
            break
    while at < filled:
        v = queue[at]
        at += 1
        for e in range(board.start[v], board.start[v + 1]):
            other = board.near[e]
            if seen[other]:
                seen[other] = False
                queue[filled] = other
                filled += 1
    for i in mine:
        seen[i] = False
    return filled == len(mine) - 1


@compiled
def _gain(
    board: Board,
    mine: NDArray[np.int64],
    theirs: NDArray[np.int64],
    i: int,
    inside: NDArray[np.bool_],
    there: NDArray[np.bool_],
) -> tuple[int, float]:
    """Change of (violation, cost) if ``i`` leaves ``mine`` for ``theirs``; below zero is better.

    ``inside`` marks ``mine``; ``there`` is all False, before and after.
    """
    h, a, b = board.households[i], board.households[mine].sum(), board.households[theirs].sum()
    violation = excess(board, a - h) + excess(board, b + h) - excess(board, a) - excess(board, b)
    if violation > 0:
        return violation, 0.0
    there[theirs] = True
    cost = -grid_cost(board, mine, inside) - grid_cost(board, theirs, there)
    inside[i], there[i] = False, True
    cost += grid_cost(board, mine[mine != i], inside)
    cost += grid_cost(board, np.append(theirs, i), there)
    inside[i] = True
    there[theirs] = False
    there[i] = False
    return violation, cost
