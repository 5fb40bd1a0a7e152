"""The fixed lattice of cells, about 100 m wide, in which issues are counted.

A cell is one of the 5 x 5 squares of a Web-Mercator tile of zoom 16; its number is the tile's Morton code times 25 plus
five times its row plus its column. Every tile down to zoom 16 is therefore one range of integers, and the lattice never
moves: two maps of two days have the same cells. Mercator keeps squares square, but their size follows the latitude:
122.3 m times its cosine, which is 112 m in Guangzhou, 105 m in Chengdu, 99 m in Lanzhou and 88 m in Changchun. Whatever
is "per square kilometre" uses the true size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import InvalidInputError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Cells = NDArray[np.int64]
    Floats = NDArray[np.floating[Any]]

ZOOM = 16
SPLIT = 5
INSIDE = SPLIT * SPLIT
SIDE = SPLIT << ZOOM
"""Columns and rows of the whole world."""
EQUATOR_M = 40_075_016.685578488
HIGHEST_LAT = 85.05112877980659


def cells_at(lon: ArrayLike, lat: ArrayLike) -> Cells:
    """The cell of each place (WGS 84, degrees); -1 for what is no place on the map.

    >>> cells_at([104.06, 0.0], [30.66, 89.0]).tolist()
    [50651695182, -1]
    """
    x, y = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    with np.errstate(invalid="ignore"):
        there = (np.abs(x) <= 180.0) & (np.abs(y) <= HIGHEST_LAT)  # noqa: PLR2004 - the whole turn
    column = np.floor((np.where(there, x, 0.0) + 180.0) / 360.0 * SIDE)
    angle = np.radians(np.where(there, y, 0.0))
    row = np.floor((0.5 - np.arcsinh(np.tan(angle)) / (2 * np.pi)) * SIDE)
    inside = [np.clip(v, 0, SIDE - 1).astype(np.int64) for v in (column, row)]
    return np.where(there, cells_of(*inside), -1)


def cells_of(column: ArrayLike, row: ArrayLike) -> Cells:
    """The cells at these columns (eastward) and rows (southward) of the whole lattice."""
    c, r = np.asarray(column, np.int64), np.asarray(row, np.int64)
    code = _spread(c // SPLIT) | _spread(r // SPLIT) << 1
    return code * INSIDE + r % SPLIT * SPLIT + c % SPLIT


def columns_rows(cells: ArrayLike) -> tuple[Cells, Cells]:
    """Inverse of ``cells_of``."""
    code, inside = np.divmod(np.asarray(cells, np.int64), INSIDE)
    return _gather(code) * SPLIT + inside % SPLIT, _gather(code >> 1) * SPLIT + inside // SPLIT


def corners(cells: ArrayLike) -> Floats:
    """West, south, east and north of each cell, in degrees; shape (n, 4)."""
    column, row = columns_rows(cells)
    return np.stack([_lon(column), _lat(row + 1), _lon(column + 1), _lat(row)], axis=-1)


def centres(cells: ArrayLike) -> Floats:
    """The middle of each cell, longitude and latitude; shape (n, 2)."""
    column, row = columns_rows(cells)
    return np.stack([_lon(column + 0.5), _lat(row + 0.5)], axis=-1)


def side_m(lat: ArrayLike) -> Floats:
    """The true width of a cell at a latitude, in metres.

    >>> side_m([23.1, 30.66, 36.06, 43.8]).round().tolist()
    [112.0, 105.0, 99.0, 88.0]
    """
    return np.asarray(EQUATOR_M / SIDE * np.cos(np.radians(lat)), np.float64)


def tile_range(z: int, x: int, y: int) -> tuple[int, int]:
    """The cells of a tile: from the first up to, and without, the second number.

    >>> lo, hi = tile_range(16, 51712, 26892)
    >>> hi - lo
    25

    Raises:
        InvalidInputError: there is no such tile, or it is smaller than sixteen zooms.
    """
    if not (0 <= z <= ZOOM and 0 <= x < 1 << z and 0 <= y < 1 << z):
        raise InvalidInputError(f"There is no heat tile {z}/{x}/{y}: zooms go from 0 to {ZOOM}.")
    code = int(_spread(np.int64(x)) | _spread(np.int64(y)) << 1)
    size = INSIDE << 2 * (ZOOM - z)
    return code * size, (code + 1) * size


def edges_between(cells: ArrayLike) -> NDArray[np.int64]:
    """Which of these cells touch, corner or side: pairs of positions, each pair once; shape (m, 2)."""
    own = np.asarray(cells, np.int64)
    order = np.argsort(own, kind="stable")
    column, row = columns_rows(own)
    pairs = []
    for east, south in ((1, 0), (0, 1), (1, 1), (1, -1)):
        beside = cells_of(column + east, row + south)
        at = np.minimum(np.searchsorted(own, beside, sorter=order), len(own) - 1)
        found = np.flatnonzero(own[order[at]] == beside) if len(own) else np.empty(0, np.int64)
        pairs.append(np.stack([found, order[at[found]]], axis=1))
    return np.concatenate(pairs)


def _lon(column: NDArray[np.int64] | Floats) -> Floats:
    return column / SIDE * 360.0 - 180.0


def _lat(row: NDArray[np.int64] | Floats) -> Floats:
    return np.degrees(np.arctan(np.sinh((0.5 - row / SIDE) * 2 * np.pi)))


def _spread(value: Cells | np.int64) -> Cells:
    """Put a zero before every bit of sixteen."""
    v = np.asarray(value, np.int64)
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        v = (v | v << shift) & mask
    return v


def _gather(code: Cells) -> Cells:
    """Inverse of ``_spread``."""
    v = code & 0x55555555
    for shift, mask in ((1, 0x33333333), (2, 0x0F0F0F0F), (4, 0x00FF00FF), (8, 0x0000FFFF)):
        v = (v | v >> shift) & mask
    return v
