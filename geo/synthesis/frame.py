"""How a compound faces: homes look south, but the street decides by how much they turn from it."""

from __future__ import annotations

from math import atan2, pi
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import shapely
from shapely import affinity

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Shape = TypeVar("Shape", bound=BaseGeometry)

MOST_TURN = 0.42  # 24°: farther from south than this, a Chengdu flat does not sell


def bearing(land: shapely.Polygon) -> float:
    """Angle of the land's long side against east, folded to -45°..45° (radians, counter-clockwise)."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(land))
    sides = np.diff(corners, axis=0)
    east, north = sides[int(np.argmax(np.hypot(*sides.T)))].tolist() if len(sides) else (1.0, 0.0)
    return (atan2(north, east) + pi / 4) % (pi / 2) - pi / 4


def facing(land: shapely.Polygon) -> float:
    """The turn of south-facing rows on this land: along its sides, at most ``MOST_TURN`` off."""
    return float(np.clip(bearing(land), -MOST_TURN, MOST_TURN))


def turned(land: Shape, angle: float) -> Shape:
    """Land or a line turned about the origin (radians, counter-clockwise)."""
    return affinity.rotate(land, angle, origin=(0, 0), use_radians=True)


def largest(shape: BaseGeometry) -> shapely.Polygon:
    """The largest polygon of a geometry; an empty one if it has none."""
    polygons = [part for part in shapely.get_parts(shape).tolist() if isinstance(part, shapely.Polygon)]
    return max(polygons, key=shapely.area, default=shapely.Polygon())


def runs(land: shapely.Polygon, south_m: NDArray[np.float64], depth_m: float) -> list[list[tuple[float, float]]]:
    """For each row (its south edge), the stretches from west to east on which both long sides are on the land."""
    west, _, east, _ = land.bounds
    ends = np.array([west - 1, east + 1])

    def chords(y_m: NDArray[np.float64]) -> list[list[tuple[float, float]]]:
        lines = shapely.linestrings(np.stack(np.broadcast_arrays(ends, y_m[:, None]), axis=-1))
        return [
            sorted((part.bounds[0], part.bounds[2]) for part in shapely.get_parts(cut).tolist() if part.length > 0)
            for cut in np.asarray(shapely.intersection(land, lines)).tolist()
        ]

    return [
        [(max(a, c), min(b, d)) for a, b in low for c, d in high if min(b, d) > max(a, c)]
        for low, high in zip(chords(south_m), chords(south_m + depth_m), strict=True)
    ]
