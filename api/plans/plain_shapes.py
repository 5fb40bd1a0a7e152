"""Shapes on the wire: whole millimetres of the plane outside, metres inside, exact both ways.

Corners of cells lie on a lattice of 1 mm (decision 0008), so nothing is lost; footprints and outlines that came from
a file are shown to the millimetre.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

MM = 1000.0
KINDS = {0: "Point", 1: "LineString", 3: "Polygon", 6: "MultiPolygon"}
"""Shapes by the numbers of their kinds in shapely."""


def told(shape: shapely.Geometry | None) -> dict[str, Any] | None:
    """A shape in metres as GeoJSON in millimetres."""
    if shape is None:
        return None
    kind = KINDS[int(shapely.get_type_id(shape))]
    if kind == "Point":
        return {"type": kind, "coordinates": _numbers(shape)[0]}
    if kind == "LineString":
        return {"type": kind, "coordinates": _numbers(shape)}
    polygons = [_rings(polygon) for polygon in shapely.get_parts(shape)]
    return {"type": kind, "coordinates": polygons[0] if kind == "Polygon" else polygons}


def _rings(polygon: shapely.Polygon) -> list[list[list[int]]]:
    return [_numbers(polygon.exterior), *(_numbers(hole) for hole in polygon.interiors)]


def _numbers(shape: shapely.Geometry) -> list[list[int]]:
    whole: list[list[int]] = np.rint(shapely.get_coordinates(shape) * MM).astype(np.int64).tolist()
    return whole


def heard(shape: dict[str, Any]) -> str:
    """GeoJSON in millimetres as the verbs want it: hexadecimal WKB in metres."""
    kind, coordinates = shape["type"], shape["coordinates"]
    made: shapely.Geometry
    if kind == "Point":
        made = shapely.Point(_metres([coordinates])[0])
    elif kind == "LineString":
        made = shapely.LineString(_metres(coordinates))
    else:
        polygons = [_polygon(rings) for rings in ([coordinates] if kind == "Polygon" else coordinates)]
        made = polygons[0] if kind == "Polygon" else shapely.MultiPolygon(polygons)
    return str(shapely.to_wkb(made, hex=True))


def _polygon(rings: list[Any]) -> shapely.Polygon:
    shell, *holes = [_metres(ring) for ring in rings]
    return shapely.Polygon(shell, holes)


def _metres(points: list[Any]) -> NDArray[np.float64]:
    return np.array(points, dtype=np.float64) / MM


SHAPES = ("line", "geometry")


def as_heard(value: Any) -> Any:
    """Arguments of an operation with every shape in them as the verbs want it."""
    if isinstance(value, list):
        return [as_heard(item) for item in value]
    if isinstance(value, dict):
        return {
            key: heard(item) if key in SHAPES and item is not None else as_heard(item) for key, item in value.items()
        }
    return value


def as_told(value: Any) -> Any:
    """The inverse of ``as_heard``, for the log."""
    if isinstance(value, list):
        return [as_told(item) for item in value]
    if isinstance(value, dict):
        return {
            key: told(shapely.from_wkb(item)) if key in SHAPES and item is not None else as_told(item)
            for key, item in value.items()
        }
    return value
