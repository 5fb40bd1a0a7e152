"""The cheapest grid around a medoid, by a knapsack over buildings: the heart of every proof.

For dual prices ``dual`` (n,) the reduced cost of a grid S is its cost minus the prices of its atoms. For a fixed
medoid j the programme below finds the least reduced cost over a *superset* of the connected grids around j
(connectivity is kept along pendant paths and chains only, see ``weave``), so its value is a true lower bound.
``list_grids`` then walks the same table and lists every truly connected grid below a threshold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.compiled import compiled
from geo.partition.frames import Frames, Limits, fined_cost
from geo.partition.objective import Board, distance, excess, size_cost, walk_cost

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Marks of an atom while grids are listed: left out (or out of the question), undecided, taken.
OUT, OPEN, TAKEN = 0, 1, 2
#: Both branches of a position have been tried.
BOTH = 2
#: Two walks this close are the same walk, up to rounding.
SAME = 1.0e-12


class Table(NamedTuple):
    """The programme around one medoid: its frame, what taking each position gains, ``cost[t, taken, h]`` from t on.

    ``h`` counts households in the frame's ``step``.
    """

    atom: NDArray[np.int64]
    hung: NDArray[np.bool_]
    skip: NDArray[np.int64]
    toll: NDArray[np.float64]
    may: NDArray[np.bool_]
    must: NDArray[np.bool_]
    own: NDArray[np.int64]
    gain: NDArray[np.float64]
    cost: NDArray[np.float64]


@compiled
def table_of(
    board: Board, frames: Frames, limits: Limits, dual: NDArray[np.float64], j: int, room: NDArray[np.float64]
) -> Table:
    """Fill the programme for medoid ``j`` in ``room``; its least reduced cost is ``cost[0, 0, 0]``."""
    a, b, step = frames.first[j], frames.first[j + 1], frames.step[j]
    atom = frames.atom[a:b]
    gain = frames.walk[a:b] - dual[atom]
    rows, width = len(atom) + 1, (board.most + frames.allowed[j]) // step + 1
    table = Table(
        atom,
        frames.hung[a:b],
        frames.skip[a:b],
        frames.toll[a:b],
        frames.may[a:b],
        frames.must[a:b],
        frames.own[a:b],
        gain,
        room[: rows * 2 * width].reshape((rows, 2, width)),
    )
    _fill(board, limits, table, frames.allowed[j], step)
    return table


@compiled
def _fill(board: Board, limits: Limits, table: Table, allowed: int, step: int) -> None:
    """Backwards from the last position: the least cost still to come, given the households so far."""
    last, width = len(table.atom), table.cost.shape[2]
    cost = table.cost
    for h in range(width):
        miss = excess(board, h * step)
        cost[last, 0, h] = size_cost(board, h * step) + limits.fine * miss if miss <= allowed else np.inf
        cost[last, 1, h] = cost[last, 0, h]
    for t in range(last - 1, -1, -1):
        toll, gain, skip = table.toll[t], table.gain[t], table.skip[t]
        for s in range(1 if table.hung[t] else 0, 2):  # a hung atom is met only after its foot was taken
            linked = table.hung[t] or s == 1
            leave = np.inf if table.must[t] else (toll if linked else 0.0)
            take = gain if linked else gain + toll
            _leave(cost[t, s], cost[skip, 1 if table.hung[t] else 0], leave)
            if table.may[t]:
                _take(cost[t, s], cost[t + 1, 1], take, table.own[t])


@compiled
def _leave(row: NDArray[np.float64], after: NDArray[np.float64], price: float) -> None:
    for h in range(len(row)):
        row[h] = after[h] + price


@compiled
def _take(row: NDArray[np.float64], after: NDArray[np.float64], price: float, own: int) -> None:
    ahead = after[own:]
    for h in range(len(ahead)):
        cost = ahead[h] + price
        row[h] = cost if cost < row[h] else row[h]  # noqa: FURB136 - min() keeps the loop from being vectorised


@compiled
def price(
    board: Board,
    frames: Frames,
    limits: Limits,
    dual: NDArray[np.float64],
    threshold: float,
    most_steps: int,
    most_grids: int,
    medoids: tuple[int, int, int],
    least: NDArray[np.float64],
    complete: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Connected grids of reduced cost <= ``threshold`` around some ``medoids`` (first, end, step), few for each.

    Writes for each of these medoids into ``least`` (n,) a true lower bound on the reduced cost of its grids, into
    ``complete`` (n,) whether all its grids within the threshold were listed. Returns the grids, each as its size and
    its atoms, one after the other. Where the listing gave up before it found any, the loose (perhaps unconnected) grid
    of that bound stands instead, as minus its size, minus its medoid, and its atoms.
    """
    out, room, steps = [np.int64(0)], np.empty(frames.room), steps_for(len(dual))
    for j in range(medoids[0], medoids[1], medoids[2]):
        table = table_of(board, frames, limits, dual, j, room)
        least[j] = table.cost[0, 0, 0]
        if least[j] <= threshold:
            known = len(out)
            complete[j] = list_grids(board, table, limits, dual, threshold, j, most_steps, most_grids, steps, out)
            if not complete[j] and len(out) == known:
                _append_loose(table, j, out)
    return np.array(out)[1:]


