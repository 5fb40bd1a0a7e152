"""A stranger checks a plan and its proofs: slowly, from the definitions, sharing no code with the solver.

Checked are: every atom in one connected grid; violation and objective by their definitions; that no plan violates
the rule less; and the bound. A proof consists of prices. Whatever they are, every plan of k grids costs at least
Σ prices + the k least values v_j, where v_j is the least "cost minus prices" of the grids around medoid j. The
checker computes v_j by a knapsack of its own (numpy rows instead of the solver's compiled loops), or lists the
connected grids below the gap and follows the branching tree. Rounding: 1e-6 in all.
"""

from __future__ import annotations

from collections import defaultdict
from heapq import heappop, heappush
from itertools import pairwise
from math import inf, sqrt
from typing import TYPE_CHECKING

import numpy as np

from geo.partition.verify_pairs import least_of_pairs
from geo.topology.atoms import EdgeKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geo.partition.certificate import Case, Leaf, Proof
    from geo.partition.objective import Weights
    from geo.partition.problem import Problem
    from geo.partition.solve import Solution
    from geo.topology.bounds import Rule

    Vector = NDArray[np.float64]

#: Differences up to this are rounding.
ROUNDING = 1.0e-6


def verify(problem: Problem, rule: Rule, weights: Weights, solution: Solution) -> tuple[str, ...]:
    """Every claim of the solution that does not hold, as a sentence each; empty if all hold."""
    ledger = Ledger(problem, rule, weights)
    faults = list(_plan_faults(ledger, solution))
    faults += _violation_faults(ledger, solution)
    faults += _bound_faults(ledger, solution)
    return tuple(faults)


class Ledger:
    """The problem as the checker reads it: neighbours, tolls, walks; all from the definitions in ``objective``."""

    def __init__(self, problem: Problem, rule: Rule, weights: Weights) -> None:
        self.rule, self.weights = rule, weights
        self.households: list[int] = [int(h) for h in problem.households]
        self.n = len(self.households)
        price = {
            EdgeKind.BETWEEN_BUILDINGS: 0.0,
            EdgeKind.BETWEEN_UNITS: weights.cut_unit,
            EdgeKind.BETWEEN_FLOORS: weights.cut_floor,
        }
        self.toll: dict[tuple[int, int], float] = {}
        self.near: list[set[int]] = [set() for _ in range(self.n)]
        for (a, b), kind in zip(problem.edges.tolist(), problem.edge_kind.tolist(), strict=True):
            self.toll[a, b] = self.toll[b, a] = price[EdgeKind(kind)]
            self.near[a].add(b)
            self.near[b].add(a)
        unit = weights.walk / (rule.target * sqrt(problem.household_m2 * rule.target))
        place = problem.xyz_m * np.array([1.0, 1.0, weights.climb])
        self.walk = np.linalg.norm(place[:, None] - place[None], axis=2) * unit * np.array(self.households)[:, None]
        self.inevitable = sum(max(h - rule.most, 0) for h in self.households)

    def cost(self, grid: frozenset[int], fine: float, scale: float) -> float:
        """``scale`` times the grid's share of the objective, and ``fine`` a household of violation."""
        members = sorted(grid)
        total = sum(self.households[i] for i in members)
        tolls = sum(self.toll[i, j] for i in members for j in self.near[i] if j not in grid)
        walk = float(self.walk[np.ix_(members, members)].sum(axis=0).min())
        return scale * (self.size(total) + walk + tolls / 2) + fine * self.rule.excess(total)

    def size(self, households: int) -> float:
        """What a grid of so many households costs before anybody walks."""
        return self.weights.per_grid + self.weights.size * (households / self.rule.target - 1) ** 2

    def connected(self, grid: frozenset[int]) -> bool:
        """Whether the atoms hang together."""
        reached, todo = set(), [min(grid)]
        while todo:
            at = todo.pop()
            if at not in reached:
                reached.add(at)
                todo.extend(self.near[at] & grid - reached)
        return len(reached) == len(grid)


