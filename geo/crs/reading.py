"""One way to understand the numbers of a file: which datum, which projection, which of the two comes first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.crs import mercator, projected
from geo.crs.datum import Datum, convert
from geo.crs.gauss_kruger import zones_reading

if TYPE_CHECKING:
    from geo.crs.shift import LonLat

_HALF_WORLD_M = 20_037_508.4
_NORTHINGS_M = (1_800_000.0, 6_100_000.0)  # of China, from the equator
_SQUEEZED_DEG = 0.01  # degrees that a program took for Web Mercator metres end up this close to (0, 0)


@dataclass(frozen=True, slots=True)
class Reading:
    """How the numbers of a file are to be understood.

    Attributes:
        datum: the datum of the degrees, or of the metres' degrees.
        epsg: the projection that the numbers are metres of; None for degrees (and for ``Datum.WEB_MERCATOR``).
        swapped: whether latitude (or northing) comes first.
        squeezed: whether degrees were taken for metres and "converted" to tiny degrees beside (0, 0).
    """

    datum: Datum = Datum.WGS84
    epsg: int | None = None
    swapped: bool = False
    squeezed: bool = False

    def to_wgs84(self, points: LonLat) -> LonLat:
        """The numbers (n, 2) of the file as longitude and latitude; what no map can show becomes infinite or NaN."""
        numbers = points[:, ::-1] if self.swapped else points
        if self.squeezed:
            numbers = mercator.from_wgs84(numbers)
        if self.epsg is not None:
            numbers = projected.to_wgs84(numbers, self.epsg)
        return convert(numbers, self.datum, Datum.WGS84)

    @property
    def in_degrees(self) -> bool:
        """Whether the numbers are degrees."""
        return self.epsg is None and self.datum is not Datum.WEB_MERCATOR


def middle(points: LonLat) -> tuple[float, float]:
    """The median of the numbers, leaving out what is missing and the (0, 0) of failed geocoding.

    Returns:
        (x, y), or (nan, nan) when nothing remains.
    """
    known = points[np.isfinite(points).all(axis=1) & (points != 0).any(axis=1)]
    if not len(known):
        return (float("nan"), float("nan"))
    x, y = np.median(known, axis=0)
    return (float(x), float(y))


def readings_of(points: LonLat) -> tuple[Reading, ...]:
    """Every way in which these numbers (n, 2) can be read at all, judged by their middle; the plain ones first."""
    x, y = middle(points)
    if not np.isfinite([x, y]).all():
        return ()
    found = [
        Reading(datum, swapped=swapped)
        for swapped, (lon, lat) in ((False, (x, y)), (True, (y, x)))
        if abs(lon) <= 180 and abs(lat) <= 90  # noqa: PLR2004 - degrees
        for datum in (Datum.WGS84, Datum.GCJ02, Datum.BD09)
    ]
    if found and max(abs(x), abs(y)) < _SQUEEZED_DEG:
        found += [Reading(datum, squeezed=True) for datum in (Datum.WGS84, Datum.GCJ02, Datum.BD09)]
    return tuple(found) if found else tuple(_metric_readings(x, y))


def _metric_readings(x: float, y: float) -> list[Reading]:
    found = []
    for swapped, (easting, northing) in ((False, (x, y)), (True, (y, x))):
        if _NORTHINGS_M[0] <= northing <= _NORTHINGS_M[1]:
            zones = zones_reading(easting)
            found += [Reading(Datum.CGCS2000, epsg=zone.epsg, swapped=swapped) for zone in zones]
        if abs(easting) <= _HALF_WORLD_M and abs(northing) <= _HALF_WORLD_M:
            found.append(Reading(Datum.WEB_MERCATOR, swapped=swapped))
            found += [Reading(datum, epsg=mercator.EPSG, swapped=swapped) for datum in (Datum.GCJ02, Datum.BD09)]
    return found
