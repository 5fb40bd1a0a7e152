"""Every division of a small neighbourhood, judged by the definitions alone: what the solver may never lose against."""

from __future__ import annotations

from math import inf, sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from geo.partition.objective import Weights
    from geo.partition.problem import Problem
    from geo.topology.bounds import Rule


def best_score(problem: Problem, rule: Rule, weights: Weights) -> tuple[int, float]:
    """(violation, objective) of the best division into connected grids, by dynamic programming over all subsets."""
    n = len(problem)
    cost = {mask: c for mask in range(1, 1 << n) if (c := _grid(problem, rule, weights, mask)) is not None}
    best: list[tuple[int, float]] = [(0, 0.0)] + [(10**9, inf)] * ((1 << n) - 1)
    for mask in range(1, 1 << n):
        low = mask & -mask
        part = mask
        while part:
            if part & low and part in cost:
                rest, own = best[mask ^ part], cost[part]
                best[mask] = min(best[mask], (rest[0] + own[0], rest[1] + own[1]))
            part = (part - 1) & mask
    return best[-1]


def _grid(problem: Problem, rule: Rule, weights: Weights, mask: int) -> tuple[int, float] | None:
    """(excess, share of the objective) of a set of atoms, or None if it falls apart."""
    members = [i for i in range(len(problem)) if mask >> i & 1]
    edges = [(int(a), int(b), int(k)) for (a, b), k in zip(problem.edges, problem.edge_kind, strict=True)]
    reached = {members[0]}
    for _ in members:
        reached |= {y for a, b, _ in edges for x, y in ((a, b), (b, a)) if x in reached and mask >> y & 1}
    if len(reached) < len(members):
        return None
    total = sum(int(problem.households[i]) for i in members)
    side = sqrt(problem.household_m2 * rule.target)
    scale = np.array([1.0, 1.0, weights.climb])
    walk = min(
        sum(problem.households[i] * np.linalg.norm((problem.xyz_m[i] - problem.xyz_m[j]) * scale) for i in members)
        for j in members
    )
    toll = (0.0, weights.cut_unit, weights.cut_floor)
    cut = sum(toll[k] for a, b, k in edges if (mask >> a & 1) != (mask >> b & 1)) / 2
    size = weights.per_grid + weights.size * (total / rule.target - 1) ** 2
    return rule.excess(total), float(size + weights.walk * walk / (rule.target * side) + cut)