def _plan_faults(ledger: Ledger, solution: Solution) -> Iterator[str]:
    grids: dict[int, set[int]] = defaultdict(set)
    for atom, grid in enumerate(solution.grid_of.tolist()):
        grids[grid].add(atom)
    if len(solution.grid_of) != ledger.n or min(grids, default=0) < 0:
        yield "Some atom is in no grid."
    violation, objective = 0, 0.0
    for number, members in grids.items():
        grid = frozenset(members)
        if not ledger.connected(grid):
            yield f"Grid {number} falls apart."
        violation += ledger.rule.excess(sum(ledger.households[i] for i in grid))
        objective += ledger.cost(grid, 0.0, 1.0)
    if violation != solution.violation:
        yield f"The violation is {violation} households, not {solution.violation}."
    if abs(objective - solution.objective) > ROUNDING * max(1.0, objective):
        yield f"The objective is {objective}, not {solution.objective}."


def _violation_faults(ledger: Ledger, solution: Solution) -> list[str]:
    """Whether no plan violates the rule by less than ``least_violation``."""
    claimed, total, rule = solution.least_violation, sum(ledger.households), ledger.rule
    if claimed > solution.violation:
        return [f"A least violation of {claimed} is claimed above the plan's own {solution.violation}."]
    counted = min(max(k * rule.least - total, total - k * rule.most, 0) for k in range(1, ledger.n + 1))
    if claimed <= max(counted, ledger.inevitable):
        return []
    proof = solution.certificate.violation
    if proof is None:
        return [f"A least violation of {claimed} is claimed without a proof."]
    if proof.scale != 0 or proof.fine != 1 or proof.spare + ledger.inevitable < claimed - 1:
        return ["The proof of the violation is about something else."]
    value, faults = _proved_value(ledger, proof, claimed - 1)
    if value <= claimed - 0.75:
        faults.append(f"The proof shows a violation of {value}, not {claimed}.")
    return faults


def _bound_faults(ledger: Ledger, solution: Solution) -> list[str]:
    """Whether no plan of this violation costs less than ``bound``."""
    if solution.bound == -inf:
        return []
    if solution.bound > solution.objective + ROUNDING:
        return ["The bound lies above the objective."]
    proof = solution.certificate.objective
    if proof is None:
        return ["A bound is claimed without a proof."]
    if proof.scale != 1 or proof.spare + ledger.inevitable < solution.violation:
        return ["The proof of the bound is about something else."]
    value, faults = _proved_value(ledger, proof, solution.violation)
    value -= proof.fine * solution.violation
    if value < solution.bound - ROUNDING * max(1.0, abs(solution.bound)):
        faults.append(f"The proof shows a bound of {value}, not {solution.bound}.")
    return faults


def _proved_value(ledger: Ledger, proof: Proof, violation: int) -> tuple[float, list[str]]:
    """What the cases prove about plans of at most ``violation``, and what is wrong with them."""
    faults = list(_shape_faults(ledger, proof))
    covered = {k for case in proof.cases for k in range(case.fewest, case.most + 1)}
    total, rule = sum(ledger.households), ledger.rule
    faults += [
        f"Plans of {k} grids are not covered by the proof."
        for k in range(1, ledger.n + 1)
        if max(k * rule.least - total, total - k * rule.most, 0) <= violation and k not in covered
    ]
    if faults:
        return -inf, faults
    pricing = Pricing(ledger, proof)
    return min((_case_value(pricing, case) for case in proof.cases), default=inf), faults


