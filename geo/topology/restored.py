"""Puts corners that the lattice moved back onto the outlines of compounds, so that no ground is won or lost.

Noding rounds every corner to a millimetre, which over a compound's outline adds up to a twentieth of a square metre.
Equal corners move alike, so neighbours keep one border; where the outlines themselves are too fine for it (closer than
the lattice), nothing moves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.topology.faces import LATTICE_M, corner_keys
from geo.topology.late import nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUNDED_M = LATTICE_M
"""A corner moves by less than this when it is rounded."""
SNAPPED_M = 2 * LATTICE_M
"""A point on an outline moves by less than this: itself rounded, and the line that it lies on."""


def restored(cells: NDArray[np.object_], compounds: NDArray[np.object_]) -> NDArray[np.object_]:
    """The cells with the corners of the outlines as they were drawn; unchanged where that breaks the coverage.

    Args:
        cells: (n,) a valid coverage with corners on the lattice, metres.
        compounds: outlines, metres.
    """
    rings = shapely.get_rings(shapely.get_parts(compounds))
    if not len(rings) or not len(cells):
        return cells

    def back(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        _, first, again = np.unique(corner_keys(xy), return_index=True, return_inverse=True)
        return _moved(xy[first], rings)[again.ravel()]

    moved = shapely.transform(cells, back)
    fine = shapely.is_valid(moved).all() and shapely.coverage_is_valid(moved)
    return np.asarray(shapely.normalize(moved)) if fine else cells


def _moved(xy: NDArray[np.float64], rings: NDArray[np.object_]) -> NDArray[np.float64]:
    """Corners of outlines as drawn, other points to the nearest place on their outline; (p, 2) different points."""
    out = xy.copy()
    point, ring = shapely.STRtree(rings).query(shapely.points(xy), predicate="dwithin", distance=SNAPPED_M)
    point, first = np.unique(point, return_index=True)
    line, on = rings[ring[first]], shapely.points(xy[point])
    out[point] = shapely.get_coordinates(shapely.line_interpolate_point(line, shapely.line_locate_point(line, on)))
    corners = np.unique(shapely.get_coordinates(rings), axis=0)
    far, twin = nearest(xy).query(corners)
    order = np.argsort(-far, kind="stable")
    order = order[far[order] <= ROUNDED_M]
    out[twin[order]] = corners[order]
    return out
