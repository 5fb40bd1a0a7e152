"""Prove how good a plan is, and make it better where the proof finds something better.

The bound is raised for all numbers of grids at once; where its best mixture has a broken number (13.4 grids), the
cases "13 or fewer" and "14 or more" are proved apart. Where prices leave a gap, the grids within it are listed and
the best cover of them is found (``cover``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np

from geo.partition.bound import SLIGHT, Bound, Look, Pool, Question, enough, lower_bound, priced, unpacked
from geo.partition.certificate import Case, Proof
from geo.partition.cover import best_cover
from geo.partition.frames import Limits, frames_of
from geo.partition.pairs import division, pairs_below
from geo.partition.pricing import connected
from geo.partition.weave import chains_of, weave

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geo.partition.master import Grid
    from geo.partition.objective import Board

#: A number of grids this near to a whole one is whole.
WHOLE = 1.0e-4
#: More grids than this within the gap are not worth combining.
MOST_LISTED = 20_000
#: Steps of the listing around one medoid.
MOST_STEPS = 300_000
#: Plans of two grids are proved by pairs of medoids, where there are so many atoms.
PAIR, PAIRED_ATOMS = 2, (20, 500)
#: So many divisions between the best pairs are looked at as plans.
MOST_DIVIDED = 50
#: Gap above which no listing is tried.
WIDE = 0.08


@dataclass(frozen=True, slots=True)
class Outcome:
    """The best plan known after a proof (its grids), its fined cost, and the proof."""

    plan: tuple[Grid, ...]
    upper: float
    proof: Proof


def inevitable(board: Board) -> int:
    """Excess of the atoms that are above the maximum all by themselves: no plan can avoid it."""
    return int(np.maximum(board.households - board.most, 0).sum())


def counted_violation(board: Board) -> int:
    """A violation that counting alone proves: by atoms too large, or by a total that no number of grids divides."""
    total, n = int(board.households.sum()), len(board.households)
    by_number = min(max(k * board.least - total, total - k * board.most, 0) for k in range(1, n + 1))
    return max(inevitable(board), by_number)


def numbers_of_grids(board: Board, violation: int) -> tuple[int, int]:
    """Fewest and most grids of a plan with at most that violation."""
    total, n = int(board.households.sum()), len(board.households)
    fewest = max(1, ceil((total - violation) / board.most))
    most = n if board.least == 0 else min(n, (total + violation) // board.least)
    return fewest, max(most, fewest)


def prove_violation(board: Board, plan: Sequence[Grid], violation: int, going_on: Callable[[], bool]) -> Outcome:
    """Look for a plan that violates the rule less, or prove that there is none."""
    bare = board._replace(place=np.zeros_like(board.place), toll=np.zeros_like(board.toll), per_grid=0.0, size=0.0)
    limits = Limits(violation - inevitable(board), 1.0)
    return _prove(bare, limits, plan, float(violation), violation - 0.5, 0.0, going_on)


def prove_objective(
    board: Board, plan: Sequence[Grid], violation: int, objective: float, fine: float, going_on: Callable[[], bool]
) -> Outcome:
    """Look for a cheaper plan of the same (least) violation, or prove how much cheaper one could be."""
    limits = Limits(violation - inevitable(board), fine)
    upper = objective + fine * violation
    return _prove(board, limits, plan, upper, upper, 1.0, going_on)


def _prove(
    board: Board,
    limits: Limits,
    plan: Sequence[Grid],
    upper: float,
    goal: float,
    scale: float,
    going_on: Callable[[], bool],
) -> Outcome:
    """Prove that no plan costs less than ``goal`` (at most the ``upper`` of the known ``plan``)."""
    violation = limits.spare + inevitable(board)
    woven = weave(board)
    question = Question(board, frames_of(board, woven, limits), limits, 1, len(board.households))
    attempt = _Attempt(question, tuple(plan), upper, goal, going_on)
    cases, open_cases = attempt.few(*numbers_of_grids(board, violation))
    while open_cases:
        fewest, most = open_cases.pop()
        bound = attempt.bound(fewest, most)
        broken = abs(bound.count - round(bound.count)) > WHOLE
        if bound.value < enough(attempt.goal) and broken and fewest <= floor(bound.count) < most and going_on():
            open_cases += [(fewest, floor(bound.count)), (ceil(bound.count), most)]
        else:
            cases.append(attempt.case(fewest, most, bound))
    proof = Proof(limits.fine, scale, limits.spare, chains_of(woven), woven.foot, tuple(cases))
    return Outcome(attempt.plan, attempt.upper, proof)


class _Attempt:
    """What the cases of one proof share: the grids seen, the best plan, the price to beat."""

    def __init__(
        self,
        question: Question,
        plan: tuple[Grid, ...],
        upper: float,
        goal: float,
        going_on: Callable[[], bool],
    ) -> None:
        self.question = question
        self.pool = Pool(question)
        self.pool.add(plan)
        self.plan, self.upper, self.goal, self.going_on = plan, upper, goal, going_on

    def bound(self, fewest: int, most: int) -> Bound:
        question = replace(self.question, fewest=fewest, most=most)
        bound = lower_bound(question, self.pool, self.plan, self.goal, self.going_on)
        self._take(bound.plan)
        return bound

    def case(self, fewest: int, most: int, bound: Bound) -> Case:
        """Close the case by its prices, or by the best cover of the grids within their gap."""
        plain = Case(fewest, most, min(bound.value, self.goal), bound.dual, bound.each, bound.listed)
        if bound.value >= enough(self.goal) or not self.going_on():
            return plain
        question = replace(self.question, fewest=fewest, most=most)
        self._take(best_cover(question, self.pool.costs, self.goal, self.going_on, most_nodes=20).plan)
        base = float(bound.near_dual.sum()) + question.toll(bound.near_each)
        gap = self.goal - base
        if not 0 <= gap <= WIDE * (abs(self.goal) + 1.0):
            return plain
        costs = self._within(question, bound, gap)
        if costs is None:
            return plain
        cover = best_cover(question, costs, self.goal, self.going_on)
        self._take(cover.plan)
        value = min(cover.value, self.goal)
        if value <= bound.value:
            return plain
        return Case(fewest, most, value, bound.near_dual, bound.near_each, listed=True, gap=gap, leaves=cover.leaves)

    def few(self, fewest: int, most: int) -> tuple[list[Case], list[tuple[int, int]]]:
        """Close the cases of one grid and of two by themselves, where these hold many atoms; and what is left open.

        Their programme hardly converges there, for almost every atom may go with almost every other.
        """
        atoms = len(self.question.board.households)
        if fewest > PAIR or len(self.plan) > PAIR or not PAIRED_ATOMS[0] <= atoms <= PAIRED_ATOMS[1]:
            return [], [(fewest, most)]
        numbers = range(fewest, min(most, PAIR) + 1)
        closed = [self.paired() if number == PAIR else self.alone() for number in numbers]
        whole = self.question.coarse(PAIR)
        if any(case.value < enough(self.goal) for case in closed) and not whole:
            return [], [(fewest, most)]
        return closed, [(PAIR + 1, most)] if most > PAIR else []

    def alone(self) -> Case:
        """The case of one grid: prices so high that every atom is taken."""
        dual = np.full(len(self.question.board.households), abs(self.goal) + 1.0)
        question = self.question
        found = priced(question, dual, -np.inf, Look(), self.going_on)
        assert found is not None, "one look is never broken off"
        return Case(1, 1, min(float(dual.sum() + found[1].min()), self.goal), dual)

    def paired(self) -> Case:
        """The case of two grids: every pair of medoids is asked, and the best pairs' own divisions are looked at."""
        board, limits = self.question.board, self.question.limits
        pairs, values = pairs_below(board, limits, enough(self.goal))
        for i, j in pairs[np.argsort(values)][:MOST_DIVIDED].tolist():
            mine = division(board, limits, i, j)
            sides = (np.flatnonzero(mine), np.flatnonzero(~mine))
            if all(
                len(side) and connected(board, side, sided) for side, sided in zip(sides, (mine, ~mine), strict=True)
            ):
                self._take(tuple(sorted(tuple(side.tolist()) for side in sides)))
        value = min(float(values.min(initial=np.inf)), self.goal)
        return Case(PAIR, PAIR, value, np.zeros(len(board.households)), paired=True)

    def _within(self, question: Question, bound: Bound, gap: float) -> dict[Grid, float] | None:
        """Every connected grid that a plan within the gap can contain; None if they are too many."""
        look = Look(MOST_STEPS, MOST_LISTED)
        found = priced(question, bound.near_dual, bound.near_each + gap + SLIGHT, look, self.going_on)
        if found is None:
            return None
        flat, _, complete = found
        grids, _ = unpacked(flat)
        if not complete.all() or len(grids) > MOST_LISTED:
            return None
        costs = {grid: question.cost(grid) for grid in grids}
        if any(cost - bound.near_dual[list(g)].sum() < bound.near_each - 10 * SLIGHT for g, cost in costs.items()):
            return None
        return costs

    def _take(self, plan: tuple[Grid, ...] | None) -> None:
        """Keep a plan that is better than the best known."""
        if plan is None:
            return
        cost = sum(self.question.cost(grid) for grid in plan)
        if cost < self.upper:
            self.plan, self.upper, self.goal = plan, cost, min(self.goal, cost)
            self.pool.add(plan)
