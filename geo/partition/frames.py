"""What the price of a grid around each medoid depends on besides the prices: made once for a whole proof.

For each medoid the atoms that its grids can hold, in the order in which the programme of ``pricing`` meets them, and
every grid that lies on a pendant path without its base.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.compiled import compiled
from geo.partition.objective import Board, distance, excess, grid_cost, walk_cost

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.partition.weave import Weave

#: Two medoids this close are equally good; far above rounding.
TIE = 1.0e-9


class Limits(NamedTuple):
    """What a grid may be, so that some plan of violation at most ``spare`` above the inevitable can contain it.

    ``fine`` is the price of one household of violation; ``spare`` the households by which a grid may miss the rule
    beyond what its medoid alone exceeds it.
    """

    spare: int
    fine: float


class Frames(NamedTuple):
    """The frames of all n medoids one after the other: positions ``first[j]``..``first[j + 1]`` belong to medoid j.

    Attributes:
        first: (n + 1,) where each frame begins.
        step: (n,) the greatest number that divides the households of every atom of the frame (a tower's floors have
            four each); households are counted in it, which makes the programme so many times narrower.
        allowed: (n,) by how many households a grid around the medoid may miss the rule.
        atom, hung, skip, toll: the positions as ``Weave`` has them, ``skip`` counted from the frame's beginning.
        may, must: whether a grid around the medoid can, has to contain the atom.
        own: the atom's households, counted in steps.
        walk: what its walk to the medoid costs.
        above: (n,) the atom above on a pendant path, or -1.
        stretch_low, stretch_size, stretch_cost, stretch_medoid: the grids on pendant paths without their base.
        room: floats that the largest programme needs.
    """

    first: NDArray[np.int64]
    step: NDArray[np.int64]
    allowed: NDArray[np.int64]
    atom: NDArray[np.int64]
    hung: NDArray[np.bool_]
    skip: NDArray[np.int64]
    toll: NDArray[np.float64]
    may: NDArray[np.bool_]
    must: NDArray[np.bool_]
    own: NDArray[np.int64]
    walk: NDArray[np.float64]
    above: NDArray[np.int64]
    stretch_low: NDArray[np.int64]
    stretch_size: NDArray[np.int64]
    stretch_cost: NDArray[np.float64]
    stretch_medoid: NDArray[np.int64]
    room: int


@compiled
def frames_of(board: Board, woven: Weave, limits: Limits) -> Frames:
    """The frames of a connected problem."""
    n, room = len(board.households), 0
    first, step, allowed = np.zeros(n + 1, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    places, skips, mays = [np.int64(0)], [np.int64(0)], [False]
    for j in range(n):
        allowed[j] = allowance(board, limits, j)
        may = _may_join(board, woven, limits, j, board.most + allowed[j])
        step[j] = _common(board, may)
        place, skip = _worthwhile(board, woven, may, j)
        first[j + 1] = first[j] + len(place)
        for k in range(len(place)):
            places.append(place[k])
            skips.append(skip[k])
            mays.append(may[woven.atom[place[k]]])
        room = max(room, (len(place) + 1) * 2 * ((board.most + allowed[j]) // step[j] + 1))
    place, may = np.array(places)[1:], np.array(mays)[1:]
    atom = woven.atom[place]
    must, own, walk = np.zeros(len(atom), np.bool_), np.zeros(len(atom), np.int64), np.empty(len(atom))
    for j in range(n):
        for k in range(first[j], first[j + 1]):
            walk[k] = board.households[atom[k]] * distance(board, atom[k], j)
            own[k] = board.households[atom[k]] // step[j] if may[k] else 0
            must[k] = atom[k] == j
        low = woven.foot[j]
        while low >= 0:
            for k in range(first[j], first[j + 1]):
                if atom[k] == low:
                    must[k] = True
            low = woven.foot[low]
    above, low, size, cost, medoid = _stretches(board, woven, limits)
    hung, toll, skip = woven.hung[place], woven.toll[place], np.array(skips)[1:]
    return Frames(
        first, step, allowed, atom, hung, skip, toll, may, must, own, walk, above, low, size, cost, medoid, room
    )


@compiled
def _may_join(board: Board, woven: Weave, limits: Limits, j: int, cap: int) -> NDArray[np.bool_]:
    """(n,) whether a grid of at most ``cap`` households around medoid ``j`` can contain the atom."""
    may = within_reach(board, cap, j) <= cap
    for i in range(len(may)):
        if i != j and (2 * board.households[i] > cap or board.households[i] > max(board.most, limits.spare)):
            may[i] = False  # with the majority it would be the medoid itself
    low = woven.foot[j]
    while low >= 0:
        may[low] = True
        low = woven.foot[low]
    return may


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


@compiled
def _common(board: Board, may: NDArray[np.bool_]) -> int:
    """The greatest common divisor of the households in reach; 1 where nobody lives."""
    step = 0
    for i in range(len(may)):
        if may[i]:
            a, b = step, board.households[i]
            while b:
                a, b = b, a % b
            step = a
            if step == 1:
                break
    return max(step, 1)


@compiled
def _worthwhile(
    board: Board, woven: Weave, may: NDArray[np.bool_], j: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The positions of the chains that hold anything in reach, the nearest first, and their ``skip`` renumbered.

    What hangs above an atom out of reach is left out: it can be met only through that atom.
    """
    n = len(woven.atom)
    near, first = np.full(woven.group[n - 1] + 1, np.inf), np.full(woven.group[n - 1] + 2, n)
    for t in range(n - 1, -1, -1):
        first[woven.group[t]] = t
        if may[woven.atom[t]]:
            near[woven.group[t]] = min(near[woven.group[t]], distance(board, woven.atom[t], j))
    place, used = np.empty(n, np.int64), 0
    skip, number = np.empty(n, np.int64), np.empty(n + 1, np.int64)
    for g in np.argsort(near):
        if near[g] == np.inf:
            break
        begun = used
        for t in range(first[g], first[g + 1]):
            number[t] = used
            if not woven.hung[t] or may[woven.foot[woven.atom[t]]]:
                place[used] = t
                used += 1
        number[first[g + 1]] = used
        for k in range(begun, used):
            skip[k] = number[woven.skip[place[k]]]
    return place[:used], skip[:used]


