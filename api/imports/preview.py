"""A spread of the file's shapes for the map: where they lie as the file says, and where the finding puts them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.crs.datum import Datum
from geo.exchange.carry import carried, declared_reading

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from api.imports.work import Looked
    from geo.exchange.layer import Layer

SHOWN = 150
CORNERS = 400


def preview_of(layer: Layer, looked: Looked) -> dict[str, Any]:
    """``as_is`` and ``converted``: lists of GeoJSON geometries, degrees WGS-84; empty where nothing can be shown."""
    known = np.flatnonzero(~(shapely.is_missing(layer.geometry) | shapely.is_empty(layer.geometry)))
    few = known[shapely.get_num_coordinates(layer.geometry[known]) <= CORNERS]
    chosen = layer.take(few[:: max(len(few) // SHOWN, 1)][:SHOWN])
    as_is = carried(chosen, declared_reading(layer), Datum.WGS84).geometry
    converted = carried(chosen, looked.found.reading, Datum.WGS84).geometry
    return {"as_is": _drawn(as_is), "converted": _drawn(converted)}


def _drawn(shapes: NDArray[np.object_]) -> list[Any]:
    west, south, east, north = shapely.bounds(shapes).T
    on_earth = (west >= -180) & (east <= 180) & (south >= -85) & (north <= 85)  # noqa: PLR2004 - what a map can show
    rounded = shapely.transform(shapes[on_earth], lambda points: np.round(points, 6))
    return [json.loads(text) for text in shapely.to_geojson(rounded)]