def _shape_faults(ledger: Ledger, proof: Proof) -> Iterator[str]:
    """Whether chains are disjoint paths, and pendant atoms reach the rest through their foot alone."""
    foot = proof.foot.tolist()
    links = [i for chain in proof.chains for i in chain]
    if sorted(links) != [i for i in range(ledger.n) if foot[i] < 0]:
        yield "The chains do not hold every atom that does not hang, once."
    if any(b not in ledger.near[a] for chain in proof.chains for a, b in pairwise(chain)):
        yield "A chain is no path."
    for i in range(ledger.n):
        if foot[i] >= 0 and (
            foot[i] not in ledger.near[i]
            or len(rest := ledger.near[i] - {foot[i]}) > 1
            or any(foot[u] != i for u in rest)
        ):
            yield f"Atom {i} is reached not through its foot alone."


def _case_value(pricing: Pricing, case: Case) -> float:
    """The cost that no plan of the case's numbers of grids can undercut, computed anew from the prices."""
    if case.paired:
        return pricing.paired() if case.fewest == case.most == 2 else -inf  # noqa: PLR2004 - a pair
    base = float(case.dual.sum()) + min(case.fewest * case.each, case.most * case.each)
    if not case.listed:
        least = np.sort([pricing.least(j, case.dual) for j in range(pricing.ledger.n)])
        return float(case.dual.sum() + np.cumsum(least)[case.fewest - 1 : case.most].min())
    gap = case.gap if case.leaves else 0.0
    grids = pricing.listed(case.dual, case.each + gap + ROUNDING / 10)
    spent = {grid: cost - float(case.dual[sorted(grid)].sum()) - case.each for grid, cost in grids.items()}
    slack = case.most * min(0.0, *spent.values(), 0.0)
    if slack < -ROUNDING * 10:
        return -inf
    if not case.leaves:
        return base + slack
    return (
        min([base + gap + slack, *(_leaf_value(leaf, grids, case) for leaf in case.leaves)])
        if _divides(case.leaves)
        else -inf
    )


def _leaf_value(leaf: Leaf, grids: dict[frozenset[int], float], case: Case) -> float:
    """What the leaf's prices promise over the listed grids that its pairs admit."""
    worst = 0.0
    for grid, cost in grids.items():
        if all((a in grid) == (b in grid) for a, b in leaf.together) and not any(
            a in grid and b in grid for a, b in leaf.apart
        ):
            worst = min(worst, cost - float(leaf.dual[sorted(grid)].sum()) - leaf.each)
    each = leaf.each + worst
    return float(leaf.dual.sum()) + min(case.fewest * each, case.most * each)


def _divides(leaves: tuple[Leaf, ...]) -> bool:
    """Whether the leaves cover everything: each pair decided together in some leaves is decided apart in the others."""

    def whole(rest: list[tuple[frozenset[tuple[int, int]], frozenset[tuple[int, int]]]]) -> bool:
        if any(not together and not apart for together, apart in rest):
            return True
        pairs = set.intersection(*({*together, *apart} for together, apart in rest)) if rest else set()
        for pair in sorted(pairs):
            joined = [(t - {pair}, a) for t, a in rest if pair in t]
            parted = [(t, a - {pair}) for t, a in rest if pair in a]
            if joined and parted:
                return whole(joined) and whole(parted)
        return False

    return whole([(frozenset(leaf.together), frozenset(leaf.apart)) for leaf in leaves])


