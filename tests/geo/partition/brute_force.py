"""Every division of a small neighbourhood, judged by the definitions alone: what the solver may never lose against."""

from __future__ import annotations

from math import inf, sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from geo.partition.objective import Weights
    from geo.partition.problem import Problem
    from geo.topology.bounds import Rule

Price = tuple[int, float]


def best_score(problem: Problem, rule: Rule, weights: Weights) -> Price:
    """(violation, objective) of the best division into connected grids, by dynamic programming over all subsets."""
    n = len(problem)
    price = _grids(problem, rule, weights)
    best: list[Price] = [(0, 0.0)] + [(10**9, inf)] * ((1 << n) - 1)
    for mask in range(1, 1 << n):
        low = mask & -mask
        others = rest = mask ^ low
        least = (10**9, inf)
        while True:
            own = price[others | low]
            if own is not None and own[0] <= least[0]:
                left = best[mask ^ low ^ others]
                whole = (left[0] + own[0], left[1] + own[1])
                least = min(least, whole)
            if not others:
                break
            others = (others - 1) & rest
        best[mask] = least
    return best[-1]


def _grids(problem: Problem, rule: Rule, weights: Weights) -> list[Price | None]:
    """(excess, share of the objective) of every set of atoms, None where it falls apart."""
    n = len(problem)
    households = [int(h) for h in problem.households]
    place = problem.xyz_m * np.array([1.0, 1.0, weights.climb])
    far = np.linalg.norm(place[:, None] - place[None], axis=2) * problem.households[:, None]
    far *= weights.walk / (rule.target * sqrt(problem.household_m2 * rule.target))
    near, toll = [0] * n, (0.0, weights.cut_unit, weights.cut_floor)
    edges = [(int(a), int(b), toll[int(k)]) for (a, b), k in zip(problem.edges, problem.edge_kind, strict=True)]
    for a, b, _ in edges:
        near[a] |= 1 << b
        near[b] |= 1 << a
    prices: list[Price | None] = [None] * (1 << n)
    for mask in range(1, 1 << n):
        members = [i for i in range(n) if mask >> i & 1]
        if not _connected(mask, near):
            continue
        total = sum(households[i] for i in members)
        walk = float(far[np.ix_(members, members)].sum(axis=0).min())
        cut = sum(t for a, b, t in edges if (mask >> a & 1) != (mask >> b & 1)) / 2
        size = weights.per_grid + weights.size * (total / rule.target - 1) ** 2
        prices[mask] = rule.excess(total), size + walk + cut
    return prices


def _connected(mask: int, near: list[int]) -> bool:
    reached, edge = 0, mask & -mask
    while edge:
        reached |= edge
        spread, left = 0, edge
        while left:
            low = left & -left
            spread |= near[low.bit_length() - 1]
            left ^= low
        edge = spread & mask & ~reached
    return reached == mask
