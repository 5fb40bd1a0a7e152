"""Neighbours are those who can walk to one another; planners may join and part what the map does not know."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely

from geo.errors import InvalidInputError
from geo.topology.adjacency import Edits, adjacency, floor_counts
from geo.topology.atoms import AtomGraph, EdgeKind
from geo.topology.bounds import Rule
from geo.topology.cells import lay_cells
from geo.topology.ground import BuildingSite, CompoundSite, Ground, UnitSite
from tests.geo.topology.maps import ground


def graph(of: Ground, edits: Edits | None = None, rule: Rule | None = None) -> AtomGraph:
    return adjacency(of, lay_cells(of), rule or Rule(), edits)


def named(atoms: AtomGraph) -> dict[str, int]:
    """Edges between whole units as words with their kind: {'ab': 0}."""
    keys = [atoms.unit_keys[u] for u in atoms.unit]
    return {keys[a] + keys[b]: int(k) for (a, b), k in zip(atoms.edges.tolist(), atoms.edge_kind, strict=True)}


ROW = """
    ...........
    .aa.bbb.cc.
    ...........
"""


def test_buildings_side_by_side_are_neighbours_and_others_not() -> None:
    assert named(graph(ground(ROW))) == {"ab": EdgeKind.BETWEEN_BUILDINGS, "bc": EdgeKind.BETWEEN_BUILDINGS}


def test_stairwells_are_neighbours_along_their_building() -> None:
    edges = named(graph(ground(ROW, units={"b": 3})))
    assert edges == {"ab1": 0, "b1b2": 1, "b2b3": 1, "b3c": 0}


def test_a_unit_over_the_maximum_becomes_floors_of_which_the_lowest_touches_the_ground() -> None:
    atoms = graph(ground(ROW, households={"b": 132}, floors={"b": 33}))
    tower = [i for i, u in enumerate(atoms.unit) if atoms.unit_keys[u] == "b"]
    assert len(tower) == 33
    assert [int(atoms.households[i]) for i in tower] == [4] * 33
    outward = {
        (int(a), int(b)) for (a, b), k in zip(atoms.edges, atoms.edge_kind, strict=True) if k != EdgeKind.BETWEEN_FLOORS
    }
    assert outward == {(0, tower[0]), (tower[0], tower[-1] + 1)}
    assert (atoms.edge_kind == EdgeKind.BETWEEN_FLOORS).sum() == 32
    assert atoms.xyz_m[tower[-1], 2] == pytest.approx(3 * 33 - 1.5)


def test_households_counted_by_floor_stay_on_their_floor() -> None:
    unit = UnitSite("u", "b", 120, 1, 3, floor_households=(0, 100, 20))
    of = Ground(
        (CompoundSite("c", shapely.box(0, 0, 50, 50)),), (BuildingSite("b", "c", shapely.box(9, 9, 30, 30)),), (unit,)
    )
    assert graph(of).households.tolist() == [0, 100, 20]


def test_floors_share_households_evenly() -> None:
    assert floor_counts(UnitSite("u", "b", 10, 1, 4)) == (3, 2, 3, 2)
    assert sum(floor_counts(UnitSite("u", "b", 997, -2, 31))) == 997


def test_a_planner_joins_across_a_wall_and_parts_neighbours() -> None:
    of = ground("""
        ...%......
        .a.%.b..c.
        ...%......
    """)
    assert named(graph(of)) == {"bc": 0}
    assert named(graph(of, Edits(joined=frozenset({("a", "b")}), parted=frozenset({("b", "c")})))) == {"ab": 0}


def test_an_edit_of_an_unknown_unit_is_named() -> None:
    with pytest.raises(InvalidInputError, match="zz"):
        graph(ground(ROW), Edits(joined=frozenset({("a", "zz")})))
    with pytest.raises(InvalidInputError, match="in order"):
        Edits(joined=frozenset({("b", "a")}))


def two_yards(left: int, right: int, lane_m: float = 0) -> Ground:
    """Two compounds, one building each, wall to wall or with a lane between."""
    x = 50 + lane_m
    return Ground(
        (CompoundSite("l", shapely.box(0, 0, 50, 40)), CompoundSite("r", shapely.box(x, 0, x + 50, 40))),
        (
            BuildingSite("a", "l", shapely.box(10, 10, 40, 22)),
            BuildingSite("b", "r", shapely.box(x + 9, 9, x + 40, 22)),
        ),
        (UnitSite("a", "a", left), UnitSite("b", "b", right)),
    )


def test_compounds_join_hands_only_when_both_are_below_the_minimum() -> None:
    assert named(graph(two_yards(12, 20))) == {"ab": 0}
    assert named(graph(two_yards(12, 30))) == {}
    assert named(graph(two_yards(12, 30), rule=Rule(31, 100, 70))) == {"ab": 0}


def test_small_compounds_join_hands_across_a_lane_but_not_across_a_road() -> None:
    near, far = two_yards(12, 20, lane_m=3), two_yards(12, 20, lane_m=12)
    road = replace(near, barriers=(shapely.LineString([(51.5, -10), (51.5, 50)]),))
    assert named(graph(near)) == {"ab": 0}
    assert named(graph(far)) == {}
    assert named(graph(road)) == {}


def test_counts_that_make_no_sense_are_named() -> None:
    of = ground(ROW)
    for broken, words in (
        (replace(of.units[0], households=-1), "fewer than 0"),
        (replace(of.units[0], floor_lo=7), "floor 7 up to 6"),
        (replace(of.units[0], floor_households=(1, 2)), "by floor"),
    ):
        with pytest.raises(InvalidInputError, match=words):
            graph(replace(of, units=(broken, *of.units[1:])))


def test_edges_are_sorted_and_said_once() -> None:
    atoms = graph(ground(ROW, units={"a": 2, "b": 3}, households={"c": 150}))
    edges = [tuple(e) for e in atoms.edges.tolist()]
    assert edges == sorted(set(edges))
    assert all(a < b for a, b in edges)