class Pricing:
    """The checker's knapsack: the least "cost minus prices" around each medoid, and the grids below a threshold."""

    def __init__(self, ledger: Ledger, proof: Proof) -> None:
        self.ledger, self.proof = ledger, proof
        self.above: dict[int, list[int]] = defaultdict(list)
        for i, low in enumerate(proof.foot.tolist()):
            if low >= 0:
                self.above[low].append(i)
        self.frames = [Frame(self, j) for j in range(ledger.n)]
        self.stretches = list(self._stretches())

    def least(self, j: int, dual: Vector) -> float:
        """A lower bound on cost minus prices of every connected grid with medoid ``j``."""
        own = [self.reduced(grid, dual) for grid, medoid in self.stretches if medoid == j]
        return min([float(self.frames[j].rows(dual)[0][0, 0]), *own])

    def listed(self, dual: Vector, threshold: float) -> dict[frozenset[int], float]:
        """Every connected grid whose cost minus prices is at most ``threshold``, with its cost."""
        found = {grid for grid, _ in self.stretches}
        for frame in self.frames:
            rows = frame.rows(dual)
            if rows[0][0, 0] <= threshold:
                found.update(frame.walked(rows, dual, threshold))
        costs = {grid: self.ledger.cost(grid, self.proof.fine, self.proof.scale) for grid in found}
        return {grid: cost for grid, cost in costs.items() if cost - dual[sorted(grid)].sum() <= threshold}

    def paired(self) -> float:
        """What no plan of two grids undercuts."""
        ledger, scale = self.ledger, self.proof.scale
        sizes = np.array(
            [
                scale * ledger.size(h) + self.proof.fine * ledger.rule.excess(h)
                for h in range(sum(ledger.households) + 1)
            ]
        )
        return least_of_pairs(ledger.households, scale * ledger.walk, sizes + sizes[::-1])

    def reduced(self, grid: frozenset[int], dual: Vector) -> float:
        """Cost minus prices."""
        return self.ledger.cost(grid, self.proof.fine, self.proof.scale) - float(dual[sorted(grid)].sum())

    def _stretches(self) -> Iterator[tuple[frozenset[int], int]]:
        """Grids on a pendant path that leave out its lowest atom's foot, with the lowest of their best medoids."""
        rule, households = self.ledger.rule, self.ledger.households
        for low in np.flatnonzero(self.proof.foot >= 0).tolist():
            grid, at = [], [low]
            while at:
                grid.append(at[0])
                total = sum(households[i] for i in grid)
                forced = sum(max(households[i] - rule.most, 0) for i in grid)
                if total - rule.most - forced > self.proof.spare:
                    break
                if rule.excess(total) - forced <= self.proof.spare:
                    walks = self.ledger.walk[np.ix_(grid, grid)].sum(axis=0)
                    yield frozenset(grid), grid[int(np.flatnonzero(walks <= walks.min() + 1.0e-9)[0])]
                at = self.above.get(at[0], [])


