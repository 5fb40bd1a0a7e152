"""The machine's plan: within the rule, whole, and never worse than what brute force finds."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import InvalidInputError
from geo.partition.objective import Weights
from geo.partition.partition import partition
from geo.partition.problem import problems_of
from geo.partition.solve import Status, solve
from geo.partition.verify import verify
from geo.topology.bounds import Rule
from tests.geo.partition.brute_force import best_score
from tests.geo.partition.neighbourhoods import KINDS, graph_of, line, neighbourhood

if TYPE_CHECKING:
    from geo.partition.problem import Problem
    from geo.topology.atoms import AtomGraph


@st.composite
def small_neighbourhoods(draw: st.DrawFn) -> AtomGraph:
    """Up to twelve atoms: a random tree with more edges of any kind, awkward counts, places that may coincide."""
    n = draw(st.integers(1, 12))
    counts = st.one_of(st.integers(0, 45), st.sampled_from([0, 29, 30, 50, 51, 100, 101, 140, 400]))
    households = draw(st.lists(counts, min_size=n, max_size=n))
    places = draw(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=n, max_size=n))
    edges = [(draw(st.integers(0, i - 1)), i, draw(st.integers(0, 2))) for i in range(1, n)]
    if n > 1:
        extra = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1), st.integers(0, 2)), max_size=5))
        edges += [e for e in extra if e[0] != e[1]]
    return graph_of(households, 15.0 * np.array(places), edges)


RULES = st.sampled_from([Rule(), Rule(30, 100, 60), Rule(20, 40, 30), Rule(0, 50, 25), Rule(50, 60, 55)])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(small_neighbourhoods(), RULES)
def test_brute_force_never_finds_better_and_the_stranger_agrees(graph: AtomGraph, rule: Rule) -> None:
    (problem,) = problems_of(graph)
    weights = Weights()
    solution = solve(problem, rule, seed=1)
    violation, objective = best_score(problem, rule, weights)
    assert verify(problem, rule, weights, solution) == ()
    assert solution.least_violation == violation == solution.violation
    assert solution.bound - 1e-6 <= objective
    assert solution.objective == pytest.approx(objective, abs=2e-6)
    assert (solution.status is Status.INFEASIBLE) == (solution.least_violation > 0)
    assert (solution.reason is None) == (solution.violation == 0)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_neighbourhood_is_divided_and_proved(kind: str) -> None:
    graph = neighbourhood(kind, 5, 6 if kind == "tower" else 14)
    division = partition(graph, Rule(), seed=3)
    for problem, solution in zip(division.problems, division.solutions, strict=True):
        assert verify(problem, Rule(), Weights(), solution) == ()
        assert solution.violation == solution.least_violation
        assert solution.gap <= 0.02
    assert np.bincount(division.grid_of).min() > 0


@pytest.mark.parametrize("homes", [45, 60])
def test_villages_of_one_or_two_grids_are_proved(homes: int) -> None:
    rng = np.random.default_rng(homes)
    places = 18.0 * np.argwhere(np.ones((homes // 5, 5))) + rng.uniform(-4, 4, (homes, 2))
    near = [(a, b, 0) for a in range(homes) for b in range(a) if np.linalg.norm(places[a] - places[b]) < 22]
    (problem,) = problems_of(graph_of(rng.integers(1, 4, homes).tolist(), places, near))
    solution = solve(problem, Rule(), seed=1)
    assert solution.status is Status.OPTIMAL
    assert verify(problem, Rule(), Weights(), solution) == ()
    assert solution.certificate.objective is not None
    (pair,) = (case for case in solution.certificate.objective.cases if case.paired)
    wider = replace(solution.certificate.objective, cases=(replace(pair, fewest=1, most=9),))
    bent = replace(solution, certificate=replace(solution.certificate, objective=wider))
    assert any("shows a bound" in fault for fault in verify(problem, Rule(), Weights(), bent))


def test_the_same_seed_gives_the_same_plan() -> None:
    (problem,) = problems_of(neighbourhood("walled", 2))
    first, second = solve(problem, Rule(), 7), solve(problem, Rule(), 7)
    assert (first.grid_of == second.grid_of).all()
    assert first.objective == second.objective


def only(graph: AtomGraph) -> Problem:
    (problem,) = problems_of(graph)
    return problem


def test_shops_belong_to_grids_and_never_part_them() -> None:
    solution = solve(only(line(30, 0, 30, 0, 0, 40)), Rule(), 1)
    assert solution.proved
    assert solution.violation == 0
    assert len(solution.grid_of) == 6


def test_twelve_households_alone_are_named_with_their_waiver() -> None:
    solution = solve(only(line(12)), Rule(), 1)
    assert solution.status is Status.INFEASIBLE
    assert solution.reason is not None
    assert solution.reason.code == "below-minimum"
    assert [(w.households, w.excess) for w in solution.waivers] == [(12, 18)]


@pytest.mark.parametrize(
    ("households", "rule", "code"),
    [
        ((0,), Rule(), "nobody-lives-here"),
        ((20, 20, 25), Rule(50, 60, 55), "no-number-fits"),
        ((150, 30, 40), Rule(), "no-division-exists"),
        ((90, 20, 90), Rule(), "no-division-exists"),
    ],
)
def test_what_cannot_be_is_named(households: tuple[int, ...], rule: Rule, code: str) -> None:
    solution = solve(only(line(*households)), rule, 1)
    assert solution.reason is not None
    assert solution.reason.code == code
    assert solution.violation == solution.least_violation > 0
    assert verify(only(line(*households)), rule, Weights(), solution) == ()


def test_stairwells_would_be_divided_where_whole_units_cannot_obey() -> None:
    graph = graph_of([90, 20, 90], [(0, 0), (20, 0), (40, 0)], [(0, 1, 0), (1, 2, 0)], floors=[10, 5, 10])
    solution = solve(only(graph), Rule(), 1)
    assert solution.reason is not None
    assert solution.reason.code == "floors-would-do"
    assert "1 place" in solution.reason.en or "2 place" in solution.reason.en


@pytest.mark.parametrize(
    ("fault", "graph"),
    [
        ("negative", line(30, -1, 40)),
        ("not whole", line(30.5, 40)),  # type: ignore[arg-type]  # what a careless file may hold
        ("absurd", line(30, 10**7)),
        ("no number", line(float("nan"), 40)),  # type: ignore[arg-type]  # what a careless file may hold
        ("no place", graph_of([30, 40], [(0.0, float("nan")), (1.0, 1.0)], [(0, 1, 0)])),
        ("outside", graph_of([30, 40], [(0, 0), (1, 1)], [(0, 2, 0)])),
        ("impossible", graph_of([30, 40], [(0, 0), (1, 1)], [(0, 1, 0)], ground_m2=float("inf"))),
    ],
)
def test_bad_input_is_refused_in_a_sentence(fault: str, graph: AtomGraph) -> None:
    with pytest.raises(InvalidInputError, match=fault):
        problems_of(graph)


def test_a_disconnected_compound_becomes_several_problems() -> None:
    graph = graph_of([40, 40, 12], [(0, 0), (20, 0), (900, 0)], [(0, 1, 0)])
    division = partition(graph, Rule(), 1)
    assert [len(p) for p in division.problems] == [2, 1]
    assert division.grid_of[0] == division.grid_of[1] != division.grid_of[2]


def test_identical_points_are_divided_all_the_same() -> None:
    n = 12
    graph = graph_of([20] * n, np.zeros((n, 2)), [(i, j, 0) for i in range(n) for j in range(i)])
    solution = solve(only(graph), Rule(), 1)
    assert solution.violation == 0
    assert verify(only(graph), Rule(), Weights(), solution) == ()


def test_a_deadline_returns_the_best_so_far_and_cancelling_too() -> None:
    problem = only(neighbourhood("village", 1, 250))
    solve(only(line(40, 40)), Rule(), 1)
    began = time.monotonic()
    solution = solve(problem, Rule(), 1, deadline=0.0)
    stopped = solve(problem, Rule(), 1, cancelled=lambda: True)
    assert time.monotonic() - began < 60, "a hang, not a slow machine"
    assert solution.violation == stopped.violation == 0
    assert verify(problem, Rule(), Weights(), solution) == ()
