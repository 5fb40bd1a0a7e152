"""Grids on the map: one piece where their stairwells are connected, smooth, and never through a house."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from geo.topology.adjacency import adjacency
from geo.topology.bounds import Rule
from geo.topology.cells import lay_cells
from geo.topology.tiles import lay_tiles
from tests.geo.topology.maps import ground
from tests.geo.topology.surveyor import cut_m2, faults_of_tiling

QUARTER = """
    ..............
    .aaa.bbb.ccc..
    ..............
    ..ddd.eee.ff..
    ..............
    .ggg.hhh.iii..
    ..............
"""


def test_tiles_tile_the_compound_and_lose_their_kinks() -> None:
    of = ground(QUARTER)
    cells = lay_cells(of)
    unit = np.arange(9, dtype=np.int32)
    grid = np.array([0, 0, 1, 0, 1, 1, 2, 2, 2], dtype=np.int32)
    rough, smooth = (lay_tiles(cells, unit, grid, smooth=s) for s in (False, True))
    assert faults_of_tiling(list(smooth.polygons), of.compounds[0].geometry) == []
    assert sum(map(shapely.get_num_coordinates, smooth.polygons)) < sum(
        map(shapely.get_num_coordinates, rough.polygons)
    )
    for part, tile in zip(cells.parts, smooth.of_unit, strict=True):
        assert cut_m2(part, smooth.polygons[tile]) < 0.02


def test_grids_on_top_of_one_another_share_a_tile() -> None:
    of = ground(QUARTER, households={"e": 120}, floors={"e": 30})
    cells = lay_cells(of)
    atoms = adjacency(of, cells, Rule())
    tower = atoms.unit == 4
    grid = np.where(tower & (atoms.floor_lo > 15), 1, 0).astype(np.int32)
    tiles = lay_tiles(cells, atoms.unit, grid)
    assert sorted(tiles.grids) == [(0,), (0, 1)]
    assert tiles.grid(1).equals(tiles.polygons[tiles.grids.index((0, 1))])
    assert tiles.grid(0).area == pytest.approx(of.compounds[0].geometry.area)


def test_smoothing_never_cuts_a_house() -> None:
    of = ground(
        """
        ..........
        .aaaaaaaa.
        ..........
        .bbbb.cccc
        .bbbb.cccc
    """,
        units={"a": 4, "b": 2, "c": 2},
    )
    cells = lay_cells(of)
    tiles = lay_tiles(cells, np.arange(8, dtype=np.int32), np.array([0, 1, 0, 1, 0, 1, 0, 1], dtype=np.int32))
    for part, tile in zip(cells.parts, tiles.of_unit, strict=True):
        assert cut_m2(part, tiles.polygons[tile]) < 0.02


def test_a_house_that_sticks_out_of_its_own_ground_does_not_hold_up_the_others() -> None:
    of = ground(QUARTER)
    cells = lay_cells(of)
    parts = cells.parts.copy()
    parts[0] = shapely.union(parts[0], parts[8])
    unit, grid = np.arange(9, dtype=np.int32), np.array([0, 0, 1, 0, 1, 1, 2, 2, 2], dtype=np.int32)
    tiles = lay_tiles(replace(cells, parts=parts), unit, grid)
    rough = lay_tiles(cells, unit, grid, smooth=False)
    assert faults_of_tiling(list(tiles.polygons), of.compounds[0].geometry) == []
    assert tiles.polygons[0].equals(rough.polygons[0])
    assert not tiles.polygons[2].equals(rough.polygons[2])
