"""Cut a random spanning tree into grids as well as that tree allows.

Every connected division of a neighbourhood is a division of some spanning tree, and a tree can be divided
optimally by a dynamic programme over (atom, households of the grid still open). The walk is not additive along a
tree, so the programme prices it as ``DETOUR`` × the way along the tree; the caller judges by the true cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.compiled import compiled
from geo.partition.chance import below, draw
from geo.partition.objective import Board, distance, excess, size_cost

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: A way along the tree to the grid's topmost atom, against the straight way to its medoid (measured).
DETOUR = 0.6
#: How often an edge with a toll is taken into the tree before the others.
WHOLE = 0.75
#: Price of one household of violation inside the programme: far above any objective.
VIOLATION = 1.0e5


@compiled
def spanning_tree(
    board: Board, atoms: NDArray[np.int64], local: NDArray[np.int64], chance: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """A random spanning tree of connected ``atoms``: (order from the root, parent, toll to the parent), local numbers.

    Kruskal on random keys; edges with a toll come first with chance ``WHOLE``, so that stairwells stay whole.
    ``local`` maps an atom to its place in ``atoms``, or to -1.
    """
    a, b, toll = _edges_inside(board, atoms, local)
    key = np.empty(len(a))
    for e in range(len(a)):
        key[e] = draw(chance)
        if toll[e] > 0.0 and draw(chance) < WHOLE:
            key[e] -= 1.0
    m = len(atoms)
    root = np.arange(m)
    first, following = np.full(m, -1), np.full(2 * m, -1)
    end, price, used = np.empty(2 * m, np.int64), np.empty(2 * m), 0
    for e in np.argsort(key):
        ra, rb = _find(root, a[e]), _find(root, b[e])
        if ra != rb:
            root[ra] = rb
            for tail, head in ((a[e], b[e]), (b[e], a[e])):
                end[used], price[used], following[used] = head, toll[e], first[tail]
                first[tail] = used
                used += 1
    return _hang(first, following, end, price, below(chance, m))


@compiled
def _edges_inside(
    board: Board, atoms: NDArray[np.int64], local: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    room = 0
    for i in atoms:
        room += board.start[i + 1] - board.start[i]
    a, b, toll, used = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room), 0
    for i in atoms:
        for e in range(board.start[i], board.start[i + 1]):
            other = board.near[e]
            if other > i and local[other] >= 0:
                a[used], b[used], toll[used] = local[i], local[other], board.toll[e]
                used += 1
    return a[:used], b[:used], toll[:used]


@compiled
def _find(root: NDArray[np.int64], x: int) -> int:
    while root[x] != x:
        root[x] = root[root[x]]
        x = root[x]
    return x


@compiled
def _hang(
    first: NDArray[np.int64],
    following: NDArray[np.int64],
    end: NDArray[np.int64],
    price: NDArray[np.float64],
    top: int,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    m = len(first)
    order, parent, toll = np.empty(m, np.int64), np.full(m, -1), np.zeros(m)
    order[0], filled = top, 1
    for at in range(m):
        v = order[at]
        e = first[v]
        while e >= 0:
            c = end[e]
            if c != parent[v]:
                parent[c], toll[c] = v, price[e]
                order[filled] = c
                filled += 1
            e = following[e]
    return order, parent, toll


@compiled
def cut_tree(
    board: Board,
    atoms: NDArray[np.int64],
    order: NDArray[np.int64],
    parent: NDArray[np.int64],
    toll: NDArray[np.float64],
) -> NDArray[np.int64]:
    """The piece of each atom (local numbers), as the tree's best division has it.

    ``open_cost[v, h]``: the least cost below v while the grid around v holds h households; above ``most`` each
    further household is charged as violation and h stays at ``most``.
    """
    m, width = len(atoms), board.most + 1
    open_cost = np.full((m, width), np.inf)
    reach, closes = np.empty(m, np.int64), np.empty(m, np.int64)
    taken, before = np.full((m, width), -1), np.zeros((m, width), np.int64)
    for v in range(m):
        h = board.households[atoms[v]]
        reach[v] = min(h, board.most)
        open_cost[v, reach[v]] = VIOLATION * (h - reach[v])
    for at in range(m - 1, 0, -1):
        v = order[at]
        closes[v], closed = _close(board, open_cost[v], reach[v])
        step = DETOUR * distance(board, atoms[v], atoms[parent[v]])
        _join(board, open_cost, reach, parent[v], v, closed + toll[v], step, taken[v], before[v])
    closes[order[0]], _ = _close(board, open_cost[order[0]], reach[order[0]])
    return _pieces(order, parent, closes, taken, before)


@compiled
def _close(board: Board, cost: NDArray[np.float64], reach: int) -> tuple[int, float]:
    """The best household count with which the open grid may end, and its cost."""
    best, at = np.inf, 0
    for h in range(reach + 1):
        if cost[h] < np.inf:
            total = cost[h] + size_cost(board, h) + VIOLATION * excess(board, h)
            if total < best:
                best, at = total, h
    return at, best


@compiled
def _join(
    board: Board,
    open_cost: NDArray[np.float64],
    reach: NDArray[np.int64],
    p: int,
    c: int,
    shut: float,
    step: float,
    taken: NDArray[np.int64],
    before: NDArray[np.int64],
) -> None:
    """Hang child ``c`` below ``p``: cut off at the price ``shut``, or in the same grid, ``step`` further to walk."""
    old = open_cost[p].copy()
    for h in range(reach[p] + 1):
        open_cost[p, h] = old[h] + shut
        before[h] = h
    below, states = np.empty(reach[c] + 1, np.int64), 0  # the counts that can be: few where all floors are alike
    for h2 in range(reach[c] + 1):
        if open_cost[c, h2] < np.inf:
            below[states] = h2
            states += 1
    for h1 in range(reach[p] + 1):
        if old[h1] == np.inf:
            continue
        for h2 in below[:states]:
            h = min(h1 + h2, board.most)
            cost = old[h1] + open_cost[c, h2] + step * h2 + VIOLATION * (h1 + h2 - h)
            if cost < open_cost[p, h]:
                open_cost[p, h], taken[h], before[h] = cost, h2, h1
    reach[p] = min(reach[p] + reach[c], board.most)


@compiled
def _pieces(
    order: NDArray[np.int64],
    parent: NDArray[np.int64],
    closes: NDArray[np.int64],
    taken: NDArray[np.int64],
    before: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Walk the programme back from the root; children were joined in the opposite order."""
    m = len(order)
    piece, state, pieces = np.zeros(m, np.int64), np.zeros(m, np.int64), 1
    state[order[0]] = closes[order[0]]
    for at in range(1, m):
        v = order[at]
        p = parent[v]
        h = state[p]
        state[p] = before[v, h]
        if taken[v, h] < 0:
            piece[v], state[v] = pieces, closes[v]
            pieces += 1
        else:
            piece[v], state[v] = piece[p], taken[v, h]
    return piece