class Frame:
    """The knapsack around one medoid: which atoms come into question, in which order."""

    def __init__(self, pricing: Pricing, j: int) -> None:
        self.ledger, self.proof, self.j = pricing.ledger, pricing.proof, j
        households, rule, spare = self.ledger.households, self.ledger.rule, self.proof.spare
        allowed = spare + max(households[j] - rule.most, 0)
        allowed += sum(h - rule.most for i, h in enumerate(households) if i != j and rule.most < h <= spare)
        self.allowed, self.cap = allowed, rule.most + allowed
        self.must = {j}
        while (low := int(self.proof.foot[j])) >= 0:
            self.must.add(low)
            j = low
        near = self._within_reach()
        self.may = self.must | {
            i for i in near if 2 * households[i] <= self.cap and households[i] <= max(rule.most, spare)
        }
        self.items = list(self._items(pricing))

    def _within_reach(self) -> set[int]:
        """Atoms on some path from the medoid whose households stay within the cap."""
        households = self.ledger.households
        best = {self.j: households[self.j]}
        heap = [(households[self.j], self.j)]
        while heap:
            far, at = heappop(heap)
            for other in self.ledger.near[at]:
                there = far + households[other]
                if there <= self.cap and there < best.get(other, self.cap + 1):
                    best[other] = there
                    heappush(heap, (there, other))
        return set(best)

    def _items(self, pricing: Pricing) -> Iterator[tuple[int, bool, int, float]]:
        """(atom, whether it hangs, next item if left out, half toll to the item before it) chain by chain."""
        toll, laid = self.ledger.toll, 0
        for chain in self.proof.chains:
            paths = {link: [_upwards(pricing.above, first) for first in pricing.above.get(link, [])] for link in chain}
            if self.may.isdisjoint([*chain, *(i for own in paths.values() for path in own for i in path)]):
                continue
            for before, link in zip([-1, *chain], chain, strict=False):
                skip = laid + 1 + sum(map(len, paths[link]))
                yield link, False, skip, toll[before, link] / 2 if before >= 0 else 0.0
                laid += 1
                for path in paths[link]:
                    end = laid + len(path)
                    for low, high in zip([link, *path], path, strict=False):
                        yield high, True, end, toll[low, high] / 2
                    laid = end

    def rows(self, dual: Vector) -> list[Vector]:
        """``rows[t][s, h]``: least cost minus prices from item t on; s: the chain's last link is taken; h so far."""
        ledger, scale = self.ledger, self.proof.scale
        end = np.full((2, self.cap + 1), inf)
        for h in range(self.cap + 1):
            if ledger.rule.excess(h) <= self.allowed:
                end[:, h] = scale * ledger.size(h) + self.proof.fine * ledger.rule.excess(h)
        rows = [end] * (len(self.items) + 1)
        for t in range(len(self.items) - 1, -1, -1):
            atom, hung, skip, toll = self.items[t]
            row = np.full((2, self.cap + 1), inf)
            own = ledger.households[atom]
            for s in (0, 1):
                linked = hung or s == 1
                if atom not in self.must:
                    row[s] = rows[skip][1 if hung else 0] + (scale * toll if linked else 0.0)
                if atom in self.may and own <= self.cap:
                    gain = scale * ledger.walk[atom, self.j] - dual[atom] + (0.0 if linked else scale * toll)
                    row[s, : self.cap + 1 - own] = np.minimum(row[s, : self.cap + 1 - own], rows[t + 1][1, own:] + gain)
            rows[t] = row
        return rows

    def walked(self, rows: list[Vector], dual: Vector, threshold: float) -> Iterator[frozenset[int]]:
        """Connected grids within the threshold, by walking the rows forwards."""
        scale, ledger = self.proof.scale, self.ledger
        todo: list[tuple[int, int, int, float, frozenset[int], frozenset[int]]] = [
            (0, 0, 0, 0.0, frozenset(), frozenset(self.may))
        ]
        while todo:
            t, s, h, paid, taken, alive = todo.pop()
            if t == len(self.items):
                if ledger.connected(taken):
                    yield taken
                continue
            atom, hung, skip, toll = self.items[t]
            linked = hung or s == 1
            if atom not in self.must:
                cost, after = paid + (scale * toll if linked else 0.0), 1 if hung else 0
                if cost + rows[skip][after, h] <= threshold:
                    left = alive.difference(i for i, *_ in self.items[t:skip])
                    if self._reaches(taken, left):
                        todo.append((skip, after, h, cost, taken, left))
            if atom in self.may and (more := h + ledger.households[atom]) <= self.cap:
                cost = paid + scale * ledger.walk[atom, self.j] - dual[atom] + (0.0 if linked else scale * toll)
                if cost + rows[t + 1][1, more] <= threshold and self._reaches(taken | {atom}, alive):
                    todo.append((t + 1, 1, more, cost, taken | {atom}, alive))

    def _reaches(self, taken: frozenset[int], alive: frozenset[int]) -> bool:
        """Whether the taken atoms can still be joined to the medoid through atoms not left out."""
        missing, seen, todo = set(taken), {self.j}, [self.j]
        missing.discard(self.j)
        while todo and missing:
            for other in self.ledger.near[todo.pop()] & alive:
                if other not in seen:
                    seen.add(other)
                    missing.discard(other)
                    todo.append(other)
        return not missing


def _upwards(above: dict[int, list[int]], first: int) -> list[int]:
    """The pendant path from its lowest atom to its tip."""
    path = [first]
    while above.get(path[-1]):
        path.append(above[path[-1]][0])
    return path
