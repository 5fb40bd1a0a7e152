"""Divide one connected neighbourhood into micro-grids, and say how near the best the plan is proved to be."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil, inf
from typing import TYPE_CHECKING

import numpy as np

from geo.partition.certificate import Certificate
from geo.partition.infeasible import Waiver, reason_of, waivers_of
from geo.partition.objective import Board, Score, Weights, board_of, plan_cost
from geo.partition.plan import draw_plan, grids_of, labels_of
from geo.partition.proof import counted_violation, prove_objective, prove_violation

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geo.errors import Refusal
    from geo.partition.master import Grid
    from geo.partition.problem import Problem
    from geo.topology.bounds import Rule


class Status(StrEnum):
    """What is known of a plan."""

    OPTIMAL = "optimal"
    GAP = "gap"
    INFEASIBLE = "infeasible"


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """A plan of one problem and what is proved about it.

    Attributes:
        grid_of: (n,) int32, the grid of each atom, numbered from 0 in order of first atom.
        violation: households by which the grids miss the rule, summed; 0 where every grid obeys it.
        least_violation: what no plan can undercut (proved).
        objective: cost of the plan among plans of this violation.
        bound: what no plan of this violation can undercut (proved); -inf where no proof was asked for.
        status: ``infeasible`` where the least violation is above 0.
        reason: why the rule cannot be met, None where it is.
        waivers: the exemptions that the plan needs.
        certificate: what ``verify`` needs.
        seconds: wall-clock time spent.
    """

    grid_of: NDArray[np.int32]
    violation: int
    least_violation: int
    objective: float
    bound: float
    status: Status
    reason: Refusal | None
    waivers: tuple[Waiver, ...]
    certificate: Certificate
    seconds: float

    @property
    def gap(self) -> float:
        """(objective − bound) / objective; 0 where the plan is proved best, infinite where nothing is proved."""
        if self.violation > self.least_violation:
            return float("inf")
        return max(self.objective - self.bound, 0.0) / max(self.objective, 1e-12)

    @property
    def proved(self) -> bool:
        """Whether no plan is better."""
        return self.violation == self.least_violation and self.objective - self.bound <= CERTAIN * max(
            self.objective, 1.0
        )


#: Relative gap below which two objectives are the same.
CERTAIN = 1.0e-6
#: Price of a household of violation while the objective of an infeasible problem is proved.
FINE = 2.0


class Clock:
    """Tells whether to go on: until the deadline (seconds from now), or until somebody cancels."""

    def __init__(self, deadline: float | None, cancelled: Callable[[], bool] | None) -> None:
        self.began = time.monotonic()
        self.deadline = deadline
        self.cancelled = cancelled

    def __call__(self, share: float = 1.0) -> bool:
        """Whether there is time left of the first ``share`` of the deadline."""
        if self.cancelled is not None and self.cancelled():
            return False
        return self.deadline is None or self.seconds < share * self.deadline

    @property
    def seconds(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self.began


def solve(
    problem: Problem,
    rule: Rule,
    seed: int,
    *,
    deadline: float | None = None,
    prove: bool = True,
    weights: Weights | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Solution:
    """Divide ``problem`` under ``rule``; the same seed gives the same plan unless the deadline cuts in.

    Args:
        problem: one connected component of an atom graph.
        rule: the household rule.
        seed: of all chance.
        weights: the planner's weights; the defaults if None.
        deadline: seconds after which the best so far is returned (obeyed within 10 %).
        prove: whether to look for a proof once the plan stands.
        cancelled: asked again and again; True ends the work with the best so far.
    """
    clock = Clock(deadline, cancelled)
    board = board_of(problem, rule, weights or Weights())
    label, score = draw_plan(board, seed, clock)
    known = _Known(grids_of(label), score, max(counted_violation(board), 0), -inf, Certificate())
    if prove:
        known = _proved(board, known, clock)
    return _solution(problem, rule, known, seed, clock)


@dataclass(frozen=True, slots=True)
class _Known:
    """The best plan so far and what is proved of it."""

    plan: tuple[Grid, ...]
    score: Score
    least_violation: int
    bound: float
    certificate: Certificate


def _proved(board: Board, known: _Known, clock: Clock) -> _Known:
    """Prove the violation first, then the objective; each may find a better plan."""
    if known.score.violation > known.least_violation:
        found = prove_violation(board, known.plan, known.score.violation, clock)
        known = replace(
            known,
            plan=found.plan,
            score=_score(board, found.plan),
            least_violation=max(known.least_violation, ceil(max(found.proof.value, 0.0) - 0.25)),
            certificate=Certificate(violation=found.proof),
        )
    if known.score.violation > known.least_violation:
        return known
    fine = FINE if known.score.violation else 0.0
    found = prove_objective(board, known.plan, known.score.violation, known.score.objective, fine, clock)
    return replace(
        known,
        plan=found.plan,
        score=_score(board, found.plan),
        bound=found.proof.value - fine * known.score.violation,
        certificate=replace(known.certificate, objective=found.proof),
    )


def _score(board: Board, plan: tuple[Grid, ...]) -> Score:
    return Score(*plan_cost(board, labels_of(plan, len(board.households)).astype(np.int64)))


def _solution(problem: Problem, rule: Rule, known: _Known, seed: int, clock: Clock) -> Solution:
    grid_of = labels_of(known.plan, len(problem))
    violation, objective = known.score.violation, known.score.objective
    least = known.least_violation
    reason = None
    if violation:
        reason = reason_of(problem, rule, violation, proved=violation == least, seed=seed, going_on=clock)
    best = violation == least and objective - known.bound <= CERTAIN * max(objective, 1.0)
    status = Status.INFEASIBLE if least else (Status.OPTIMAL if best else Status.GAP)
    return Solution(
        grid_of=grid_of,
        violation=violation,
        least_violation=least,
        objective=objective,
        bound=min(known.bound, objective),
        status=status,
        reason=reason,
        waivers=waivers_of(problem, rule, grid_of),
        certificate=known.certificate,
        seconds=clock.seconds,
    )