@compiled
def _stretches(
    board: Board, woven: Weave, limits: Limits
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Grids that lie on a pendant path without its base: the atom above each, lowest atoms, sizes, costs, medoids."""
    n = len(board.households)
    above = np.full(n, -1)
    for i in range(n):
        if woven.foot[i] >= 0 and woven.foot[woven.foot[i]] >= 0:
            above[woven.foot[i]] = i
    lows, sizes, costs, medoids = [np.int64(0)], [np.int64(0)], [0.0], [np.int64(0)]
    inside, stretch = np.zeros(n, np.bool_), np.empty(n, np.int64)
    for low in range(n):
        high, size, households, forced = low, 0, 0, 0
        while woven.foot[low] >= 0 and high >= 0:
            stretch[size], inside[high] = high, True
            size += 1
            households += board.households[high]
            forced += max(board.households[high] - board.most, 0)
            if excess(board, households) - forced <= limits.spare:
                lows.append(np.int64(low))
                sizes.append(np.int64(size))
                costs.append(fined_cost(board, limits, stretch[:size], inside))
                medoids.append(np.int64(_first_medoid(board, stretch[:size])))
            high = -1 if households - board.most - forced > limits.spare else above[high]
        for k in range(size):
            inside[stretch[k]] = False
    return above, np.array(lows)[1:], np.array(sizes)[1:], np.array(costs)[1:], np.array(medoids)[1:]


@compiled
def fined_cost(board: Board, limits: Limits, atoms: NDArray[np.int64], inside: NDArray[np.bool_]) -> float:
    """The grid's cost with its violation at ``fine`` a household."""
    households = 0
    for i in atoms:
        households += board.households[i]
    return grid_cost(board, atoms, inside) + limits.fine * excess(board, households)


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
