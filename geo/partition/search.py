"""Look for a good plan: merge one to four neighbouring grids, divide them anew, keep what is truly better.

The recombination of DeFord, Duchin and Solomon (2021), with the tree cut optimally instead of at random and only
improvements accepted. Distances are computed, not stored, so that 5,000 atoms need no matrix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.compiled import compiled
from geo.partition.chance import below, draw
from geo.partition.objective import Board, excess, grid_cost
from geo.partition.tree import cut_tree, spanning_tree

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Share of recombinations that try to divide one grid by itself.
ALONE = 0.07
#: Improvements below this are rounding.
SLIGHT = 1.0e-9


@compiled
def first_plan(board: Board, trees: int, chance: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The best of ``trees`` random trees over the whole problem: (n,) the grid of each atom, see ``name``."""
    n = len(board.households)
    atoms = np.arange(n)
    best, best_violation, best_cost = np.zeros(n, np.int64), -1, 0.0
    mark = np.zeros(n, np.bool_)
    for _ in range(trees):
        order, parent, toll = spanning_tree(board, atoms, atoms, chance)
        piece = cut_tree(board, atoms, order, parent, toll)
        violation, cost = pieces_cost(board, atoms, piece, mark)
        if best_violation < 0 or violation < best_violation or (violation == best_violation and cost < best_cost):
            best, best_violation, best_cost = piece, violation, cost
    label = np.empty(n, np.int64)
    name(label, atoms, best)
    return label


@compiled
def pieces_cost(
    board: Board, atoms: NDArray[np.int64], piece: NDArray[np.int64], inside: NDArray[np.bool_]
) -> tuple[int, float]:
    """Violation and cost of the pieces of a region; edges that leave the region count as cut, half each.

    ``inside`` (n,) is all False, before and after: a mark for every atom of the problem.
    """
    violation, cost = 0, 0.0
    for p in range(piece.max() + 1):
        own = atoms[piece == p]
        if len(own) == 0:
            continue
        inside[own] = True
        violation += excess(board, board.households[own].sum())
        cost += grid_cost(board, own, inside)
        inside[own] = False
    return violation, cost


@compiled
def recombine(
    board: Board, label: NDArray[np.int64], locked: NDArray[np.bool_], rounds: int, chance: NDArray[np.uint64]
) -> int:
    """Improve ``label`` (n,) in place for some rounds; ``locked`` (n,) atoms stay. Returns the improvements.

    Each grid is labelled with one of its atoms, as ``name`` leaves it.
    """
    n = len(label)
    local, mark, better = np.full(n, -1), np.zeros(n, np.bool_), 0
    for _ in range(rounds):
        seed = below(chance, n)
        if locked[seed]:
            continue
        wanted = 1 if draw(chance) < ALONE else 2 + int(draw(chance) * draw(chance) * 3.0)
        atoms = _region(board, label, locked, seed, wanted, chance, mark)
        local[atoms] = np.arange(len(atoms))
        old = _compact(label[atoms])
        order, parent, toll = spanning_tree(board, atoms, local, chance)
        new = cut_tree(board, atoms, order, parent, toll)
        local[atoms] = -1
        if _improves(board, atoms, old, new, mark):
            name(label, atoms, new)
            better += 1
    return better


@compiled
def _improves(
    board: Board,
    atoms: NDArray[np.int64],
    old: NDArray[np.int64],
    new: NDArray[np.int64],
    mark: NDArray[np.bool_],
) -> bool:
    was, cost_was = pieces_cost(board, atoms, old, mark)
    now, cost_now = pieces_cost(board, atoms, new, mark)
    return now < was or (now == was and cost_now < cost_was - SLIGHT)


@compiled
def members(board: Board, label: NDArray[np.int64], atom: int, mark: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The atoms of the connected grid that holds ``atom``, ascending; ``mark`` (n,) is all False, before and after.

    Found by walking: a grid has a dozen atoms where the problem has thousands.
    """
    queue = np.empty(len(label), np.int64)
    queue[0], mark[atom] = atom, True
    filled, at = 1, 0
    while at < filled:
        v = queue[at]
        at += 1
        for e in range(board.start[v], board.start[v + 1]):
            other = board.near[e]
            if not mark[other] and label[other] == label[atom]:
                mark[other] = True
                queue[filled] = other
                filled += 1
    found = np.sort(queue[:filled])
    for i in found:
        mark[i] = False
    return found


@compiled
def _region(
    board: Board,
    label: NDArray[np.int64],
    locked: NDArray[np.bool_],
    first: int,
    wanted: int,
    chance: NDArray[np.uint64],
    mark: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """The atoms of the grid of atom ``first`` and of random neighbours, ``wanted`` grids where there are so many."""
    atoms = members(board, label, first, mark)
    for _ in range(wanted - 1):
        for i in atoms:
            mark[i] = True
        chosen, seen = -1, 0
        for i in atoms:
            for e in range(board.start[i], board.start[i + 1]):
                other = board.near[e]
                if not mark[other] and not locked[other]:
                    seen += 1
                    if below(chance, seen) == 0:
                        chosen = other
        for i in atoms:
            mark[i] = False
        if chosen < 0:
            break
        atoms = np.concatenate((atoms, members(board, label, chosen, mark)))
    return atoms


@compiled
def _compact(label: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same division numbered 0, 1, … in order of appearance."""
    out = np.empty(len(label), np.int64)
    known, used = np.empty(len(label), np.int64), 0
    for i in range(len(label)):
        k = 0
        while k < used and known[k] != label[i]:
            k += 1
        if k == used:
            known[used] = label[i]
            used += 1
        out[i] = k
    return out


@compiled
def name(label: NDArray[np.int64], atoms: NDArray[np.int64], piece: NDArray[np.int64]) -> None:
    """Label each piece with one of its own atoms: unique, and free of bookkeeping."""
    namesake = np.full(len(atoms), -1)
    for k in range(len(atoms)):
        if namesake[piece[k]] < 0:
            namesake[piece[k]] = atoms[k]
    for k in range(len(atoms)):
        label[atoms[k]] = namesake[piece[k]]
