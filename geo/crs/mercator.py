"""Web Mercator, the metres of web tiles (EPSG:3857), by PROJ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.crs.projected import from_wgs84 as _project
from geo.crs.projected import to_wgs84 as _unproject

if TYPE_CHECKING:
    from geo.crs.shift import LonLat

EPSG = 3857


def from_wgs84(points: LonLat) -> LonLat:
    """Degrees to Web Mercator metres; shape (n, 2)."""
    return _project(points, EPSG)


def to_wgs84(points: LonLat) -> LonLat:
    """Web Mercator metres to degrees; shape (n, 2)."""
    return _unproject(points, EPSG)
