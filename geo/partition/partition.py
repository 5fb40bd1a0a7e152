"""Divide a whole atom graph into micro-grids, one connected neighbourhood after the other."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.partition.problem import Problem, problems_of
from geo.partition.solve import Solution, solve

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geo.partition.objective import Weights
    from geo.topology.atoms import AtomGraph
    from geo.topology.bounds import Rule


@dataclass(frozen=True, slots=True, eq=False)
class Division:
    """The plan of a whole graph.

    Attributes:
        grid_of: (n,) int32, the grid of each atom of the graph, numbered from 0 through all problems.
        problems: the connected neighbourhoods, in the order of their first atom.
        solutions: one a problem; their grids are numbered from 0 each.
        first_grid: one a problem, the number that its grid 0 has in ``grid_of``.
    """

    grid_of: NDArray[np.int32]
    problems: tuple[Problem, ...]
    solutions: tuple[Solution, ...]
    first_grid: tuple[int, ...]

    @property
    def grids(self) -> int:
        """How many micro-grids there are."""
        return int(self.grid_of.max(initial=-1)) + 1

    @property
    def violation(self) -> int:
        """Households by which the grids miss the rule, summed."""
        return sum(solution.violation for solution in self.solutions)


def partition(
    graph: AtomGraph,
    rule: Rule,
    seed: int,
    *,
    deadline: float | None = None,
    prove: bool = True,
    weights: Weights | None = None,
    cancelled: Callable[[], bool] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Division:
    """Divide every connected neighbourhood of ``graph``; see ``solve`` for the arguments.

    The ``deadline`` is shared by atoms: a problem may use what earlier ones left. ``progress`` hears
    (problems done, problems in all). Without atoms the division is empty.

    Raises:
        InvalidInputError: for counts, places or edges that no neighbourhood can have.
    """
    began, problems = time.monotonic(), problems_of(graph)
    solutions: list[Solution] = []
    waiting = len(graph)
    for done, problem in enumerate(problems):
        left = None if deadline is None else max(deadline - (time.monotonic() - began), 0.0) * len(problem) / waiting
        solutions.append(solve(problem, rule, seed, deadline=left, prove=prove, weights=weights, cancelled=cancelled))
        waiting -= len(problem)
        if progress is not None:
            progress(done + 1, len(problems))
    return joined(len(graph), problems, tuple(solutions))


def joined(atoms: int, problems: tuple[Problem, ...], solutions: tuple[Solution, ...]) -> Division:
    """The solutions of all problems as one division."""
    grid_of = np.empty(atoms, dtype=np.int32)
    first_grid, grids = [], 0
    for problem, solution in zip(problems, solutions, strict=True):
        grid_of[problem.atoms] = solution.grid_of + grids
        first_grid.append(grids)
        grids += int(solution.grid_of.max()) + 1
    return Division(grid_of, problems, solutions, tuple(first_grid))