@compiled
def _append_loose(table: Table, j: int, out: list[np.int64]) -> None:
    """Append the grid of the least relaxed reduced cost, connected or not."""
    t, s, h, head = 0, 0, 0, len(out)
    out.append(np.int64(0))
    out.append(np.int64(-j))
    while t < len(table.atom):
        if _better_branch(table, t, s, h) == 1:
            out.append(table.atom[t])
            h += table.own[t]
            s = 1
            t += 1
        else:
            s = 1 if table.hung[t] else 0
            t = table.skip[t]
    out[head] = np.int64(head + 2 - len(out))


@compiled
def list_grids(
    board: Board,
    table: Table,
    limits: Limits,
    dual: NDArray[np.float64],
    threshold: float,
    j: int,
    most_steps: int,
    most_grids: int,
    steps: Steps,
    out: list[np.int64],
) -> bool:
    """Append the connected grids around ``j`` within ``threshold``, the likeliest first; whether all were listed."""
    last, grids, depth, size = len(table.atom), 0, 0, 0
    t_at, h_at = np.zeros(last + 2, np.int64), np.zeros(last + 2, np.int64)
    s_at, paid = np.zeros(last + 2, np.int64), np.zeros(last + 2)
    tried, taken = np.zeros(last + 2, np.int64), np.full(last + 2, -1)
    mark = _undecided(table, len(dual))
    for _ in range(most_steps):
        t = t_at[depth]
        _take_back(table, mark, t, taken[depth])
        size -= taken[depth] == 1
        taken[depth] = -1
        if t == last or tried[depth] == BOTH:
            if t == last:
                grids += _keep(board, limits, dual, threshold, j, mark, out)
            depth -= 1
            if depth < 0:
                return True
            if grids >= most_grids:
                return False
            continue
        take = _better_branch(table, t, s_at[depth], h_at[depth])
        if tried[depth] == 1:
            take = 1 - take
        tried[depth] += 1
        cost = paid[depth] + _step(table, t, s_at[depth], h_at[depth], take)
        if cost == np.inf:
            continue
        h = h_at[depth] + take * table.own[t]
        after = t + 1 if take == 1 else table.skip[t]
        s = 1 if take == 1 or table.hung[t] else 0
        if cost + table.cost[after, s, h] > threshold:
            continue
        taken[depth] = take
        _decide(table, mark, t, take)
        size += take
        if not _stays_joined(board, table, mark, t, take, j) and not _hangs_together(board, mark, j, size, steps):
            continue
        depth += 1
        t_at[depth], s_at[depth], h_at[depth], paid[depth], tried[depth] = after, s, h, cost, 0
    return False


@compiled
def _undecided(table: Table, n: int) -> NDArray[np.int64]:
    """(n,) the mark of each atom before anything is decided."""
    mark = np.zeros(n, np.int64)
    for t in range(len(table.atom)):
        if table.may[t]:
            mark[table.atom[t]] = OPEN
    return mark


@compiled
def _decide(table: Table, mark: NDArray[np.int64], t: int, take: int) -> None:
    if take == 1:
        mark[table.atom[t]] = TAKEN
    else:
        for k in range(t, table.skip[t]):
            mark[table.atom[k]] = OUT


@compiled
def _take_back(table: Table, mark: NDArray[np.int64], t: int, take: int) -> None:
    if take >= 0:
        for k in range(t, t + 1 if take == 1 else table.skip[t]):
            mark[table.atom[k]] = OPEN if table.may[k] else OUT


@compiled
def _stays_joined(board: Board, table: Table, mark: NDArray[np.int64], t: int, take: int, j: int) -> bool:
    """Whether it is plain that deciding position ``t`` parts nothing: a dead end left out, a neighbour taken in."""
    if take == 0:
        return bool(table.hung[t])
    atom = table.atom[t]
    for e in range(board.start[atom], board.start[atom + 1]):
        if mark[board.near[e]] == TAKEN and mark[j] == TAKEN:
            return True
    return False


class Steps(NamedTuple):
    """Memory of the walks through the graph: ``seen`` (n,) holds the number of the walk that came by last."""

    seen: NDArray[np.int64]
    queue: NDArray[np.int64]
    walks: NDArray[np.int64]


