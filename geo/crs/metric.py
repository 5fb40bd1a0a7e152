"""Metres on the ground for lengths and areas: one registered zone for all that is measured together.

In China the CGCS2000 3-degree zone of the place (lengths err by less than 0.04 %), elsewhere its UTM zone
(0.1 %). Degrees are no measure: at 30 N one of longitude is 96 km, one of latitude 111.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs import china, projected
from geo.crs.gauss_kruger import zone_at
from geo.crs.vertices import G, moved
from geo.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo.crs.shift import LonLat


@dataclass(frozen=True, slots=True)
class MetricZone:
    """A projection in metres, named by its EPSG code. Equal zones measure alike."""

    epsg: int

    def to_metres(self, geometry: G) -> G:
        """A geometry, or an array of them, from degrees WGS-84 to metres of this zone."""
        return moved(geometry, self.points_to_metres)

    def to_degrees(self, geometry: G) -> G:
        """Inverse of ``to_metres``."""
        return moved(geometry, self.points_to_degrees)

    def points_to_metres(self, points: LonLat) -> LonLat:
        """Longitude, latitude (n, 2) in degrees to easting, northing (n, 2) in metres."""
        return projected.from_wgs84(points, self.epsg)

    def points_to_degrees(self, points: LonLat) -> LonLat:
        """Inverse of ``points_to_metres``."""
        return projected.to_wgs84(points, self.epsg)


def metric_zone(lon: float, lat: float) -> MetricZone:
    """The zone in which to measure at a place.

    >>> metric_zone(104.06, 30.66), metric_zone(24.94, 60.17)  # Chengdu, Helsinki
    (MetricZone(epsg=4544), MetricZone(epsg=32635))

    Raises:
        InvalidInputError: for what is no longitude and latitude.
    """
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):  # noqa: PLR2004 - degrees; also false for NaN
        raise InvalidInputError(f"({lon}, {lat}) is no longitude and latitude in degrees.")
    if china.weight(np.array([[lon, lat]]))[0] > 0 and 73.5 <= lon < 136.5:  # noqa: PLR2004 - the zones' reach
        return MetricZone(zone_at(lon).epsg)
    number = min(int((lon + 180) // 6) + 1, 60)
    return MetricZone((32600 if lat >= 0 else 32700) + number)


def metric_zone_of(geometries: shapely.Geometry | Iterable[shapely.Geometry]) -> MetricZone:
    """The zone of the middle of all these geometries (degrees WGS-84).

    Raises:
        InvalidInputError: when nothing has a place.
    """
    west, south, east, north = shapely.total_bounds(np.asarray(geometries, dtype=object))
    return metric_zone(float(west + east) / 2, float(south + north) / 2)
