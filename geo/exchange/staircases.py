"""A building's units when only their number is known: side by side along its length, its households shared out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs.metric import metric_zone_of
from geo.topology.slices import slices

if TYPE_CHECKING:
    from numpy.typing import NDArray

AREA = 2


@dataclass(frozen=True, slots=True, eq=False)
class Staircases:
    """Units of some buildings: ``building`` is the number of the building, ``number`` the unit's own from 1."""

    building: NDArray[np.intp]
    number: NDArray[np.int64]
    shapes: NDArray[np.object_]
    households: NDArray[np.int64]


def staircases(shapes: NDArray[np.object_], units: NDArray[np.int64], households: NDArray[np.int64]) -> Staircases:
    """Split buildings into units (degrees WGS-84); buildings without households get none.

    A building of several units is cut along its long axis; points stay points.
    """
    lived = np.flatnonzero(households > 0)
    count = np.maximum(np.minimum(units[lived], households[lived]), 1)
    building = np.repeat(lived, count)
    number = np.concatenate([np.arange(1, n + 1) for n in count]) if len(count) else np.zeros(0, dtype=np.int64)
    out = shapes[building].copy()
    several = np.flatnonzero((count > 1) & (shapely.get_dimensions(shapes[lived]) == AREA))
    if len(several):
        zone = metric_zone_of(shapes[lived[several]])
        starts = np.concatenate(([0], np.cumsum(count)))
        for at in several:
            parts = slices(zone.to_metres(shapes[lived[at]]), int(count[at]))
            out[starts[at] : starts[at + 1]] = zone.to_degrees(np.array(parts, dtype=object))
    each, over = np.divmod(households[building], np.repeat(count, count))
    return Staircases(building.astype(np.intp), number.astype(np.int64), out, each + (number <= over))
