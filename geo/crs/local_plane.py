"""A flat plane in metres about one place, in which a line that is straight on the file's map stays straight.

Cells must tile a compound to the square centimetre and go back into the file's own coordinates with every shared
corner equal to the last bit. A projection bends straight borders (1 km of border by about 1 cm) and would part
neighbours; an affine map does not, and it undoes itself. Lengths err by 0.01 % a kilometre from the middle at
30 N for files in degrees, far below what a walk or a compound's area needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin, sqrt
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import shapely

from geo.errors import InvalidInputError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pyproj import Geod

    G = TypeVar("G", shapely.Polygon, shapely.LineString, shapely.Point, "NDArray[np.object_]")

Point2 = tuple[float, float]


@dataclass(frozen=True, slots=True)
class LocalPlane:
    """Metres east and north of ``origin``, itself in the coordinates of the source; rows of 2 x 2 matrices.

    Attributes:
        origin: x, y of the middle in the source's own coordinates.
        inward: source units to metres.
        outward: metres to source units; the inverse of ``inward``.
    """

    origin: Point2
    inward: tuple[Point2, Point2]
    outward: tuple[Point2, Point2]

    def to_metres(self, geometry: G) -> G:
        """A geometry, or an array of them, from source coordinates to metres."""
        matrix = np.array(self.inward).T
        return shapely.transform(geometry, lambda xy: (xy - self.origin) @ matrix)

    def to_source(self, geometry: G) -> G:
        """Inverse of ``to_metres``: equal metres give equal coordinates, bit by bit.

        No matrix product here: its sums depend on the number of points, and neighbours would part in the last bit.
        """
        (a, b), (c, d) = self.outward
        x0, y0 = self.origin

        def back(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            x, y = xy[:, 0], xy[:, 1]
            return np.column_stack((x0 + (a * x + b * y), y0 + (c * x + d * y)))

        return shapely.transform(geometry, back)


METRES = LocalPlane((0.0, 0.0), ((1.0, 0.0), (0.0, 1.0)), ((1.0, 0.0), (0.0, 1.0)))
"""The plane of data that are in metres already."""


def local_plane(crs: str | None, x: float, y: float) -> LocalPlane:
    """The plane about a place given in the coordinates of ``crs`` (anything PROJ knows; None: metres already).

    Source: scale by finite differences of PROJ's transformation, metres by the radii of curvature of the ellipsoid
    (Snyder 1987, Map Projections, p. 24).

    >>> plane = local_plane("EPSG:4326", 104.0, 30.0)
    >>> round(plane.to_metres(shapely.Point(104.001, 30.0)).x, 1)
    96.5

    Raises:
        InvalidInputError: where the coordinate system is unknown or has no place on earth there.
    """
    import pyproj  # noqa: PLC0415  # only files in a system of their own need PROJ

    if crs is None:
        return LocalPlane((x, y), METRES.inward, METRES.outward)
    try:
        source = pyproj.CRS.from_user_input(crs)
        degrees = source.geodetic_crs
        transformer = pyproj.Transformer.from_crs(source, degrees, always_xy=True)
    except (pyproj.exceptions.CRSError, pyproj.exceptions.ProjError) as error:
        raise InvalidInputError(f"The coordinate system {crs!r} is not one PROJ knows: name it by its code.") from error
    step = 1e-4 if source.is_geographic else 1.0
    places = np.array([(x, y), (x - step, y), (x + step, y), (x, y - step), (x, y + step)])
    lon, lat = transformer.transform(places[:, 0], places[:, 1])
    if not (np.isfinite(lon).all() and np.isfinite(lat).all() and abs(lat[0]) < 90):  # noqa: PLR2004 - the pole
        raise InvalidInputError(f"({x}, {y}) has no place on earth in {source.name}: check the file's coordinates.")
    east, north = _metres_a_degree(float(lat[0]), pyproj.Geod(ellps="WGS84"))
    columns = np.array(
        [[(lon[2] - lon[1]) * east, (lon[4] - lon[3]) * east], [(lat[2] - lat[1]) * north, (lat[4] - lat[3]) * north]]
    ) / (2 * step)
    return LocalPlane((x, y), _rows(columns), _rows(np.linalg.inv(columns)))


def _metres_a_degree(lat: float, ellipsoid: Geod) -> tuple[float, float]:
    squash = 1 - ellipsoid.es * sin(radians(lat)) ** 2
    east = ellipsoid.a * cos(radians(lat)) / sqrt(squash)
    north = ellipsoid.a * (1 - ellipsoid.es) / squash**1.5
    return radians(east), radians(north)


def _rows(matrix: NDArray[Any]) -> tuple[Point2, Point2]:
    (a, b), (c, d) = matrix.tolist()
    return (a, b), (c, d)
