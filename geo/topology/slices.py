"""Splits a footprint among its stairwells, side by side along its length, when nobody has drawn them.

Stairwells of Chinese slab blocks stand in a row; equal shares of the area are the best guess until somebody draws
the units. Every slice is one piece where the footprint is.
"""

from __future__ import annotations

from math import atan2, degrees, hypot
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import affinity

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import Polygon

    from geo.topology.ground import Areal

NEARLY_A_RECTANGLE = 0.93
STRIPS = 64


def polygons_only(geometry: shapely.Geometry) -> Areal:
    """The polygons of a geometry, as one polygon, a multipolygon, or an empty polygon."""
    pieces = shapely.get_parts(shapely.get_parts(geometry))
    kept = pieces[(shapely.get_dimensions(pieces) == 2) & ~shapely.is_empty(pieces)]  # noqa: PLR2004 - areas
    if len(kept) == 1:
        piece: Polygon = kept[0]
        return piece
    return shapely.MultiPolygon(list(kept)) if len(kept) else shapely.Polygon()


def bearing(footprint: Areal) -> float:
    """Direction of a footprint's length, in degrees anticlockwise from the x axis, in (-90, 90]."""
    box = shapely.oriented_envelope(footprint)
    corners = shapely.get_coordinates(box)
    if len(corners) < 4:  # noqa: PLR2004 - a line or a point has no box
        return 0.0
    first, second = corners[1] - corners[0], corners[2] - corners[1]
    dx, dy = first if hypot(*first) >= hypot(*second) else second
    angle = degrees(atan2(dy, dx))
    return angle - 180 if angle > 90 else angle + 180 if angle <= -90 else angle  # noqa: PLR2004 - half circle


def slices(footprint: Areal, count: int) -> list[Areal]:
    """``count`` parts of equal area, in order along the length; together exactly the footprint."""
    if count == 1:
        return [footprint]
    turn = bearing(footprint)
    level = affinity.rotate(footprint, -turn, origin=(0, 0))
    low, bottom, high, top = level.bounds
    edges = np.concatenate(([low - 1], _cuts(level, count), [high + 1]))
    strips = _strips(edges, bottom - 1, top + 1)
    parts = [polygons_only(part) for part in shapely.intersection(level, strips)]
    return [affinity.rotate(part, turn, origin=(0, 0)) for part in _gather(parts)]


def wedges(square: Areal, count: int) -> list[Areal]:
    """``count`` parts round the middle, like a cake; for points, so that each unit gets ground on one side."""
    middle = shapely.point_on_surface(square)
    reach = 2 * square.length
    turns = np.linspace(0, 2 * np.pi, 12 * count + 1)
    rim = np.column_stack((middle.x + reach * np.cos(turns), middle.y + reach * np.sin(turns)))
    cake = [shapely.Polygon([(middle.x, middle.y), *rim[12 * n : 12 * n + 13]]) for n in range(count)]
    parts = [polygons_only(part) for part in shapely.intersection(square, np.array(cake, dtype=object))]
    return parts if count > 1 and min(part.area for part in parts) > 0 else slices(square, count)


def along(footprint: Areal, points: NDArray[np.object_]) -> NDArray[np.float64]:
    """Places of points along the footprint's length, in metres from some origin."""
    turn = np.radians(bearing(footprint))
    xy = shapely.get_coordinates(points)
    return np.asarray(xy[:, 0] * np.cos(turn) + xy[:, 1] * np.sin(turn))


def _cuts(level: Areal, count: int) -> NDArray[np.float64]:
    """Where to cut a footprint that lies level, for equal areas."""
    low, bottom, high, top = level.bounds
    shares = np.arange(1, count) / count
    if level.area > NEARLY_A_RECTANGLE * (high - low) * (top - bottom):
        return np.asarray(low + shares * (high - low))
    edges = np.linspace(low, high, STRIPS + 1)
    areas = shapely.area(shapely.intersection(level, _strips(edges, bottom, top)))
    filled = np.concatenate(([0.0], np.cumsum(areas)))
    return np.asarray(np.interp(shares * filled[-1], filled, edges))


def _strips(edges: NDArray[np.float64], bottom: float, top: float) -> NDArray[np.object_]:
    low, high = np.full(len(edges) - 1, bottom), np.full(len(edges) - 1, top)
    return np.asarray(shapely.box(edges[:-1], low, edges[1:], high))


def _gather(parts: list[Areal]) -> list[Areal]:
    """Give the smaller pieces of a torn slice to the neighbour with whom they share most border."""
    pieces = [sorted(shapely.get_parts(part), key=lambda p: -p.area) for part in parts]
    kept: list[Areal] = [own[0] if own else part for own, part in zip(pieces, parts, strict=True)]
    for place, own in enumerate(pieces):
        for stray in own[1:]:
            shared = [shapely.length(shapely.intersection(stray, other)) for other in kept]
            best = int(np.argmax(shared))
            taker = best if shared[best] > 0 else place
            kept[taker] = polygons_only(shapely.union(kept[taker], stray))
    return kept