@compiled
def steps_for(n: int) -> Steps:
    """Memory for walks through ``n`` atoms."""
    return Steps(np.zeros(n, np.int64), np.empty(n, np.int64), np.zeros(1, np.int64))


@compiled
def _hangs_together(board: Board, mark: NDArray[np.int64], j: int, taken: int, steps: Steps) -> bool:
    """Whether the ``taken`` atoms that are marked so can still be joined to ``j`` through undecided ones."""
    if mark[j] == OUT:
        return False
    steps.walks[0] += 1
    seen, queue, walk, missing = steps.seen, steps.queue, steps.walks[0], taken
    queue[0], filled, at = j, 1, 0
    seen[j] = walk
    while at < filled and missing > 0:
        v = queue[at]
        at += 1
        missing -= mark[v] == TAKEN
        for e in range(board.start[v], board.start[v + 1]):
            w = board.near[e]
            if mark[w] != OUT and seen[w] != walk:
                seen[w] = walk
                queue[filled] = w
                filled += 1
    return bool(missing == 0)


@compiled
def _step(table: Table, t: int, s: int, h: int, take: int) -> float:
    """What taking or leaving position ``t`` costs; infinite where it may not be."""
    linked = table.hung[t] or s == 1
    if take == 1:
        if not table.may[t] or h + table.own[t] >= table.cost.shape[2]:
            return np.inf
        return float(table.gain[t] + (0.0 if linked else table.toll[t]))
    return np.inf if table.must[t] else float(table.toll[t] if linked else 0.0)


@compiled
def _better_branch(table: Table, t: int, s: int, h: int) -> int:
    """1 if taking position ``t`` promises the lower reduced cost, else 0."""
    leave = _step(table, t, s, h, 0) + table.cost[table.skip[t], 1 if table.hung[t] else 0, h]
    take = _step(table, t, s, h, 1)
    if take < np.inf:
        take += table.cost[t + 1, 1, h + table.own[t]]
    return 1 if take <= leave else 0


@compiled
def _keep(
    board: Board,
    limits: Limits,
    dual: NDArray[np.float64],
    threshold: float,
    j: int,
    mark: NDArray[np.int64],
    out: list[np.int64],
) -> int:
    """Append the taken atoms if they are connected, ``j`` is a best medoid and the true reduced cost fits."""
    inside = mark == TAKEN
    atoms = np.flatnonzero(inside)
    kept = 0
    if connected(board, atoms, inside):
        walk = 0.0
        for i in atoms:
            walk += board.households[i] * distance(board, int(i), j)
        if walk <= walk_cost(board, atoms)[0] + SAME:
            kept = _append(board, limits, dual, threshold, atoms, inside, out)
    return kept


@compiled
def _append(
    board: Board,
    limits: Limits,
    dual: NDArray[np.float64],
    threshold: float,
    atoms: NDArray[np.int64],
    inside: NDArray[np.bool_],
    out: list[np.int64],
) -> int:
    reduced = fined_cost(board, limits, atoms, inside)
    for i in atoms:
        reduced -= dual[i]
    if reduced > threshold:
        return 0
    out.append(np.int64(len(atoms)))
    out.extend(atoms)
    return 1


@compiled
def connected(board: Board, atoms: NDArray[np.int64], inside: NDArray[np.bool_]) -> bool:
    """Whether ``atoms``, marked in ``inside``, hang together."""
    seen = np.zeros(len(inside), np.bool_)
    queue = np.empty(len(atoms), np.int64)
    queue[0], filled, at = atoms[0], 1, 0
    seen[atoms[0]] = True
    while at < filled:
        v = queue[at]
        at += 1
        for e in range(board.start[v], board.start[v + 1]):
            w = board.near[e]
            if inside[w] and not seen[w]:
                seen[w] = True
                queue[filled] = w
                filled += 1
    return filled == len(atoms)


@compiled
def floating_grids(
    frames: Frames, dual: NDArray[np.float64], threshold: float, least: NDArray[np.float64]
) -> NDArray[np.int64]:
    """The grids on a pendant path without its base, as ``price`` writes them; lowers ``least`` of their medoids."""
    out = [np.int64(0)]
    for k in range(len(frames.stretch_cost)):
        reduced, at, size = frames.stretch_cost[k], frames.stretch_low[k], frames.stretch_size[k]
        for _ in range(size):
            reduced -= dual[at]
            at = frames.above[at]
        medoid = frames.stretch_medoid[k]
        least[medoid] = min(least[medoid], reduced)
        if reduced <= threshold:
            out.append(size)
            at = frames.stretch_low[k]
            for _ in range(size):
                out.append(at)
                at = frames.above[at]
    return np.array(out)[1:]
