"""How good can any plan be? Dual prices of the dwellings, and a lower bound that holds for every plan.

Column generation: a linear programme over known grids prices the atoms, the knapsack of ``pricing`` looks for grids
that cost less than their atoms are worth, until none is left. With prices λ every plan costs at least
Σλ + Σ_j min(0, v_j), where v_j bounds the reduced cost of the grids around medoid j, since an atom is the medoid of
one grid at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.partition.master import Grid, Master
from geo.partition.objective import Board
from geo.partition.pricing import Limits, fined_cost, price

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from geo.partition.weave import Weave

#: Reduced costs above this are no improvement.
SLIGHT = 1.0e-7
#: Steps that the listing may take around one medoid before it gives up: first while grids are easily found, then more.
STEPS = (60, 1_000, 20_000)


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """A problem made ready for proofs: what does the best plan within ``limits`` cost?"""

    board: Board
    woven: Weave
    limits: Limits
    fewest: int
    most: int

    def cost(self, grid: Grid) -> float:
        """The fined cost of a grid."""
        inside = np.zeros(len(self.board.households), dtype=np.bool_)
        atoms = np.asarray(grid, dtype=np.int64)
        inside[atoms] = True
        return float(fined_cost(self.board, self.limits, atoms, inside))

    def floor(self, least: NDArray[np.float64]) -> float:
        """The least sum of reduced costs, one grid a medoid, ``fewest``..``most`` grids."""
        order = np.sort(least)
        sums = np.cumsum(order)[self.fewest - 1 : self.most]
        return float(sums.min())


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """No plan costs less than ``value``; ``dual`` (n,) shows it. ``relaxed`` is what follows without listing."""

    value: float
    dual: NDArray[np.float64]
    relaxed: float
    relaxed_dual: NDArray[np.float64]


class Pool:
    """The grids known so far, each with its fined cost."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.costs: dict[Grid, float] = {}

    def add(self, grids: Iterable[Grid]) -> tuple[list[Grid], list[float]]:
        """Keep the new ones among ``grids``; returns them with their costs."""
        new: list[Grid] = []
        for grid in grids:
            if grid not in self.costs:
                self.costs[grid] = self.question.cost(grid)
                new.append(grid)
        return new, [self.costs[g] for g in new]


def unpacked(flat: NDArray[np.int64]) -> list[Grid]:
    """Grids written one after the other as size and atoms."""
    grids: list[Grid] = []
    at, values = 0, flat.tolist()
    while at < len(values):
        grids.append(tuple(values[at + 1 : at + 1 + values[at]]))
        at += values[at] + 1
    return grids


def lower_bound(
    question: Question, pool: Pool, upper: float, going_on: Callable[[], bool], rounds: int = 200
) -> Bound:
    """Raise the bound until it meets ``upper``, no better grid exists, or ``going_on`` says stop."""
    n = len(question.board.households)
    master = Master(n, dear=10.0 * (abs(upper) + 1.0))
    master.add(list(pool.costs), list(pool.costs.values()))
    best, relaxed, patience = -np.inf, -np.inf, 0
    best_dual = relaxed_dual = np.zeros(n)
    for _ in range(rounds):
        _, dual, _ = master.solve()
        flat, least, complete = price(
            question.board, question.woven, question.limits, dual, -SLIGHT, STEPS[patience], 2
        )
        grids = unpacked(flat)
        loose = dual.sum() + question.floor(least)
        if loose > relaxed:
            relaxed, relaxed_dual = loose, dual
        new, costs = pool.add(grids)
        if not new:
            proved = np.where(complete, np.maximum(least, -SLIGHT), least)
            tight = dual.sum() + question.floor(proved)
            if tight > best:
                best, best_dual = tight, dual
            patience += 1
            if complete.all() or patience == len(STEPS):
                break
        if max(best, relaxed) >= upper - SLIGHT or not going_on():
            break
        master.add(new, costs)
    if relaxed >= best:
        best, best_dual = relaxed, relaxed_dual
    return Bound(best, best_dual, relaxed, relaxed_dual)
