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
CLOSE_M = 4 * LATTICE_M
"""Corners nearer to each other than this move alike."""
SNAPPED_M = 2 * LATTICE_M
"""A point on an outline moves by less than this: itself rounded, and the line that it lies on."""


def restored(
    cells: NDArray[np.object_], home: NDArray[np.int32], compounds: NDArray[np.object_]
) -> NDArray[np.object_]:
    """The cells with the corners of the outlines as they were drawn; unchanged where that breaks the coverage.

    Args:
        cells: (n,) a valid coverage with corners on the lattice, metres.
        home: (n,) compound of each.
        compounds: outlines, metres.
    """
    rings = shapely.get_rings(shapely.get_parts(compounds))
    if not len(rings) or not len(cells):
        return cells
    xy, cell = shapely.get_coordinates(cells, return_index=True)
    _, first, again = np.unique(corner_keys(xy), return_index=True, return_inverse=True)
    again = again.ravel()
    rim = np.unique(again[_on_rim(cells, home, again)])
    places = xy[first]
    places[rim] = _moved(places[rim], rings)
    _take_along(places, xy[first], rim)
    moved = shapely.set_coordinates(cells.copy(), places[again])
    for mend in (_collapse, _put_back):
        broken = ~shapely.is_valid(moved)
        if not broken.any():
            break
        mend(places, xy[first], np.intersect1d(again[broken[cell]], rim))
        moved = shapely.remove_repeated_points(shapely.set_coordinates(cells.copy(), places[again]))
    fine = shapely.is_valid(moved).all() and shapely.coverage_is_valid(moved)
    return np.asarray(shapely.normalize(moved)) if fine else cells


def _collapse(places: NDArray[np.float64], _before: NDArray[np.float64], stuck: NDArray[np.intp]) -> None:
    """Corners of a broken cell next to each other become one: on the outline their order may have turned round."""
    for a, b in sorted(nearest(places[stuck]).query_pairs(CLOSE_M)):
        places[stuck[b]] = places[stuck[a]]


def _put_back(places: NDArray[np.float64], before: NDArray[np.float64], stuck: NDArray[np.intp]) -> None:
    places[stuck] = before[stuck]


def _take_along(places: NDArray[np.float64], before: NDArray[np.float64], rim: NDArray[np.intp]) -> None:
    """Corners inside that lie closer to one of the rim than it may move go with it: nothing turns inside out."""
    inner = np.ones(len(places), dtype=bool)
    inner[rim] = False
    inner = np.flatnonzero(inner)
    far, twin = nearest(before[rim]).query(before[inner], distance_upper_bound=CLOSE_M)
    close = np.isfinite(far)
    inner, twin = inner[close], rim[twin[close]]
    places[inner] += places[twin] - before[twin]


def _on_rim(cells: NDArray[np.object_], home: NDArray[np.int32], corner: NDArray[np.intp]) -> NDArray[np.intp]:
    """Which corners of all cells, as ``get_coordinates`` lists them, lie where a compound ends.

    A half-way line may end a millimetre short of the outline: that corner is not the outline's, and must stay.
    """
    pieces, cell = shapely.get_parts(cells, return_index=True)
    rings, piece = shapely.get_rings(pieces, return_index=True)
    ring = shapely.get_coordinates(rings, return_index=True)[1]
    start = np.flatnonzero(ring[1:] == ring[:-1])
    place = home[cell[piece[ring[start]]]]
    low, high = np.minimum(corner[start], corner[start + 1]), np.maximum(corner[start], corner[start + 1])
    order = np.lexsort((high, low))
    twin = (low[order][1:] == low[order][:-1]) & (high[order][1:] == high[order][:-1])
    inner = twin & (place[order][1:] == place[order][:-1])
    outer = np.ones(len(start), dtype=bool)
    outer[order[:-1][inner]] = outer[order[1:][inner]] = False
    return np.concatenate((start[outer], start[outer] + 1))


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
