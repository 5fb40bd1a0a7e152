"""The smallest pieces of ground between all drawn lines, and which of them share a border.

Outlines, footprints, half-way lines and barriers are noded once on a 1 mm lattice; everything that is built from the
faces afterwards fits to the last bit, because the corners are the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

LATTICE_M = 0.001


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """Faces and the segments at which two of them meet, in metres.

    Attributes:
        polygons: (f,) polygons without common inner points, corners on the lattice.
        inside: (f,) a point inside each.
        pair: (s, 2) int32, the two faces on either side of an inner segment.
        segment: (s, 2, 2) its ends.
        length_m: (s,) its length.
    """

    polygons: NDArray[np.object_]
    inside: NDArray[np.object_]
    pair: NDArray[np.int32]
    segment: NDArray[np.float64]
    length_m: NDArray[np.float64]

    def take(self, wanted: NDArray[np.bool_]) -> Faces:
        """Only some faces, renumbered, and the segments between them."""
        number = np.cumsum(wanted) - 1
        both = wanted[self.pair].all(axis=1)
        return Faces(
            self.polygons[wanted],
            self.inside[wanted],
            number[self.pair[both]].astype(np.int32),
            self.segment[both],
            self.length_m[both],
        )


def pieces(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Node lines on the lattice and take the ground apart: polygons; (n,) linework in metres."""
    noded = shapely.union_all(lines, grid_size=LATTICE_M)
    return np.asarray(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))


def faces(polygons: NDArray[np.object_]) -> Faces:
    """The faces of some ``pieces``, and where they meet; those of different drawings must lie apart."""
    pair, segment = shared_segments(polygons)
    run = segment[:, 1] - segment[:, 0]
    return Faces(polygons, shapely.point_on_surface(polygons), pair, segment, np.hypot(run[:, 0], run[:, 1]))


def shared_segments(polygons: NDArray[np.object_]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Segments that two polygons of a noded coverage have in common: who, and the ends.

    Returns:
        (s, 2) int32 indices of polygons, lower first; (s, 2, 2) float64 ends in metres.
    """
    rings, owner = shapely.get_rings(polygons, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    follows = ring[1:] == ring[:-1]
    start, end = xy[:-1][follows], xy[1:][follows]
    face = owner[ring[:-1][follows]]
    tail, head = corner_keys(start), corner_keys(end)
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    order = np.lexsort((face, high, low))
    twin = (low[order][1:] == low[order][:-1]) & (high[order][1:] == high[order][:-1])
    first, second = order[:-1][twin], order[1:][twin]
    pair = np.column_stack((face[first], face[second])).astype(np.int32)
    return pair, np.stack((start[first], end[first]), axis=1)


def corner_keys(xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """One integer for each corner on the lattice (within 1,000 km of the origin)."""
    steps = np.rint(xy / LATTICE_M).astype(np.int64)
    return np.asarray(steps[:, 0] * 2_147_483_647 + steps[:, 1])
