"""Divide one connected neighbourhood into micro-grids, and say how near the best the plan is proved to be."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from geo.partition.certificate import Certificate
from geo.partition.infeasible import Reason, reason_of
from geo.partition.objective import Score, Weights, board_of, plan_cost
from geo.partition.plan import improve
from geo.partition.proof import prove

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

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
        certificate: what ``verify`` needs.
        seconds: wall-clock time spent.
    """

    grid_of: NDArray[np.int32]
    violation: int
    least_violation: int
    objective: float
    bound: float
    status: Status
    reason: Reason | None
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
        return self.gap <= CERTAIN


#: Relative gap below which two objectives are the same.
CERTAIN = 1.0e-6


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
        deadline: seconds after which the best so far is returned (obeyed within 10 %).
        prove: whether to look for a proof once the plan stands.
        cancelled: asked again and again; True ends the work with the best so far.
    """
    clock = Clock(deadline, cancelled)
    weights = weights or Weights()
    board = board_of(problem, rule, weights)
    label = improve(board, seed, clock)
    ...
