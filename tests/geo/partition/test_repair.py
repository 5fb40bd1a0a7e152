"""A repair moves as few households as can be, says why, and leaves locked grids alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.partition.problem import problems_of
from geo.partition.repair import NEW, Cause, repair
from geo.partition.solve import solve
from geo.topology.bounds import Rule
from tests.geo.partition.neighbourhoods import graph_of, line, neighbourhood

if TYPE_CHECKING:
    from geo.partition.problem import Problem


def row(*households: int) -> Problem:
    (problem,) = problems_of(line(*households))
    return problem


def whole(problem: Problem, grid_of: np.ndarray) -> bool:
    for grid in np.unique(grid_of):
        own = set(np.flatnonzero(grid_of == grid).tolist())
        reached, todo = set(), [min(own)]
        while todo:
            at = todo.pop()
            if at not in reached:
                reached.add(at)
                todo += [
                    b for a, b in [*problem.edges.tolist(), *problem.edges[:, ::-1].tolist()] if a == at and b in own
                ]
        if reached != own:
            return False
    return True


def test_nothing_moves_where_nothing_is_wrong() -> None:
    assert repair(row(40, 40, 40), Rule(), np.array([0, 0, 1])).moves == ()


def test_a_grid_too_small_takes_the_lightest_dwelling_beside_it() -> None:
    """``20 | 12 60``: the 12 come over, not the 60, and not the 20 the other way into 92."""
    mended = repair(row(20, 12, 60), Rule(), np.array([0, 1, 1]))
    assert mended.grid_of.tolist() == [0, 0, 1]
    assert [(m.atom, m.households, m.origin, m.into, m.cause) for m in mended.moves] == [(1, 12, 1, 0, Cause.TOO_SMALL)]
    assert mended.violation == 0


def test_a_grid_too_large_gives_to_its_neighbour() -> None:
    mended = repair(row(60, 30, 20, 40), Rule(), np.array([0, 0, 0, 1]))
    assert mended.grid_of.tolist() == [0, 0, 1, 1]
    assert [m.cause for m in mended.moves] == [Cause.TOO_LARGE]


def test_a_grid_too_large_without_a_neighbour_is_divided() -> None:
    mended = repair(row(50, 40, 30), Rule(), np.array([7, 7, 7]))
    assert mended.violation == 0
    assert mended.households_moved == 30
    assert set(mended.grid_of.tolist()) == {7, 8}


def test_a_new_building_joins_without_moving_anybody() -> None:
    mended = repair(row(40, 20, 40), Rule(), np.array([0, NEW, 1]))
    assert [m.cause for m in mended.moves] == [Cause.ARRIVED]
    assert mended.households_moved == 0


def test_what_a_demolished_building_tore_off_is_taken_in() -> None:
    graph = graph_of([40, 10, 40], [(0, 0), (200, 0), (220, 0)], [(0, 2, 0), (1, 2, 0)])
    (problem,) = problems_of(graph)
    mended = repair(problem, Rule(), np.array([0, 0, 1]))
    assert mended.grid_of.tolist() == [0, 1, 1]
    assert [m.cause for m in mended.moves] == [Cause.TORN_OFF]


def test_locked_grids_are_untouched_even_where_they_would_help() -> None:
    """``20 | 12 60``: with grid 1 locked nothing can be done, and nothing is."""
    mended = repair(row(20, 12, 60), Rule(), np.array([0, 1, 1]), locked=frozenset({1}))
    assert mended.moves == ()
    assert mended.violation == 10


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(5, 40), min_size=6, max_size=6), st.integers(0, 5), st.integers(0, 80))
def test_no_repair_moves_fewer_households(households: list[int], changed: int, count: int) -> None:
    before = row(*households)
    plan = solve(before, Rule(), 1)
    now = row(*(count if i == changed else h for i, h in enumerate(households)))
    mended = repair(now, Rule(), plan.grid_of)
    assert whole(now, mended.grid_of)
    if plan.violation == 0 and mended.violation == 0:
        assert mended.households_moved == fewest_moved(now, plan.grid_of)


def fewest_moved(problem: Problem, old: np.ndarray) -> int:
    """Brute force over every plan that names its grids like the old one or 90, 91, 92."""
    h, best, names = problem.households, 10**9, [*np.unique(old).tolist(), 90, 91]
    for plan in product(names, repeat=len(h)):
        new = np.array(plan)
        moved = int(h[new != old].sum())
        if moved < best and all(Rule().admits(int(h[new == g].sum())) for g in set(plan)) and whole(problem, new):
            best = moved
    return best


def test_a_repair_after_one_building_changes_is_local() -> None:
    rng = np.random.default_rng(1)
    for seed in range(6):
        (problem,) = problems_of(neighbourhood("slab", seed, 20))
        plan = solve(problem, Rule(), 1, prove=False)
        households = problem.households.copy()
        households[problem.building == rng.integers(20)] += int(rng.integers(-8, 9))
        mended = repair(replace(problem, households=np.maximum(households, 0)), Rule(), plan.grid_of)
        assert mended.violation == 0
        assert len(mended.grids_changed) <= 3
        assert whole(problem, mended.grid_of)
