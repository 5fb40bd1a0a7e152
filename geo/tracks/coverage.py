"""Which units a track has passed: those whose ground lies within thirty metres of where somebody walked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.tracks.clean import METRES_A_DEGREE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.tracks.clean import Track

PASSED_M = 30.0


def passed(
    track: Track, units: Sequence[Any] | NDArray[np.object_], *, within_m: float = PASSED_M
) -> NDArray[np.bool_]:
    """For each unit's ground (shapely, degrees WGS 84) whether the track came within ``within_m`` metres of it."""
    grounds = np.asarray(units, dtype=object)
    lines = [line for line in track.lines if line]
    if not len(grounds) or not lines:
        return np.zeros(len(grounds), dtype=bool)
    lon, lat = lines[0][0].lon, lines[0][0].lat
    scale = np.array([METRES_A_DEGREE * math.cos(math.radians(lat)), METRES_A_DEGREE])

    def flat(points: NDArray[np.float64]) -> NDArray[np.float64]:
        moved: NDArray[np.float64] = (points - np.array([lon, lat])) * scale
        return moved

    walked = [shapely.transform(_shape(line), flat) for line in lines]
    tree = shapely.STRtree(shapely.transform(grounds, flat))
    found = tree.query(walked, predicate="dwithin", distance=within_m)[1]
    near = np.zeros(len(grounds), dtype=bool)
    near[found] = True
    return near


def _shape(line: Sequence[Any]) -> Any:
    points = [(fix.lon, fix.lat) for fix in line]
    return shapely.LineString(points) if len(points) > 1 else shapely.Point(points[0])
