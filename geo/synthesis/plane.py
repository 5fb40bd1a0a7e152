"""The drawing board: a flat plane in metres on which streets are drawn before they go onto the globe.

Equirectangular about an origin: x east, y north, metres. Within 40 km of the origin its scale errs by less than
0.6 %, which no synthetic place notices. Degrees are rounded to 1e-7 (1 cm), the precision of the files.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Shape = TypeVar("Shape", bound=BaseGeometry)

DECIMALS = 7
METRES_A_DEGREE = 111_195.0


@dataclass(frozen=True, slots=True)
class Plane:
    """A metric plane about ``lon``, ``lat`` (degrees, WGS 84)."""

    lon: float = 104.06
    lat: float = 30.67

    def degrees(self, xy_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Longitude and latitude of points (n, 2) in metres, rounded to the files' precision."""
        scale = np.array([METRES_A_DEGREE * cos(radians(self.lat)), METRES_A_DEGREE])
        return np.asarray(np.round(xy_m / scale + (self.lon, self.lat), DECIMALS))

    def metres(self, lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points (n, 2) in metres from degrees: the inverse of ``degrees``, but for its rounding."""
        scale = np.array([METRES_A_DEGREE * cos(radians(self.lat)), METRES_A_DEGREE])
        return np.asarray((lonlat - (self.lon, self.lat)) * scale)

    def place(self, shape: Shape) -> Shape:
        """A geometry in metres put onto the globe; outer rings counter-clockwise."""
        return shapely.orient_polygons(shapely.transform(shape, self.degrees))

    def polygons(self, rings: Sequence[NDArray[np.float64]]) -> list[shapely.Polygon]:
        """Polygons without holes from open rings in metres, all in one sweep, counter-clockwise, put onto the globe."""
        if not rings:
            return []
        index = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
        closed = shapely.linearrings(self.degrees(np.concatenate(rings)), indices=index)
        return [*np.asarray(shapely.orient_polygons(shapely.polygons(closed)))]


def rounded_point(shape: BaseGeometry) -> shapely.Point:
    """Some point inside a geometry that already is on the globe, at the files' precision."""
    inner = shape.representative_point()
    return shapely.Point(round(inner.x, DECIMALS), round(inner.y, DECIMALS))
