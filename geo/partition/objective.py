"""What a good plan costs: few grids, near the wished size, short walks, no stairwell cut without a reason.

Violations come first: the *violation* of a plan is the number of households by which its grids miss the rule,
summed (``Rule.excess``). Among plans of equal violation the *objective* decides: per grid
``per_grid + size·(h/T − 1)² + walk·Σ households·distance(medoid)/(T·D0)``, plus a toll for each cut edge within a
building or a stairwell. T is the target, D0 the side of the square that holds T households at the problem's density.
Both are sums over grids, so that set partitioning fits and a bound can be proved (docs/decisions/0006).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import isfinite, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geo.compiled import compiled
from geo.errors import InvalidInputError
from geo.topology.atoms import EdgeKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.partition.problem import Problem
    from geo.topology.bounds import Rule


@dataclass(frozen=True, slots=True)
class Weights:
    """What a planner may weigh; dimensionless, none negative.

    Attributes:
        per_grid: price of one more grid (one more volunteer to find).
        size: price of missing the target, times ((h/T) − 1)².
        walk: price of the walk, times Σ households·distance/(T·D0).
        cut_unit: toll for neighbouring units of a building in two grids.
        cut_floor: toll for neighbouring floors of a unit in two grids.
        climb: metres walked that one metre of height counts for (0.5: a floor of 3 m counts as 1.5 m).
    """

    per_grid: float = 0.25
    size: float = 1.0
    walk: float = 1.0
    cut_unit: float = 0.5
    cut_floor: float = 1.0
    climb: float = 0.5

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not isfinite(value) or value < 0:
                raise InvalidInputError(f"The weight {field.name} = {value} is impossible: give a number from 0 up.")


class Board(NamedTuple):
    """A problem as the compiled loops read it; distances and tolls already in units of cost.

    ``place`` (n, 3) is scaled so that households times Euclidean distance is the price of a walk; ``start`` and
    ``near`` list the neighbours (compressed rows) and ``toll`` what cutting each of these edges costs.
    """

    households: NDArray[np.int64]
    place: NDArray[np.float64]
    start: NDArray[np.int64]
    near: NDArray[np.int64]
    toll: NDArray[np.float64]
    least: int
    most: int
    target: int
    per_grid: float
    size: float


@dataclass(frozen=True, slots=True, order=True)
class Score:
    """How good a plan is; the smaller the better, violation before objective."""

    violation: int
    objective: float


def board_of(problem: Problem, rule: Rule, weights: Weights) -> Board:
    """The problem in units of cost."""
    side_m = sqrt(problem.household_m2 * rule.target)
    scale = weights.walk / (rule.target * side_m)
    a, b = problem.edges[:, 0], problem.edges[:, 1]
    tail, head = np.concatenate([a, b]), np.concatenate([b, a])
    toll = np.zeros(len(EdgeKind))
    toll[EdgeKind.BETWEEN_UNITS], toll[EdgeKind.BETWEEN_FLOORS] = weights.cut_unit, weights.cut_floor
    order = np.lexsort((head, tail))
    return Board(
        households=problem.households,
        place=problem.xyz_m * np.array([scale, scale, scale * weights.climb]),
        start=np.searchsorted(tail[order], np.arange(len(problem) + 1)).astype(np.int64),
        near=head[order].astype(np.int64),
        toll=np.tile(toll[problem.edge_kind], 2)[order],
        least=rule.least,
        most=rule.most,
        target=rule.target,
        per_grid=weights.per_grid,
        size=weights.size,
    )


@compiled
def distance(board: Board, a: int, b: int) -> float:
    """The price for one household to walk from ``a`` to ``b``."""
    dx = board.place[a, 0] - board.place[b, 0]
    dy = board.place[a, 1] - board.place[b, 1]
    dz = board.place[a, 2] - board.place[b, 2]
    return float(np.sqrt(dx * dx + dy * dy + dz * dz))


@compiled
def size_cost(board: Board, households: int) -> float:
    """What a grid of so many households costs before anybody walks."""
    miss = households / board.target - 1.0
    return board.per_grid + board.size * miss * miss


@compiled
def excess(board: Board, households: int) -> int:
    """Households by which a grid misses the rule."""
    return max(board.least - households, households - board.most, 0)


@compiled
def walk_cost(board: Board, atoms: NDArray[np.int64]) -> tuple[float, int]:
    """The price of everybody's walk to the best medoid among ``atoms``, and that medoid."""
    best, medoid = np.inf, atoms[0]
    for j in atoms:
        total = 0.0
        for i in atoms:
            total += board.households[i] * distance(board, i, j)
            if total >= best:
                break
        if total < best:
            best, medoid = total, j
    return best, medoid


@compiled
def grid_cost(board: Board, atoms: NDArray[np.int64], inside: NDArray[np.bool_]) -> float:
    """A grid's whole share of the objective; ``inside`` marks its atoms. A cut edge is shared by both sides."""
    households, tolls = 0, 0.0
    for i in atoms:
        households += board.households[i]
        for e in range(board.start[i], board.start[i + 1]):
            if not inside[board.near[e]]:
                tolls += board.toll[e]
    return size_cost(board, households) + walk_cost(board, atoms)[0] + 0.5 * tolls


@compiled
def plan_cost(board: Board, label: NDArray[np.int64]) -> tuple[int, float]:
    """Violation and objective of the plan that ``label`` (n,) numbers from 0."""
    order = np.argsort(label, kind="mergesort")
    inside = np.zeros(len(label), dtype=np.bool_)
    violation, cost, first = 0, 0.0, 0
    while first < len(order):
        last = first
        while last < len(order) and label[order[last]] == label[order[first]]:
            last += 1
        atoms = order[first:last]
        inside[atoms] = True
        violation += excess(board, board.households[atoms].sum())
        cost += grid_cost(board, atoms, inside)
        inside[atoms] = False
        first = last
    return violation, cost


def score(problem: Problem, rule: Rule, weights: Weights, grid_of: NDArray[np.integer]) -> Score:
    """How good the plan ``grid_of`` (n,) is; its connectivity is not looked at."""
    violation, objective = plan_cost(board_of(problem, rule, weights), grid_of.astype(np.int64))
    return Score(int(violation), float(objective))
