"""Larger targets need fewer grids; the chart shows what they cost."""

from __future__ import annotations

import pytest

from geo.errors import InvalidInputError
from geo.partition.frontier import frontier
from geo.partition.objective import Weights
from geo.topology.bounds import Rule
from tests.geo.partition.neighbourhoods import graph_of, neighbourhood


def test_larger_targets_need_fewer_grids_and_longer_walks() -> None:
    small, large = frontier(neighbourhood("slab", 1, 24), Rule(), [90, 45], 1, weights=Weights())
    assert (small.target, large.target) == (45, 90)
    assert small.grids > large.grids
    assert small.mean_walk_m < large.mean_walk_m
    assert small.violation == large.violation == 0


def test_the_figures_are_what_their_names_say() -> None:
    """Two buildings of two units each, one grid apiece: 15 m within, nobody split."""
    graph = graph_of(
        [20, 20, 20, 20],
        [(0, 0), (15, 0), (100, 0), (115, 0)],
        [(0, 1, 1), (1, 2, 0), (2, 3, 1)],
        building=[0, 0, 1, 1],
    )
    (choice,) = frontier(graph, Rule(30, 50, 40), [40], 1, weights=Weights())
    assert (choice.grids, choice.split_buildings, choice.split_units, choice.balance) == (2, 0, 0, 0.0)
    assert choice.mean_walk_m == pytest.approx(7.5)


def test_a_target_outside_the_rule_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="target 120"):
        frontier(neighbourhood("slab", 1, 4), Rule(), [70, 120], 1, weights=Weights())
