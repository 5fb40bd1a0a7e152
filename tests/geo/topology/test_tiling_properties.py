"""Whatever the ground looks like: cells tile it, houses stay whole, and connected grids are one piece."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.topology.adjacency import adjacency
from geo.topology.bounds import Rule
from geo.topology.cells import lay_cells
from geo.topology.ground import Ground  # noqa: TC001 - Hypothesis reads the annotations
from geo.topology.tiles import lay_tiles
from tests.geo.topology.quarters import quarters
from tests.geo.topology.surveyor import CM2, cut_m2, faults_of_tiling, is_one_piece, pieces

FEW = settings(max_examples=40, deadline=None)


@FEW
@given(quarters)
def test_cells_tile_any_ground(of: Ground) -> None:
    cells = lay_cells(of)
    assert faults_of_tiling(list(cells.polygons), of.compounds[0].geometry) == []


@FEW
@given(quarters)
def test_no_footprint_is_cut(of: Ground) -> None:
    cells = lay_cells(of)
    holes = zip(cells.obstacles, cells.polygons[cells.holder], strict=True)
    for footprint, cell in [*zip(cells.parts, cells.polygons, strict=True), *holes]:
        assert cut_m2(footprint, cell) < CM2


@FEW
@given(quarters)
def test_cells_of_neighbours_share_a_border(of: Ground) -> None:
    cells = lay_cells(of)
    atoms = adjacency(of, cells, Rule())
    for a, b in atoms.edges.tolist():
        one, other = int(atoms.unit[a]), int(atoms.unit[b])
        if one != other:
            assert cells.polygons[one].boundary.intersection(cells.polygons[other].boundary).length > 0


@FEW
@given(quarters, st.integers(0, 2**32 - 1))
def test_a_grid_of_connected_stairwells_is_one_piece(of: Ground, seed: int) -> None:
    cells = lay_cells(of)
    atoms = adjacency(of, cells, Rule())
    grid = np.random.default_rng(seed).integers(0, 3, len(atoms)).astype(np.int32)
    tiles = lay_tiles(cells, atoms.unit, grid)
    assert faults_of_tiling(list(tiles.polygons), of.compounds[0].geometry) == []
    for number in np.unique(grid):
        members = np.flatnonzero(grid == number).tolist()
        inner = [(a, b) for a, b in atoms.edges.tolist() if a in members and b in members]
        whole = all(isinstance(cells.polygons[atoms.unit[m]], shapely.Polygon) for m in members)
        if len(pieces(members, inner)) == 1 and whole:
            assert is_one_piece([tiles.grid(int(number))])
