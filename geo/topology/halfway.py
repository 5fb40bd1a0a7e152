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

    from geo.topology.footprints import Footprints

INSET_M = 0.25
POINT_EVERY_M = 5.0
STRAIGHT_M = 0.1
FLAT_M2 = 1e-9
SHEET_GAP_M = 2_000.0
FAR = 8
"""Points far away round every sheet."""
OUTER_M = 2 * INSET_M
"""A point nearer to its building's outer wall than this lies along it."""


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


def outlines(fixed: Footprints, compounds: NDArray[np.object_]) -> Outlines:
    """Sample the outlines of units' parts, but not the party walls: nothing out of doors is nearest to those."""
    parts, home = fixed.parts, fixed.home
    bounds = shapely.bounds(compounds)
    widths = bounds[:, 2] - bounds[:, 0] + bounds[:, 3] - bounds[:, 1] + SHEET_GAP_M
    shift = np.concatenate(([0.0], np.cumsum(widths)[:-1])) - bounds[:, 0]
    pieces, unit = shapely.get_parts(_inset(parts), return_index=True)  # a house may stand on both sides of a pond
    rings, piece = shapely.get_rings(shapely.segmentize(pieces, POINT_EVERY_M), return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    inner = np.concatenate((ring[1:] == ring[:-1], [False]))  # a ring ends where it began
    owner, xy = unit[piece[ring[inner]]], xy[inner]
    outer = _out_of_doors(xy, owner, fixed)
    owner, xy = owner[outer], xy[outer]
    xy[:, 0] += shift[home[owner]]
    return Outlines(xy, owner, shift)


def _out_of_doors(xy: NDArray[np.float64], unit: NDArray[np.intp], fixed: Footprints) -> NDArray[np.bool_]:
    """Which points lie along the outline of their whole footprint; all those of a unit that has no outer wall."""
    outer = np.ones(len(xy), dtype=bool)
    doubtful = np.flatnonzero((np.bincount(fixed.site)[fixed.site] > 1)[unit])
    if len(doubtful):
        walls = shapely.boundary(fixed.whole)
        shapely.prepare(walls)
        mine = walls[fixed.site[unit[doubtful]]]
        outer[doubtful] = shapely.dwithin(mine, shapely.points(xy[doubtful]), OUTER_M)
        outer |= (np.bincount(unit[outer], minlength=len(fixed.parts)) == 0)[unit]
    return outer


def halfway_lines(points: Outlines, home: NDArray[np.int32], compounds: NDArray[np.object_]) -> list[shapely.Geometry]:
    """Ridges between points of different units, for each compound one linework, in true places.

    Chains of ridges lose the corners that stand out by less than 10 cm: half-way lines need no more, and noding is
    what costs.
    """
    bounds = shapely.bounds(compounds)
    sides, lines = _ridges(points.xy, home[points.unit])
    one, two = points.unit[sides].T
    sheet = home[one]
    lines[:, :, 0] -= points.shift[sheet][:, None]
    low, high = bounds[sheet, :2], bounds[sheet, 2:]
    kept = np.flatnonzero(
        (lines.max(axis=1) >= low).all(axis=1) & (lines.min(axis=1) <= high).all(axis=1) & (one != two)
    )
    kept = kept[np.argsort(sheet[kept], kind="stable")]
    merged = np.full(len(compounds), shapely.MultiLineString(), dtype=object)
    ridges = np.asarray(shapely.linestrings(lines[kept]), dtype=object)
    used = np.unique(sheet[kept])
    merged[used] = shapely.line_merge(shapely.multilinestrings(ridges, indices=np.searchsorted(used, sheet[kept])))
    return list(shapely.simplify(merged, STRAIGHT_M, preserve_topology=False))


def _ridges(xy: NDArray[np.float64], sheet: NDArray[np.int32]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Ridges of the Voronoi diagrams, one diagram a sheet: (r, 2) the points on either side, (r, 2, 2) the ends.

    Taken from the Delaunay triangles, whose circumcentres are the ends: five times as fast as scipy's ``Voronoi``.
    Eight far points close each diagram.
    """
    order = np.argsort(sheet, kind="stable")
    starts = np.flatnonzero(np.diff(sheet[order], prepend=-1))
    seeds: list[NDArray[np.float64]] = []
    corners: list[NDArray[np.intp]] = []
    beyond: list[NDArray[np.intp]] = []
    middles = np.empty((len(starts), 2))
    points = triangles_ = 0
    for place, own in enumerate(np.split(order, starts[1:])):
        middles[place] = xy[own].mean(axis=0)
        mine = _closed(xy[own] - middles[place])
        mesh = triangles(mine)
        seeds.append(mine)
        corners.append(mesh.simplices + points)
        beyond.append(np.where(mesh.neighbors >= 0, mesh.neighbors + triangles_, -1))
        points += len(mine)
        triangles_ += len(mesh.simplices)
    simplices, neighbours = np.concatenate(corners), np.concatenate(beyond)
    of_triangle = np.repeat(np.arange(len(starts)), [len(c) for c in corners])
    real = np.concatenate([np.concatenate((own, np.full(FAR, -1))) for own in np.split(order, starts[1:])])
    centres = _circumcentres(np.concatenate(seeds)[simplices]) + middles[of_triangle]
    triangle, corner = np.nonzero(neighbours > np.arange(len(simplices))[:, None])
    other = neighbours[triangle, corner]
    sides = real[np.column_stack((simplices[triangle, (corner + 1) % 3], simplices[triangle, (corner + 2) % 3]))]
    inner = (sides >= 0).all(axis=1)
    return sides[inner], np.stack((centres[triangle], centres[other]), axis=1)[inner]


def _closed(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """The points, about the origin, and the far ones that close their diagram."""
    reach = np.ptp(xy, axis=0).max() + SHEET_GAP_M
    far = 4 * reach * np.array([(-1, -1), (-1, 1), (1, -1), (1, 1), (0, 2), (0, -2), (2, 0), (-2, 0)])
    return np.concatenate((xy, far))


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
