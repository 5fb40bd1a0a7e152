"""Choose the best plan from the few grids that can still be part of it, and leave a proof behind.

Set partitioning by branching on pairs of atoms (Ryan and Foster 1981): together in one grid, or apart. At every node
HiGHS prices the atoms; where these prices already cost as much as the best plan known, the node is closed and the
prices are kept as its proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from geo.partition.bound import SLIGHT
from geo.partition.certificate import Leaf
from geo.partition.master import Grid, Master, Prices

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from geo.partition.bound import Question

Pair = tuple[int, int]
#: Shares this near to a whole number are whole.
WHOLE = 1.0e-6


@dataclass(frozen=True, slots=True)
class Node:
    """A part of all plans: these pairs together, those apart."""

    together: tuple[Pair, ...] = ()
    apart: tuple[Pair, ...] = ()

    def admits(self, grid: frozenset[int]) -> bool:
        """Whether a plan of this node may contain the grid."""
        return all((a in grid) == (b in grid) for a, b in self.together) and not any(
            a in grid and b in grid for a, b in self.apart
        )


@dataclass(frozen=True, slots=True)
class Cover:
    """The best plan found (None: nothing below ``upper``), the least any plan costs, and the leaves that show it."""

    plan: tuple[Grid, ...] | None
    upper: float
    value: float
    leaves: tuple[Leaf, ...]


def best_cover(
    question: Question,
    costs: Mapping[Grid, float],
    upper: float,
    going_on: Callable[[], bool],
    *,
    most_nodes: int = 200,
) -> Cover:
    """The cheapest plan below ``upper`` from the grids in ``costs``; depth first, together before apart."""
    atoms = len(question.board.households)
    plan: tuple[Grid, ...] | None = None
    leaves: list[Leaf] = []
    lowest, nodes = np.inf, 0
    stack = [(Node(), {g: (frozenset(g), c) for g, c in costs.items()})]
    while stack:
        node, own = stack.pop()
        own = {g: v for g, v in own.items() if node.admits(v[0])}
        master = Master(atoms, question.fewest, question.most, dear=100.0 * (abs(upper) + 1.0))
        grids = list(own)
        master.add(grids, [own[g][1] for g in grids])
        prices = master.solve()
        nodes += 1
        stop = nodes > most_nodes or not going_on()
        pair = None if stop or prices.value >= upper - SLIGHT else _divided(grids, prices.share)
        if pair is None:
            if prices.value < upper - SLIGHT and not stop:
                plan, upper = _whole(grids, prices, atoms) or plan, min(upper, prices.value)
            leaves.append(Leaf(node.together, node.apart, prices.dual, prices.each))
            lowest = min(lowest, prices.value)
            continue
        stack.append((Node(node.together, (*node.apart, pair)), own))
        stack.append((Node((*node.together, pair), node.apart), own))
    return Cover(plan, upper, float(lowest), tuple(leaves))


def _whole(grids: list[Grid], prices: Prices, atoms: int) -> tuple[Grid, ...] | None:
    """The plan that whole shares make, or None if an artificial column fills a gap."""
    chosen = tuple(g for g, x in zip(grids, prices.share, strict=True) if x > 1 - WHOLE)
    return chosen if sum(len(g) for g in chosen) == atoms else None


def _divided(grids: list[Grid], share: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Pair | None:
    """The pair of atoms whose togetherness is most in doubt; None where every share is whole."""
    doubt: dict[Pair, float] = {}
    partial = [(g, float(x)) for g, x in zip(grids, share, strict=True) if WHOLE < x < 1 - WHOLE]
    loose = {i for g, _ in partial for i in g}
    for grid, x in partial:
        for pair in combinations([i for i in grid if i in loose], 2):
            doubt[pair] = doubt.get(pair, 0.0) + x
    open_pairs = {p: abs(x - 0.5) for p, x in doubt.items() if WHOLE < x < 1 - WHOLE}
    return min(open_pairs, key=lambda p: (open_pairs[p], p)) if open_pairs else None
