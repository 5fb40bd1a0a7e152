"""GCJ-02, the datum of AMap, Tencent and every licensed Chinese web map.

No standard publishes it; this is the formula in public use since 2013 (eviltransform and its many
translations), which differs from coordinates measured on the map firms' own services by up to 0.70 m.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.crs import china, shift

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.crs.shift import LonLat

SEMI_MAJOR_M = 6378245.0  # Krasovsky 1940, as the formula has it
ECCENTRICITY_2 = 0.00669342162296594323


def from_wgs84(points: LonLat) -> LonLat:
    """WGS-84 to GCJ-02; shape (n, 2), degrees; the identity outside China."""
    return shift.add(offset, points)


def to_wgs84(points: LonLat) -> LonLat:
    """GCJ-02 to WGS-84; inverse of ``from_wgs84`` to below a millimetre."""
    return shift.subtract(offset, points)


def offset(points: LonLat) -> LonLat:
    """The vector from WGS-84 to GCJ-02 at WGS-84 places; shape (n, 2), degrees."""
    part = china.weight(points)
    vector = np.where(np.isnan(points), np.nan, 0.0)
    shifted = part > 0  # elsewhere the polynomial may be huge (metres read as degrees) and is not asked
    vector[shifted] = _full_offset(points[shifted]) * part[shifted, None]
    return vector


def _full_offset(points: LonLat) -> LonLat:
    lon, lat = points[:, 0], points[:, 1]
    east_m, north_m = _swing(lon - 105.0, lat - 35.0)
    radians = np.radians(lat)
    squash = 1.0 - ECCENTRICITY_2 * np.sin(radians) ** 2
    metres_per_lat = np.radians(SEMI_MAJOR_M * (1.0 - ECCENTRICITY_2) / squash**1.5)
    metres_per_lon = np.radians(SEMI_MAJOR_M / np.sqrt(squash) * np.cos(radians))
    return np.column_stack((east_m / metres_per_lon, north_m / metres_per_lat))


def _swing(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The formula's eastward and northward metres at ``x``, ``y`` degrees from 105 E, 35 N."""
    root = np.sqrt(np.abs(x))
    ripple = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    return east, north
