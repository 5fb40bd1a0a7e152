"""Neighbourhoods of buildings that stand in for compounds where nobody has drawn any.

Buildings less than 20 m from each other are one neighbourhood; its ground reaches 8 m round them and fills the yards
between. Barriers cut it: a street block on either side of an avenue is a neighbourhood of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.topology.slices import polygons_only

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.topology.ground import Areal

GAP_M = 20.0
MARGIN_M = 8.0
YARD_M2 = 4_000.0
LATTICE_M = 0.001


def neighbourhoods(
    shapes: NDArray[np.object_], barriers: Sequence[shapely.LineString] = ()
) -> tuple[list[Areal], NDArray[np.intp]]:
    """Grounds of neighbourhoods, and the neighbourhood of each building.

    Args:
        shapes: (n,) footprints or points in metres.
        barriers: lines that part neighbours, metres.
    """
    blocks = _cut(_round(shapely.buffer(shapes, GAP_M / 2, quad_segs=2)), barriers)
    middle = shapely.point_on_surface(shapes)
    building, block = shapely.STRtree(blocks).query_nearest(middle, all_matches=False)
    of_building = np.empty(len(shapes), dtype=np.intp)
    of_building[building] = block
    used, number = np.unique(of_building, return_inverse=True)
    return _whole([blocks[b] for b in used], shapes, number), number


def _whole(grounds: list[Areal], shapes: NDArray[np.object_], group: NDArray[np.intp]) -> list[Areal]:
    """The grounds with every building whole in its own: a barrier through a house cuts no footprint."""
    astray = np.flatnonzero(~shapely.covers(np.array(grounds, dtype=object)[group], shapes))
    astray = astray[shapely.area(shapes[astray]) > 0]
    own, block = shapely.STRtree(grounds).query(shapes[astray], predicate="intersects")
    for i, b in zip(astray[own].tolist(), block.tolist(), strict=True):
        change = shapely.union if b == group[i] else shapely.difference
        grounds[b] = polygons_only(change(grounds[b], shapes[i]))
    return grounds


def _round(near: NDArray[np.object_]) -> Areal:
    """The ground round some buildings: drawn in to the margin, yards filled."""
    whole = shapely.get_parts(shapely.union_all(near))
    filled = [shapely.Polygon(g.exterior, [hole for hole in g.interiors if _is_large(hole)]) for g in whole]
    return polygons_only(shapely.union_all(shapely.buffer(filled, MARGIN_M - GAP_M / 2, quad_segs=2)))


def _is_large(hole: shapely.LinearRing) -> bool:
    return bool(shapely.Polygon(hole).area > YARD_M2)


def _cut(ground: Areal, barriers: Sequence[shapely.LineString]) -> NDArray[np.object_]:
    """The pieces into which barriers cut the ground."""
    if not len(barriers):
        return np.asarray(shapely.get_parts(ground))
    lines = np.array([shapely.boundary(ground), *barriers], dtype=object)
    pieces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all(lines, grid_size=LATTICE_M))))
    return np.asarray(pieces[shapely.intersects(ground, shapely.point_on_surface(pieces))])


def grounds_of_groups(shapes: NDArray[np.object_], group: NDArray[np.intp]) -> list[Areal]:
    """Grounds of compounds that are known by name only: round their own buildings, never under another's.

    Args:
        shapes: (n,) footprints or points in metres.
        group: (n,) number of each building's compound, from 0 on without gaps.
    """
    near = shapely.buffer(shapes, GAP_M / 2, quad_segs=2)
    own = shapely.buffer(shapes, 1.0, quad_segs=2)
    count = int(group.max()) + 1
    grounds = [_round(near[group == g]) for g in range(count)]
    kept: list[Areal] = []
    foreign = shapely.STRtree(own)
    for g, ground in enumerate(grounds):
        others = [i for i in foreign.query(ground, predicate="intersects") if group[i] != g]
        earlier = [k for k in kept if k.intersects(ground)]
        free = shapely.difference(ground, shapely.union_all([*own[others], *earlier]))
        kept.append(polygons_only(shapely.union(free, shapely.union_all(own[group == g]))))
    return kept
