"""Metres of a registered projection to and from degrees, by PROJ (pyproj).

CGCS2000 is treated as WGS-84 (they differ by less than a metre), so every Gauss-Krüger zone is computed as
the projection alone, without a datum step.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pyproj import Transformer

    from geo.crs.shift import LonLat


@lru_cache(maxsize=128)
def _transformer(epsg: int, *, inward: bool) -> Transformer:
    import pyproj  # noqa: PLC0415  # a service that converts nothing should not wait for PROJ

    grid = pyproj.CRS.from_epsg(epsg)
    degrees = grid.geodetic_crs
    source, target = (grid, degrees) if inward else (degrees, grid)
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def _run(points: LonLat, epsg: int, *, inward: bool) -> LonLat:
    given = np.asarray(points, dtype=np.float64)
    x, y = _transformer(epsg, inward=inward).transform(given[:, 0], given[:, 1])
    return np.column_stack((x, y))


def from_wgs84(points: LonLat, epsg: int) -> LonLat:
    """Degrees (n, 2), longitude first, to metres (n, 2), easting first; infinite where the projection has no value."""
    return _run(points, epsg, inward=False)


def to_wgs84(points: LonLat, epsg: int) -> LonLat:
    """Metres (n, 2), easting first, to degrees (n, 2), longitude first. Inverse of ``from_wgs84``."""
    return _run(points, epsg, inward=True)
