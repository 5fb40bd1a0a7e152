"""Geometries as files have them, turned into the few kinds that ground is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.exchange.grids.faults import Fault
from geo.topology.slices import polygons_only

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.topology.ground import Footprint

LINE = 1


def judged(layer: str, shapes: NDArray[np.object_]) -> tuple[NDArray[np.bool_], list[Fault]]:
    """Which geometries can be used: there, not empty, every coordinate a number; and a fault for each other."""
    missing = np.asarray(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    endless = np.zeros(len(shapes), dtype=bool)
    endless[owner[~np.isfinite(xy).all(axis=1)]] = True
    faults = [
        Fault(
            layer,
            int(i) + 1,
            "geometry",
            "无 / none" if missing[i] else "坐标非数 / a coordinate that is no number",
            "未纳入",
            "left out",
        )
        for i in np.flatnonzero(missing | endless)
    ]
    return ~(missing | endless), faults


def polygons_of(shapes: NDArray[np.object_]) -> list[Footprint]:
    """Footprints: the polygons of each geometry, closed lines filled; else the point in its middle."""
    return [_footprint(shape) for shape in shapely.force_2d(shapes)]


def _footprint(shape: shapely.Geometry) -> Footprint:
    if isinstance(shape, shapely.LineString) and shape.is_ring:
        return polygons_only(shapely.make_valid(shapely.Polygon(shape)))
    areas = polygons_only(shape if shapely.is_valid(shape) else shapely.make_valid(shape))
    if not areas.is_empty:
        return areas
    middle: shapely.Point = shapely.centroid(shape)
    return middle


def lines_of(shapes: NDArray[np.object_]) -> list[shapely.LineString]:
    """All lines; of polygons (a river's surface) their outlines."""
    flat = shapely.force_2d(shapes)
    outlines = np.where(shapely.get_dimensions(flat) > LINE, shapely.boundary(flat), flat)
    pieces: list[shapely.LineString] = [
        piece for piece in shapely.get_parts(shapely.get_parts(outlines)) if shapely.get_dimensions(piece) == LINE
    ]
    return pieces


def points_of(shapes: NDArray[np.object_]) -> list[shapely.Point]:
    """All points; of anything else the middle."""
    pieces: list[shapely.Point] = list(shapely.centroid(shapely.get_parts(shapely.force_2d(shapes))))
    return pieces
