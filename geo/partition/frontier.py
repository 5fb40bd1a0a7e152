"""The planner's choice: what another target size would mean for grids, stairwells, walks and balance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import InvalidInputError
from geo.partition.partition import Division, partition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from geo.partition.objective import Weights
    from geo.topology.atoms import AtomGraph
    from geo.topology.bounds import Rule


@dataclass(frozen=True, slots=True)
class Choice:
    """What a plan for one target size looks like.

    Attributes:
        target: wished-for households of a grid.
        grids: number of grids that hold anybody.
        violation: households by which grids miss the rule, summed.
        split_buildings: buildings whose households belong to more than one grid.
        split_units: units whose households belong to more than one grid.
        mean_walk_m: metres from a household to its grid's medoid, on average (a floor counts 1.5 m by default).
        balance: standard deviation of the grids' households over their mean; 0 where all are equal.
    """

    target: int
    grids: int
    violation: int
    split_buildings: int
    split_units: int
    mean_walk_m: float
    balance: float


def frontier(
    graph: AtomGraph,
    rule: Rule,
    targets: Iterable[int],
    seed: int,
    *,
    weights: Weights,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[Choice, ...]:
    """One choice a target, in rising order; without proofs, so that a chart appears while one waits.

    Raises:
        InvalidInputError: for a target outside the rule.
    """
    wanted = sorted(set(targets))
    wrong = [t for t in wanted if not rule.least <= t <= rule.most]
    if wrong:
        raise InvalidInputError(f"The target {wrong[0]} lies outside the rule {rule.least}-{rule.most}; choose within.")
    choices = []
    for target in wanted:
        if cancelled is not None and cancelled():
            break
        own = replace(rule, target=target)
        division = partition(graph, own, seed, prove=False, weights=weights, cancelled=cancelled)
        choices.append(choice_of(graph, division, own, weights))
    return tuple(choices)


def choice_of(graph: AtomGraph, division: Division, rule: Rule, weights: Weights) -> Choice:
    """The figures of one plan."""
    inhabited = graph.households > 0
    households = np.bincount(division.grid_of, weights=graph.households)
    households = households[households > 0]
    total = float(households.sum())
    return Choice(
        target=rule.target,
        grids=len(households),
        violation=division.violation,
        split_buildings=_split(graph.building[inhabited], division.grid_of[inhabited]),
        split_units=_split(graph.unit[inhabited], division.grid_of[inhabited]),
        mean_walk_m=_walk_m(graph, division, weights) / total if total else 0.0,
        balance=float(households.std() / households.mean()) if total else 0.0,
    )


def _split(owner: np.ndarray[tuple[int], np.dtype[np.int32]], grid: np.ndarray[tuple[int], np.dtype[np.int32]]) -> int:
    """Owners with atoms in more than one grid."""
    pairs = np.unique(np.column_stack([owner, grid]), axis=0)
    return int((np.unique(pairs[:, 0], return_counts=True)[1] > 1).sum())


def _walk_m(graph: AtomGraph, division: Division, weights: Weights) -> float:
    """Household metres from every home to its grid's medoid."""
    place = graph.xyz_m * np.array([1.0, 1.0, weights.climb])
    walk = 0.0
    for grid in range(division.grids):
        own = np.flatnonzero(division.grid_of == grid)
        far = np.linalg.norm(place[own][:, None] - place[own][None], axis=2)
        walk += float((graph.households[own][:, None] * far).sum(axis=0).min())
    return walk
