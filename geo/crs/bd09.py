"""BD-09, Baidu's datum: GCJ-02 turned and stretched a second time, about 0.7-1.0 km further north-east.

The public formula, as in every converter since 2013; longitude and latitude only (Baidu's own metres, BD09MC,
need Baidu's table of coefficients and are not read).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.crs import china, shift

if TYPE_CHECKING:
    from geo.crs.shift import LonLat

_WAVE = np.pi * 3000.0 / 180.0


def from_gcj02(points: LonLat) -> LonLat:
    """GCJ-02 to BD-09; shape (n, 2), degrees; the identity outside China."""
    return shift.add(offset, points)


def to_gcj02(points: LonLat) -> LonLat:
    """BD-09 to GCJ-02; inverse of ``from_gcj02`` to below a millimetre."""
    return shift.subtract(offset, points)


def offset(points: LonLat) -> LonLat:
    """The vector from GCJ-02 to BD-09 at GCJ-02 places; shape (n, 2), degrees."""
    part = china.weight(points)
    vector = np.where(np.isnan(points), np.nan, 0.0)
    shifted = part > 0
    vector[shifted] = _full_offset(points[shifted]) * part[shifted, None]
    return vector


def _full_offset(points: LonLat) -> LonLat:
    lon, lat = points[:, 0], points[:, 1]
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _WAVE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _WAVE)
    return np.column_stack((radius * np.cos(angle) + 0.0065 - lon, radius * np.sin(angle) + 0.006 - lat))
