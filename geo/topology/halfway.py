"""Lines half way between neighbours: where one stairwell's ground ends and the next begins.

Voronoi ridges of the footprints' outlines, which are moved 0.25 m inwards and carry a point every few metres.
Each compound has a diagram of its own, so that nothing beyond its wall bends its lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.topology.late import nearest, triangles

if TYPE_CHECKING:
    from numpy.typing import NDArray

INSET_M = 0.25
POINT_EVERY_M = 5.0
STRAIGHT_M = 0.1
FLAT_M2 = 1e-9
SHEET_GAP_M = 2_000.0


@dataclass(frozen=True, slots=True, eq=False)
class Outlines:
    """Points along the outlines of footprints, each on its compound's sheet.

    Attributes:
        xy: (p, 2) metres, shifted by the sheet.
        unit: (p,) whose outline.
        shift: (c,) metres by which each compound's sheet lies further east.
    """

    xy: NDArray[np.float64]
    unit: NDArray[np.intp]
    shift: NDArray[np.float64]

    def nearest(self, points: NDArray[np.object_], home: NDArray[np.intp]) -> NDArray[np.intp]:
        """The unit of the same compound whose outline is nearest to each point."""
        xy = shapely.get_coordinates(points)
        xy[:, 0] += self.shift[home]
        return np.asarray(self.unit[nearest(self.xy).query(xy)[1]])


def outlines(parts: NDArray[np.object_], home: NDArray[np.int32], compounds: NDArray[np.object_]) -> Outlines:
    """Sample the outlines of units' parts; ``home`` is the compound of each."""
    bounds = shapely.bounds(compounds)
    widths = bounds[:, 2] - bounds[:, 0] + bounds[:, 3] - bounds[:, 1] + SHEET_GAP_M
    shift = np.concatenate(([0.0], np.cumsum(widths)[:-1])) - bounds[:, 0]
    pieces, unit = shapely.get_parts(_inset(parts), return_index=True)  # a house may stand on both sides of a pond
    rings, piece = shapely.get_rings(shapely.segmentize(pieces, POINT_EVERY_M), return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    inner = np.concatenate((ring[1:] == ring[:-1], [False]))  # a ring ends where it began
    owner = unit[piece[ring[inner]]]
    xy = xy[inner]
    xy[:, 0] += shift[home[owner]]
    return Outlines(xy, owner, shift)


def halfway_lines(points: Outlines, home: NDArray[np.int32], compounds: NDArray[np.object_]) -> list[shapely.Geometry]:
    """Ridges between points of different units, for each compound one linework, in true places.

    Chains of ridges lose the corners that stand out by less than 10 cm: half-way lines need no more, and noding is
    what costs.
    """
    bounds = shapely.bounds(compounds)
    sheet = home[points.unit]
    merged = [shapely.MultiLineString()] * len(compounds)
    for c in np.unique(sheet):
        own = sheet == c
        sides, lines = _ridges(points.xy[own] - (points.shift[c], 0.0))
        one, two = points.unit[own][sides].T
        near = (lines.max(axis=1) >= bounds[c, :2]).all(axis=1) & (lines.min(axis=1) <= bounds[c, 2:]).all(axis=1)
        ridges = shapely.linestrings(lines[near & (one != two)])
        merged[c] = shapely.line_merge(shapely.multilinestrings(ridges))
    return list(shapely.simplify(merged, STRAIGHT_M, preserve_topology=False))


def _ridges(xy: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Ridges of the Voronoi diagram: (r, 2) the points on either side, (r, 2, 2) the ends.

    Taken from the Delaunay triangles, whose circumcentres are the ends: five times as fast as scipy's ``Voronoi``.
    Eight far points close the diagram.
    """
    middle, reach = xy.mean(axis=0), np.ptp(xy, axis=0).max() + SHEET_GAP_M
    far = 4 * reach * np.array([(-1, -1), (-1, 1), (1, -1), (1, 1), (0, 2), (0, -2), (2, 0), (-2, 0)])
    seeds = np.concatenate((xy - middle, far))
    mesh = triangles(seeds)
    centres = _circumcentres(seeds[mesh.simplices]) + middle
    triangle, corner = np.nonzero(mesh.neighbors > np.arange(len(mesh.simplices))[:, None])
    other = mesh.neighbors[triangle, corner]
    sides = np.column_stack((mesh.simplices[triangle, (corner + 1) % 3], mesh.simplices[triangle, (corner + 2) % 3]))
    real = (sides < len(xy)).all(axis=1)
    return sides[real].astype(np.intp), np.stack((centres[triangle], centres[other]), axis=1)[real]


def _circumcentres(triangles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centre of the circle through the corners of each triangle (t, 3, 2)."""
    corner = triangles[:, 0]
    b, c = triangles[:, 1] - corner, triangles[:, 2] - corner
    twice = 2 * (b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0])
    b2, c2 = (b**2).sum(axis=1), (c**2).sum(axis=1)
    flat = np.abs(twice) < FLAT_M2
    twice[flat] = 1.0
    x = (c[:, 1] * b2 - b[:, 1] * c2) / twice
    y = (b[:, 0] * c2 - c[:, 0] * b2) / twice
    centre = corner + np.column_stack((x, y))
    centre[flat] = triangles[flat].mean(axis=1)
    return np.asarray(centre)


def _inset(parts: NDArray[np.object_]) -> NDArray[np.object_]:
    """Outlines moved inwards, less where the part is too thin to bear it."""
    moved = shapely.buffer(parts, -INSET_M, quad_segs=1, join_style="mitre")
    for inset in (INSET_M / 4, INSET_M / 50):
        gone = shapely.is_empty(moved)
        if not gone.any():
            return moved
        moved[gone] = shapely.buffer(parts[gone], -inset, quad_segs=1, join_style="mitre")
    gone = shapely.is_empty(moved)
    moved[gone] = parts[gone]
    return moved
