"""The lattice never moves, holds every place once, and makes a tile one range of integers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InvalidInputError
from geo.heat.lattice import INSIDE, cells_at, cells_of, centres, columns_rows, corners, edges_between, tile_range

LON = st.floats(-179.9, 179.9)
LAT = st.floats(-84.9, 84.9)


@given(LON, LAT)
def test_a_place_lies_in_its_cell_and_the_cell_in_its_tile(lon: float, lat: float) -> None:
    cell = int(cells_at(lon, lat))
    west, south, east, north = corners(cell)
    assert west - 1e-9 <= lon <= east + 1e-9
    assert south - 1e-9 <= lat <= north + 1e-9
    for z in (4, 11, 16):
        x = int((lon + 180) / 360 * 2**z)
        y = int((0.5 - np.arcsinh(np.tan(np.radians(lat))) / (2 * np.pi)) * 2**z)
        first, end = tile_range(z, x, y)
        assert first <= cell < end


@given(st.integers(0, (5 << 16) - 1), st.integers(0, (5 << 16) - 1))
def test_columns_and_rows_come_back(column: int, row: int) -> None:
    assert [int(v) for v in columns_rows(cells_of(column, row))] == [column, row]


def test_the_middle_of_a_cell_is_in_it() -> None:
    cells = cells_at(np.linspace(73, 135, 500), np.linspace(18, 53, 500))
    middle = centres(cells)
    assert np.array_equal(cells_at(middle[:, 0], middle[:, 1]), cells)


def test_a_tile_holds_the_four_below_it_and_nothing_else() -> None:
    first, end = tile_range(10, 807, 418)
    below = sorted(tile_range(11, 2 * 807 + dx, 2 * 418 + dy) for dx in (0, 1) for dy in (0, 1))
    assert (below[0][0], below[-1][1]) == (first, end)
    assert all(a[1] == b[0] for a, b in pairwise(below))
    assert tile_range(16, 0, 0)[1] == INSIDE


def test_what_is_no_place_has_no_cell() -> None:
    assert cells_at([200.0, float("nan"), 0.0], [0.0, 0.0, 89.0]).tolist() == [-1, -1, -1]
    with pytest.raises(InvalidInputError):
        tile_range(17, 0, 0)
    with pytest.raises(InvalidInputError):
        tile_range(3, 8, 0)


def test_neighbours_touch_by_side_or_corner() -> None:
    """Nine cells in a square: twelve sides and eight corners meet."""
    column, row = np.meshgrid(np.arange(100, 103), np.arange(200, 203))
    edges = edges_between(cells_of(column.ravel(), row.ravel()))
    assert len(edges) == len({tuple(sorted(e)) for e in edges.tolist()}) == 20
