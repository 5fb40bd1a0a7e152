"""The cheapest grid around a medoid, by a knapsack over buildings: the heart of every proof.

For dual prices ``dual`` (n,) the reduced cost of a grid S is its cost minus the prices of its atoms. For a fixed
medoid j the programme below finds the least reduced cost over a *superset* of the connected grids around j
(connectivity is kept along pendant paths and chains only, see ``weave``), so its value is a true lower bound.
``list_grids`` then walks the same table and lists every truly connected grid below a threshold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.partition.compiled import compiled
from geo.partition.objective import Board, distance, excess, grid_cost, size_cost, walk_cost

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.partition.weave import Weave


#: Marks of an atom while grids are listed: left out (or out of the question), undecided, taken.
OUT, OPEN, TAKEN = 0, 1, 2
#: Both branches of a position have been tried.
BOTH = 2
#: Two walks this close are the same walk, up to rounding.
SAME = 1.0e-12
#: Two medoids this close are equally good; far above rounding.
TIE = 1.0e-9


class Limits(NamedTuple):
    """What a grid may be, so that some plan of violation at most ``spare`` above the inevitable can contain it.

    ``fine`` is the price of one household of violation; ``spare`` the households by which a grid may miss the rule
    beyond what its medoid alone exceeds it.
    """

    spare: int
    fine: float


@compiled
def allowance(board: Board, limits: Limits, j: int) -> int:
    """By how many households a grid around medoid ``j`` may miss the rule.

    An atom above ``most`` brings its own excess along. As another's guest it is considered only where it could lack
    the majority (a strict majority is always the medoid), that is where its households are within ``spare``.
    """
    allowed = limits.spare + max(board.households[j] - board.most, 0)
    for i in range(len(board.households)):
        if i != j and board.most < board.households[i] <= limits.spare:
            allowed += board.households[i] - board.most
    return int(allowed)


@compiled
def within_reach(board: Board, cap: int, j: int) -> NDArray[np.int64]:
    """(n,) households on the lightest path from ``j``, both ends counted; above ``cap``: out of reach."""
    far = np.full(len(board.households), cap + 1)
    far[j] = board.households[j]
    queue, waiting = [j], np.zeros(len(far), np.bool_)
    at = 0
    while at < len(queue):
        v = queue[at]
        at += 1
        waiting[v] = False
        for e in range(board.start[v], board.start[v + 1]):
            w = board.near[e]
            there = far[v] + board.households[w]
            if there < far[w]:
                far[w] = there
                if not waiting[w]:
                    waiting[w] = True
                    queue.append(w)
    return far


class Table(NamedTuple):
    """The programme around one medoid: positions worth considering, and ``cost[t, taken, h]`` from t on."""

    atom: NDArray[np.int64]
    hung: NDArray[np.bool_]
    skip: NDArray[np.int64]
    toll: NDArray[np.float64]
    may: NDArray[np.bool_]
    must: NDArray[np.bool_]
    gain: NDArray[np.float64]
    cost: NDArray[np.float64]


@compiled
def table_of(board: Board, woven: Weave, limits: Limits, dual: NDArray[np.float64], j: int) -> Table:
    """Fill the programme for medoid ``j``; its least reduced cost is ``cost[0, 0, 0]``."""
    allowed = allowance(board, limits, j)
    cap = board.most + allowed
    may = within_reach(board, cap, j) <= cap
    for i in range(len(may)):
        if i != j and (2 * board.households[i] > cap or board.households[i] > max(board.most, limits.spare)):
            may[i] = False  # with the majority it would be the medoid itself
    must = np.zeros(len(may), np.bool_)
    must[j] = True
    low = woven.foot[j]
    while low >= 0:
        must[low] = may[low] = True
        low = woven.foot[low]
    atom, hung, skip, toll = _worthwhile(board, woven, may, j)
    gain = np.empty(len(atom))
    for t in range(len(atom)):
        gain[t] = board.households[atom[t]] * distance(board, atom[t], j) - dual[atom[t]]
    cost = np.empty((len(atom) + 1, 2, cap + 1))
    table = Table(atom, hung, skip, toll, may[atom], must[atom], gain, cost)
    _fill(board, limits, table, allowed)
    return table


@compiled
def _worthwhile(
    board: Board, woven: Weave, may: NDArray[np.bool_], j: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64], NDArray[np.float64]]:
    """The chains that hold anything in reach, the nearest first; ``skip`` renumbered."""
    n = len(woven.atom)
    near, first = np.full(woven.group[n - 1] + 1, np.inf), np.full(woven.group[n - 1] + 2, n)
    for t in range(n - 1, -1, -1):
        first[woven.group[t]] = t
        if may[woven.atom[t]]:
            near[woven.group[t]] = min(near[woven.group[t]], distance(board, woven.atom[t], j))
    place, used = np.empty(n, np.int64), 0
    skip = np.empty(n, np.int64)
    for g in np.argsort(near):
        if near[g] == np.inf:
            break
        shift = used - first[g]
        for t in range(first[g], first[g + 1]):
            place[used], skip[used] = t, woven.skip[t] + shift
            used += 1
    place = place[:used]
    return woven.atom[place], woven.hung[place], skip[:used], woven.toll[place]


@compiled
def _fill(board: Board, limits: Limits, table: Table, allowed: int) -> None:
    """Backwards from the last position: the least cost still to come, given the households so far."""
    last, cap = len(table.atom), board.most + allowed
    cost = table.cost
    for h in range(cap + 1):
        miss = excess(board, h)
        cost[last, 0, h] = size_cost(board, h) + limits.fine * miss if miss <= allowed else np.inf
        cost[last, 1, h] = cost[last, 0, h]
    for t in range(last - 1, -1, -1):
        own = board.households[table.atom[t]]
        into = cap + 1 - own if table.may[t] else 0
        toll, gain, skip = table.toll[t], table.gain[t], table.skip[t]
        for s in range(1 if table.hung[t] else 0, 2):  # a hung atom is met only after its foot was taken
            take = gain if table.hung[t] or s == 1 else gain + toll
            leave = toll if table.hung[t] or s == 1 else 0.0
            after = 1 if table.hung[t] else 0
            for h in range(cap + 1):
                cost[t, s, h] = np.inf if table.must[t] else cost[skip, after, h] + leave
            for h in range(into):
                cost[t, s, h] = min(cost[t, s, h], cost[t + 1, 1, h + own] + take)


@compiled
def price(
    board: Board,
    woven: Weave,
    limits: Limits,
    dual: NDArray[np.float64],
    threshold: float,
    most_steps: int,
    most_grids: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]]:
    """Connected grids of reduced cost <= ``threshold``, at most ``most_grids`` a medoid.

    Returns the grids (each as its size and its atoms, one after the other), for each medoid (n,) a true lower bound
    on the reduced cost of its grids, and (n,) whether all its grids within the threshold were listed. Where the
    listing gave up before it found any, the loose (perhaps unconnected) grid of that bound stands instead, as minus
    its size, minus its medoid, and its atoms.
    """
    n = len(dual)
    least, complete = np.empty(n), np.ones(n, np.bool_)
    out = [np.int64(0)]
    for j in range(n):
        table = table_of(board, woven, limits, dual, j)
        least[j] = table.cost[0, 0, 0]
        if least[j] <= threshold:
            known = len(out)
            complete[j] = list_grids(board, table, limits, dual, threshold, j, most_steps, most_grids, out)
            if not complete[j] and len(out) == known:
                _append_loose(board, table, j, out)
    floating_grids(board, woven, limits, dual, threshold, least, out)
    return np.array(out)[1:], least, complete


@compiled
def _append_loose(board: Board, table: Table, j: int, out: list[np.int64]) -> None:
    """Append the grid of the least relaxed reduced cost, connected or not."""
    t, s, h, head = 0, 0, 0, len(out)
    out.append(np.int64(0))
    out.append(np.int64(-j))
    while t < len(table.atom):
        if _better_branch(board, table, t, s, h) == 1:
            out.append(table.atom[t])
            h += board.households[table.atom[t]]
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
    out: list[np.int64],
) -> bool:
    """Append the connected grids around ``j`` within ``threshold``, the likeliest first; whether all were listed."""
    last, grids, depth = len(table.atom), 0, 0
    t_at, h_at = np.zeros(last + 2, np.int64), np.zeros(last + 2, np.int64)
    s_at, paid = np.zeros(last + 2, np.int64), np.zeros(last + 2)
    tried, taken = np.zeros(last + 2, np.int64), np.full(last + 2, -1)
    mark = _undecided(table, len(dual))
    for _ in range(most_steps):
        t = t_at[depth]
        _take_back(table, mark, t, taken[depth])
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
        take = _better_branch(board, table, t, s_at[depth], h_at[depth])
        if tried[depth] == 1:
            take = 1 - take
        tried[depth] += 1
        cost = paid[depth] + _step(board, table, t, s_at[depth], h_at[depth], take)
        if cost == np.inf:
            continue
        h = h_at[depth] + take * board.households[table.atom[t]]
        after = t + 1 if take == 1 else table.skip[t]
        s = 1 if take == 1 or table.hung[t] else 0
        if cost + table.cost[after, s, h] > threshold:
            continue
        taken[depth] = take
        _decide(table, mark, t, take)
        if not _hangs_together(board, mark, j):
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
def _hangs_together(board: Board, mark: NDArray[np.int64], j: int) -> bool:
    """Whether the taken atoms can still be joined through undecided ones."""
    missing = 0
    for k in range(len(mark)):
        missing += mark[k] == TAKEN
    if mark[j] == OUT:
        return False
    seen = np.zeros(len(mark), np.bool_)
    queue = np.empty(len(mark), np.int64)
    queue[0], filled, at = j, 1, 0
    seen[j] = True
    while at < filled and missing > 0:
        v = queue[at]
        at += 1
        missing -= mark[v] == TAKEN
        for e in range(board.start[v], board.start[v + 1]):
            w = board.near[e]
            if mark[w] != OUT and not seen[w]:
                seen[w] = True
                queue[filled] = w
                filled += 1
    return missing == 0


@compiled
def _step(board: Board, table: Table, t: int, s: int, h: int, take: int) -> float:
    """What taking or leaving position ``t`` costs; infinite where it may not be."""
    linked = table.hung[t] or s == 1
    if take == 1:
        if not table.may[t] or h + board.households[table.atom[t]] >= table.cost.shape[2]:
            return np.inf
        return float(table.gain[t] + (0.0 if linked else table.toll[t]))
    return np.inf if table.must[t] else float(table.toll[t] if linked else 0.0)


@compiled
def _better_branch(board: Board, table: Table, t: int, s: int, h: int) -> int:
    """1 if taking position ``t`` promises the lower reduced cost, else 0."""
    leave = _step(board, table, t, s, h, 0) + table.cost[table.skip[t], 1 if table.hung[t] else 0, h]
    take = _step(board, table, t, s, h, 1)
    if take < np.inf:
        take += table.cost[t + 1, 1, h + board.households[table.atom[t]]]
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
def fined_cost(board: Board, limits: Limits, atoms: NDArray[np.int64], inside: NDArray[np.bool_]) -> float:
    """The grid's cost with its violation at ``fine`` a household."""
    households = 0
    for i in atoms:
        households += board.households[i]
    return grid_cost(board, atoms, inside) + limits.fine * excess(board, households)


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
def _first_medoid(board: Board, atoms: NDArray[np.int64]) -> int:
    """The first of the best medoids: rounding must not choose among equals, for the verifier chooses again."""
    best = walk_cost(board, atoms)[0]
    for j in atoms:
        walk = 0.0
        for i in atoms:
            walk += board.households[i] * distance(board, i, j)
        if walk <= best + TIE:
            return int(j)
    return int(atoms[0])


