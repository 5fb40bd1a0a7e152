"""A plan's file opens anywhere, lies where the buildings lie, and is the same every time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyogrio
import pytest
import shapely

from geo.exchange.grids.plan_file import grid_names, write_plan
from geo.exchange.grids.sheet import read_sheet
from geo.topology.adjacency import adjacency
from geo.topology.bounds import Rule
from geo.topology.cells import lay_cells
from geo.topology.divided import Divided
from geo.topology.tiles import lay_tiles
from tests.geo.exchange.grids.planners_files import houses, save

if TYPE_CHECKING:
    from pathlib import Path

    from geo.exchange.grids.sheet import Sheet


def divided(sheet: Sheet) -> Divided:
    """Every four buildings a grid; the first, a tower, in two halves one above the other."""
    cells = lay_cells(sheet.ground)
    graph = adjacency(sheet.ground, cells, Rule())
    grid = (graph.unit // 4).astype(np.int32)
    grid[(graph.unit == 0) & (graph.floor_lo > 10)] = grid.max() + 1
    return Divided(sheet.ground, cells, graph, grid, lay_tiles(cells, graph.unit, grid))


def _write(path: Path, sheet: Sheet, part: Divided) -> None:
    write_plan(path, sheet, [part], [grid_names(part)])


@pytest.mark.parametrize("crs", ["EPSG:4544", "EPSG:4326"])
def test_a_plan_goes_back_into_the_files_own_coordinates(tmp_path: Path, crs: str) -> None:
    frame = houses(floors=[20] + [6] * 19, households=[120] + [24] * 19).to_crs(crs)
    sheet = read_sheet(save(tmp_path / "in.gpkg", building=frame))
    _write(tmp_path / "out.gpkg", sheet, divided(sheet))
    grids, cells = (pyogrio.read_dataframe(tmp_path / "out.gpkg", layer=name) for name in ("micro_grid", "cell"))
    assert grids.crs == frame.crs
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())
    for row in frame.itertuples():
        assert cells.geometry.covers(row.geometry.buffer(-1e-7 if crs == "EPSG:4326" else -0.01)).sum() == 1
    members = pyogrio.read_dataframe(tmp_path / "out.gpkg", layer="member")
    assert members.households.sum() == grids.households.sum() == 120 + 19 * 24
    tower = members[members.unit_id == "b0"].sort_values("floor_lo")
    assert list(zip(tower.floor_lo, tower.floor_hi, tower.households, strict=True)) == [(1, 10, 60), (11, 20, 60)]
    edges = pyogrio.read_dataframe(tmp_path / "out.gpkg", layer="adjacency")
    assert set(edges.columns) == {"a", "b", "kind", "a_floor", "b_floor"}
    assert set(edges.kind) == {0, 2}


def test_the_same_plan_is_the_same_file(tmp_path: Path) -> None:
    sheet = read_sheet(save(tmp_path / "in.gpkg", building=houses()))
    for name in ("one.gpkg", "two.gpkg"):
        _write(tmp_path / name, sheet, divided(sheet))
    assert (tmp_path / "one.gpkg").read_bytes() == (tmp_path / "two.gpkg").read_bytes()
