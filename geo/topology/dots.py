"""Buildings of which only a point is known: they share the house they stand in, or get a small square of ground."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.topology.late import nearest
from geo.topology.sites import LEAST_M2
from geo.topology.slices import polygons_only

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.topology.sites import Sites

SAME_PLACE_M = 0.5
SQUARE_M = 1.5


def house_points(sites: Sites) -> None:
    """Let points in or at a footprint share it; one in which nobody was said to live becomes theirs."""
    shapes, host, lived_in = sites.shapes, sites.host, sites.lived_in
    dots, solid = sites.dots(), np.flatnonzero(sites.areal())
    if not len(dots):
        return
    dot, wall = shapely.STRtree(shapes[solid]).query(shapes[dots], predicate="dwithin", distance=SAME_PLACE_M)
    near = zip(dots[dot].tolist(), solid[wall].tolist(), strict=True)
    housed: set[int] = set()
    for d, s in sorted(near, key=lambda m: (not lived_in[m[1]], m)):
        if d in housed or sites.home[d] != sites.home[s]:
            continue
        housed.add(d)
        if lived_in[s]:
            host[d] = host[s]
        else:
            shapes[d], shapes[s], host[s] = shapes[s], shapely.Polygon(), d
            lived_in[s] = True


def square_points(sites: Sites) -> NDArray[np.bool_]:
    """Turn the other points into small squares, as large as their surroundings allow; tell which sites these are."""
    squares = np.zeros(len(sites.shapes), dtype=bool)
    dots = sites.dots()
    if not len(dots):
        return squares
    places = nearest(shapely.get_coordinates(sites.shapes[dots]))
    for a, b in sorted(places.query_pairs(SAME_PLACE_M)):
        if sites.home[dots[a]] == sites.home[dots[b]]:
            sites.host[dots[b]] = sites.host[dots[a]]
    heads = sites.dots()
    walls = shapely.STRtree(sites.shapes[sites.areal()])
    for i, reach in zip(heads.tolist(), _reach(sites.shapes[heads], walls).tolist(), strict=True):
        x, y = shapely.get_coordinates(sites.shapes[i])[0]
        sites.shapes[i] = _inside(shapely.box(x - reach, y - reach, x + reach, y + reach), sites.grounds[i])
    squares[heads] = True
    return squares


def _reach(points: NDArray[np.object_], walls: shapely.STRtree) -> NDArray[np.float64]:
    """Half side of the square round each point: less than half way to its neighbours."""
    xy = shapely.get_coordinates(points)
    near = np.full(len(points), np.inf)
    if len(points) > 1:
        near = np.asarray(nearest(xy).query(xy, k=2)[0])[:, 1] / 3
    if len(walls):
        _, wall = walls.query_nearest(points, all_matches=False, return_distance=True)
        near = np.minimum(near, wall / 2)
    return np.asarray(np.clip(near, SAME_PLACE_M / 4, SQUARE_M))


def _inside(square: shapely.Polygon, ground: shapely.Geometry) -> shapely.Geometry:
    part = polygons_only(shapely.intersection(square, ground))
    return part if part.area > LEAST_M2 / 100 else square
