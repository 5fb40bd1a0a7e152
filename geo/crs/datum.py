"""The five ways in which a file may say where it is, and the one way in which we keep it.

Phones and OpenStreetMap give WGS-84, survey bureaus CGCS2000 (equal to WGS-84 to below a metre),
AMap and Tencent GCJ-02 (shifted by 200-700 m), Baidu BD-09 (by 1.0-1.4 km), web tiles metres of
Web Mercator. Inside this house there is one: WGS-84, longitude first. Files are converted once, at the door.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from geo.crs import bd09, gcj02, mercator
from geo.crs.vertices import G, moved

if TYPE_CHECKING:
    from collections.abc import Callable

    from geo.crs.shift import LonLat


class Datum(StrEnum):
    """A datum, or the projection of one, that files of this trade come in."""

    WGS84 = "wgs84"
    CGCS2000 = "cgcs2000"
    GCJ02 = "gcj02"
    BD09 = "bd09"
    WEB_MERCATOR = "web_mercator"

    @property
    def zh(self) -> str:
        """The name on a Chinese page."""
        return _NAMES[self][0]

    @property
    def en(self) -> str:
        """The name on an English page."""
        return _NAMES[self][1]

    @property
    def epsg(self) -> int | None:
        """The EPSG code, or None for the two that no registry knows."""
        return _EPSG.get(self)


_NAMES = {
    Datum.WGS84: ("WGS-84（GPS）", "WGS-84 (GPS)"),
    Datum.CGCS2000: ("CGCS2000（国家大地坐标系）", "CGCS2000 (national)"),
    Datum.GCJ02: ("GCJ-02（高德、腾讯）", "GCJ-02 (AMap, Tencent)"),
    Datum.BD09: ("BD-09（百度）", "BD-09 (Baidu)"),
    Datum.WEB_MERCATOR: ("Web 墨卡托（米）", "Web Mercator (metres)"),
}
_EPSG = {Datum.WGS84: 4326, Datum.CGCS2000: 4490, Datum.WEB_MERCATOR: 3857}


def _same(points: LonLat) -> LonLat:
    return np.array(points, dtype=np.float64)


_TO_WGS84: dict[Datum, Callable[[LonLat], LonLat]] = {
    Datum.WGS84: _same,
    Datum.CGCS2000: _same,
    Datum.GCJ02: gcj02.to_wgs84,
    Datum.BD09: lambda points: gcj02.to_wgs84(bd09.to_gcj02(points)),
    Datum.WEB_MERCATOR: mercator.to_wgs84,
}
_FROM_WGS84: dict[Datum, Callable[[LonLat], LonLat]] = {
    Datum.WGS84: _same,
    Datum.CGCS2000: _same,
    Datum.GCJ02: gcj02.from_wgs84,
    Datum.BD09: lambda points: bd09.from_gcj02(gcj02.from_wgs84(points)),
    Datum.WEB_MERCATOR: mercator.from_wgs84,
}


def convert(points: LonLat, source: Datum, target: Datum) -> LonLat:
    """Carry points from one datum to another.

    Args:
        points: shape (n, 2), longitude and latitude in degrees (metres for Web Mercator); NaN stays NaN.
        source: what the numbers are.
        target: what they shall be.

    Returns:
        A new array of the same shape; a round trip errs by less than 1 mm.
    """
    if source is target:
        return _same(points)
    return _FROM_WGS84[target](_TO_WGS84[source](points))


def convert_geometry(geometry: G, source: Datum, target: Datum) -> G:
    """Carry one shapely geometry, or an array of them, from one datum to another; heights are dropped."""
    return moved(geometry, lambda points: convert(points, source, target))
