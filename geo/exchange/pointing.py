"""Points from two columns of a table, where a person says which: longitude or easting, latitude or northing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.errors import InvalidInputError
from geo.exchange.columns import coordinate_columns
from geo.exchange.rows import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geo.exchange.layer import Layer

LON, LAT = "lon", "lat"


def pointed(layer: Layer, columns: Mapping[str, str]) -> Layer:
    """The layer with points from its columns ``lon`` and ``lat``, if both are named; else as it is.

    Raises:
        InvalidInputError: only one of the two is named.
    """
    if LON not in columns and LAT not in columns:
        return layer
    if LON not in columns or LAT not in columns:
        raise InvalidInputError("经度和纬度两列都要指定 / name both columns, lon and lat")
    x, y = _numbers(layer, columns[LON]), _numbers(layer, columns[LAT])
    known = np.isfinite(x) & np.isfinite(y)
    points = np.full(len(layer), None, dtype=object)
    points[known] = shapely.points(x[known], y[known])
    return layer.with_geometry(points, epsg=layer.epsg)


def pointed_by(layer: Layer) -> dict[str, str]:
    """The two columns that the layer's points were read from, by our names; none for shapes of their own."""
    places = coordinate_columns(layer.columns)
    there = np.flatnonzero(~shapely.is_missing(layer.geometry))
    if places is None or not len(there) or shapely.get_type_id(layer.geometry[there[0]]) != 0:
        return {}
    names = {LON: layer.columns[places[0]], LAT: layer.columns[places[1]]}
    first = layer.take(there[:1])
    same = [_numbers(first, names[LON])[0], _numbers(first, names[LAT])[0]] == shapely.get_coordinates(first.geometry)
    return names if bool(np.all(same)) else {}


def _numbers(layer: Layer, column: str) -> NDArray[np.float64]:
    return np.array([number(None if cell is None else str(cell)) for cell in layer.column(column)], dtype=np.float64)
