"""Small compounds that face each other across a lane: together they can be a micro-grid that neither can be alone.

Old towns consist of courtyards with a dozen households each. Two of them are neighbours when their grounds lie within
8 m of each other and no barrier runs between; whether they touch or not, both must be below the rule's minimum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.topology.cells import Cells
    from geo.topology.ground import Ground

LANE_M = 8.0
TOUCHING_M = 0.002


def across_lanes(ground: Ground, cells: Cells, small: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Pairs of units a < b of different small compounds that face each other across a lane; (p, 2).

    Args:
        ground: its barriers part neighbours, except at gates.
        cells: the same ground's cells.
        small: which compounds are below the minimum.
    """
    mine = np.flatnonzero(small[cells.home])
    own = cells.polygons[mine]
    left, right = shapely.STRtree(own).query(own, predicate="dwithin", distance=LANE_M)
    home = cells.home[mine]
    apart = (left < right) & (home[left] != home[right])
    left, right = left[apart], right[apart]
    way = shapely.shortest_line(own[left], own[right])
    free = (shapely.length(way) > TOUCHING_M) & ~_barred(way, ground)
    return np.column_stack((mine[left[free]], mine[right[free]])).astype(np.int32)


def _barred(ways: NDArray[np.object_], ground: Ground) -> NDArray[np.bool_]:
    barred = np.zeros(len(ways), dtype=bool)
    if ground.barriers and len(ways):
        barriers = shapely.STRtree(np.array(ground.barriers, dtype=object))
        barred[barriers.query(ways, predicate="intersects")[0]] = True
    return barred