@compiled
def floating_grids(
    board: Board,
    woven: Weave,
    limits: Limits,
    dual: NDArray[np.float64],
    threshold: float,
    least: NDArray[np.float64],
    out: list[np.int64],
) -> None:
    """Append the grids that lie on a pendant path without its base, and lower ``least`` of their medoids."""
    n = len(dual)
    above = np.full(n, -1)
    for i in range(n):
        if woven.foot[i] >= 0 and woven.foot[woven.foot[i]] >= 0:
            above[woven.foot[i]] = i
    inside = np.zeros(n, np.bool_)
    stretch = np.empty(n, np.int64)
    for low in range(n):
        high, size, households, forced, worth, dearest = low, 0, 0, 0, 0.0, -np.inf
        while woven.foot[low] >= 0 and high >= 0:
            stretch[size], inside[high] = high, True
            size += 1
            households += board.households[high]
            forced += max(board.households[high] - board.most, 0)
            worth += dual[high]
            dearest = max(dearest, least[high])
            miss = excess(board, households) - forced
            without_walk = size_cost(board, households) + limits.fine * (miss + forced) - worth
            if miss <= limits.spare and without_walk <= max(threshold, dearest):
                atoms = stretch[:size]
                medoid = _first_medoid(board, atoms)
                reduced = fined_cost(board, limits, atoms, inside) - dual[atoms].sum()
                least[medoid] = min(least[medoid], reduced)
                _append(board, limits, dual, threshold, atoms, inside, out)
            high = -1 if households - board.most - forced > limits.spare else above[high]
        for k in range(size):
            inside[stretch[k]] = False
