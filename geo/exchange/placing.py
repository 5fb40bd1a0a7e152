"""Where each delivered row belongs: the parent that holds it, or ground that stands in until somebody draws it.

A street office often brings its buildings before anybody has drawn a compound or a community. Their neighbourhood
stands in for the compound, the ground round all of them for the community, and so on upwards; the outlines are made so
that nothing lies on its sibling and every parent holds its children.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geo.crs.metric import MetricZone, metric_zone_of
from geo.topology.neighbourhoods import neighbourhoods
from geo.topology.slices import polygons_only

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.topology.ground import Areal

NONE = -1
WHOLE = 0.999999  # the share from which on a point or an area counts as inside
REACH_M = 500.0  # places nearer to each other share one piece of stand-in ground
SKIRT_M = 12.0
CLEAR_M = 0.02  # kept free between stand-in ground and its neighbours, so that rounding never makes them touch
AREA = 2


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """The parent of each row: its number among the parents; ``share`` of the row that the best parent holds, 0..1.

    ``parent`` is -1 unless the whole row lies inside.
    """

    parent: NDArray[np.intp]
    share: NDArray[np.float64]
    best: NDArray[np.intp]


def placed(shapes: NDArray[np.object_], parents: NDArray[np.object_]) -> Placed:
    """Find the parent of each shape (degrees WGS-84; None has none)."""
    size = len(shapes)
    parent, best, share = np.full(size, NONE, dtype=np.intp), np.full(size, NONE, dtype=np.intp), np.zeros(size)
    if not len(parents):
        return Placed(parent, share, best)
    tree = shapely.STRtree(parents)
    row, at = tree.query(shapes, predicate="covered_by")
    parent[row[::-1]], best[row[::-1]], share[row] = at[::-1], at[::-1], 1.0
    open_rows = np.flatnonzero((parent == NONE) & ~shapely.is_missing(shapes))
    row, at = tree.query(shapes[open_rows], predicate="intersects")
    row = open_rows[row]
    inside = shapely.area(shapely.intersection(shapes[row], parents[at])) / np.maximum(shapely.area(shapes[row]), 1e-30)
    order = np.argsort(inside, kind="stable")
    best[row[order]], share[row[order]] = at[order], inside[order]
    return Placed(parent, share, best)


@dataclass(frozen=True, slots=True, eq=False)
class StandIns:
    """Neighbourhoods that stand in for compounds: outlines (degrees WGS-84), and the outline of each building."""

    outlines: list[shapely.Geometry]
    of_building: NDArray[np.intp]


def stand_in_compounds(
    shapes: NDArray[np.object_], taken: NDArray[np.object_], within: shapely.Geometry | None = None
) -> StandIns:
    """Neighbourhoods round buildings that lie in no compound.

    Args:
        shapes: (n,) n > 0, degrees WGS-84.
        taken: compounds that are there already.
        within: the community that all of them lie in, if there is one.

    Returns:
        A building that its outline cannot hold whole (it leans on a compound or a border) has -1.
    """
    zone = metric_zone_of(shapes)
    grounds, number = neighbourhoods(zone.to_metres(shapes))
    flat = np.array(grounds, dtype=object)
    others = _clear_of(zone, taken, flat)
    border = None if within is None else zone.to_metres(within)
    outlines = [_fitted(ground, others, border) for ground in flat]
    degrees = zone.to_degrees(np.array(outlines, dtype=object))
    sound = shapely.is_valid(degrees) & ~shapely.is_empty(degrees)
    held = sound[number] & shapely.covers(degrees[number], shapes)
    return StandIns(list(degrees), np.where(held, number, NONE))


def _fitted(ground: Areal, others: shapely.STRtree | None, border: shapely.Geometry | None) -> Areal:
    if others is not None:
        near = others.geometries[others.query(ground, predicate="intersects")]
        if len(near):
            ground = polygons_only(shapely.difference(ground, shapely.union_all(near)))
    if border is not None and not shapely.contains_properly(border, ground):
        ground = polygons_only(shapely.intersection(ground, shapely.buffer(border, -CLEAR_M)))
    return ground


def _clear_of(zone: MetricZone, taken: NDArray[np.object_], near: NDArray[np.object_]) -> shapely.STRtree | None:
    """What is taken, with a little room around it; None when nothing is near."""
    if not len(taken):
        return None
    flat = zone.to_metres(taken)
    hit = np.unique(shapely.STRtree(flat).query(near, predicate="dwithin", distance=1.0)[1])
    return shapely.STRtree(shapely.buffer(flat[hit], CLEAR_M)) if len(hit) else None


def stand_in_ground(
    inside: NDArray[np.object_], taken: NDArray[np.object_], *, skirt_m: float = SKIRT_M
) -> shapely.Geometry:
    """One area (perhaps in parts) that holds all of ``inside`` and lies on none of ``taken``; degrees WGS-84.

    Where the ground between the things is somebody else's, only that between them is left out, never the things.
    """
    zone = metric_zone_of(inside)
    flat = zone.to_metres(inside)
    group = _districts(flat)
    wide = [
        shapely.buffer(
            shapely.convex_hull(shapely.union_all(shapely.convex_hull(flat[group == g]))), skirt_m, quad_segs=2
        )
        for g in range(int(group.max()) + 1)
    ]
    ground = shapely.union_all(wide)
    others = _clear_of(zone, taken, np.array([ground], dtype=object))
    if others is not None:
        own = shapely.union_all(shapely.buffer(flat, CLEAR_M, join_style="mitre"))
        free = shapely.difference(ground, shapely.union_all(others.geometries))
        ground = shapely.union(free, shapely.difference(own, shapely.union_all(zone.to_metres(taken))))
    return zone.to_degrees(polygons_only(ground))


def _districts(flat: NDArray[np.object_]) -> NDArray[np.intp]:
    """Things that hang together by squares of ``REACH_M``: the number of each one's group."""
    places = np.floor(shapely.get_coordinates(shapely.centroid(flat)) / REACH_M)
    squares, at = np.unique(places, axis=0, return_inverse=True)
    near = cKDTree(squares).query_pairs(1.5, output_type="ndarray")
    graph = coo_array((np.ones(len(near)), (near[:, 0], near[:, 1])), shape=(len(squares), len(squares)))
    label = connected_components(graph, directed=False)[1]
    return np.asarray(label[at.reshape(-1)], dtype=np.intp)


def overlapping(shapes: NDArray[np.object_], taken: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which areas lie on one of ``taken``, or on an earlier one of themselves that does not."""
    refused = np.zeros(len(shapes), dtype=bool)
    if len(taken):
        row, other = shapely.STRtree(taken).query(shapes, predicate="intersects")
        refused[row[_interiors_meet(shapes[row], taken[other])]] = True
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pair = first < second
    first, second = first[pair], second[pair]
    meet = _interiors_meet(shapes[first], shapes[second])
    for one, other in sorted(zip(first[meet].tolist(), second[meet].tolist(), strict=True)):
        if not refused[one]:
            refused[other] = True
    return refused


def _interiors_meet(one: NDArray[np.object_], other: NDArray[np.object_]) -> NDArray[np.bool_]:
    meet: NDArray[np.bool_] = shapely.relate_pattern(one, other, "2********")
    return meet
