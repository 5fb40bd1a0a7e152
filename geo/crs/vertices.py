"""Move every vertex of a shape by one vectorised function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import shapely

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from geo.crs.shift import LonLat

G = TypeVar("G", bound="shapely.Geometry | NDArray[np.object_]")
"""One geometry, or an array of them; what goes in comes out."""


def moved(geometry: G, move: Callable[[LonLat], LonLat]) -> G:
    """The geometry (or array of geometries) with ``move`` applied to its (n, 2) vertices; heights are dropped."""
    anything = cast("Any", geometry)  # shapely's stubs know one geometry or an array, not "either, as given"
    return cast("G", shapely.transform(anything, move))
