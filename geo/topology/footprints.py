"""The piece of a footprint behind each stairwell: whole, inside its compound, and shared with nobody.

Real files overlap, poke out of their compound, repeat a building or know only a point. Here each unit gets a piece
of ground of its own that no border may ever cut:

- a footprint is clipped to its compound; one that lies outside becomes a point at the nearest place inside;
- where footprints overlap, the smaller keeps the ground; one that is (nearly) covered shares its host's footprint;
- a point becomes a small square; a point inside a footprint, or at the same place as another, shares that footprint;
- units without a drawn part split the footprint along its length (``slices``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geo.errors import InvalidGeometryError, InvalidInputError
from geo.topology.slices import along, polygons_only, slices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.topology.ground import Ground, UnitSite

SAME_PLACE_M = 0.2
SQUARE_M = 1.5
LEAST_M2 = 0.05
OVERLAP_M2 = 0.01
MOSTLY_COVERED = 0.8
AREA = 2  # dimensions of a polygon


@dataclass(frozen=True, slots=True, eq=False)
class Footprints:
    """Ground that no border may cut, in metres.

    Attributes:
        parts: (n,) polygons, one a unit in the order of ``Ground.units``; they overlap nowhere.
        home: (n,) int32, index of the unit's compound.
        obstacles: (k,) polygons of buildings where nobody lives; they overlap no part.
        obstacle_home: (k,) int32, index of the obstacle's compound.
    """

    parts: NDArray[np.object_]
    home: NDArray[np.int32]
    obstacles: NDArray[np.object_]
    obstacle_home: NDArray[np.int32]


def footprints(ground: Ground) -> Footprints:
    """Lay out the footprints of a ground.

    Raises:
        InvalidInputError: for a unit or building whose building or compound is not there.
        InvalidGeometryError: for a coordinate that is no number.
    """
    compounds = np.array([c.geometry for c in ground.compounds], dtype=object)
    home, building = _owners(ground)
    shapes = np.array([b.geometry for b in ground.buildings], dtype=object)
    if not np.isfinite(shapely.get_coordinates(shapes)).all():
        raise InvalidGeometryError("A building has a coordinate that is no number: repair or drop it.")
    lived_in = np.zeros(len(shapes), dtype=bool)
    lived_in[building] = True
    shapes = _clipped(shapes, compounds[home])
    host = np.arange(len(shapes))
    _part_overlaps(shapes, host, lived_in, home)
    _square_points(shapes, host, lived_in, compounds[home])
    parts = _unit_parts(ground.units, host[building], shapes)
    idle = ~lived_in & (shapely.get_dimensions(shapes) == AREA) & (shapely.area(shapes) > LEAST_M2)
    return Footprints(parts, home[building].astype(np.int32), shapes[idle], home[idle].astype(np.int32))


def _owners(ground: Ground) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Compound index of each building, building index of each unit."""
    compounds = {c.key: i for i, c in enumerate(ground.compounds)}
    buildings = {b.key: i for i, b in enumerate(ground.buildings)}
    for building in ground.buildings:
        if building.compound not in compounds:
            raise InvalidInputError(f"Building {building.key} names compound {building.compound}, which is not there.")
    for unit in ground.units:
        if unit.building not in buildings:
            raise InvalidInputError(f"Unit {unit.key} names building {unit.building}, which is not there.")
    return (
        np.array([compounds[b.compound] for b in ground.buildings], dtype=np.intp),
        np.array([buildings[u.building] for u in ground.units], dtype=np.intp),
    )


def _clipped(shapes: NDArray[np.object_], grounds: NDArray[np.object_]) -> NDArray[np.object_]:
    """Valid polygons inside their compound, or points where nothing of a polygon is left there."""
    shapes = shapes.copy()
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = [polygons_only(g) for g in shapely.make_valid(shapes[broken])]
    empty = shapely.is_empty(shapes) | (shapely.get_dimensions(shapes) == 1)
    shapes[empty] = shapely.point_on_surface(grounds[empty])
    shapely.prepare(grounds)
    for i in np.flatnonzero(~shapely.covered_by(shapes, grounds)):
        inside = polygons_only(shapely.intersection(shapes[i], grounds[i]))
        if inside.area > max(LEAST_M2, 0.01 * shapes[i].area):
            shapes[i] = inside
        else:
            nearest = shapely.shortest_line(grounds[i], shapely.centroid(shapes[i]))
            shapes[i] = shapely.get_point(nearest, 0)
    return shapes


def _part_overlaps(
    shapes: NDArray[np.object_], host: NDArray[np.intp], lived_in: NDArray[np.bool_], home: NDArray[np.intp]
) -> None:
    """Leave each place to one footprint: dwellings before others, the smaller before the larger."""
    areal = np.flatnonzero(shapely.get_dimensions(shapes) == AREA)
    left, right = areal[shapely.STRtree(shapes[areal]).query(shapes[areal], predicate="intersects")]
    once = (left < right) & (home[left] == home[right])
    left, right = left[once], right[once]
    deep = shapely.area(shapely.intersection(shapes[left], shapes[right])) > OVERLAP_M2
    rivals: dict[int, list[int]] = {}
    for a, b in zip(left[deep].tolist(), right[deep].tolist(), strict=True):
        rivals.setdefault(a, []).append(b)
        rivals.setdefault(b, []).append(a)
    settled: set[int] = set()
    for i in sorted(rivals, key=lambda k: (not lived_in[k], shapely.area(shapes[k]), k)):
        earlier = [k for k in rivals[i] if k in settled]
        if earlier:
            _yield_ground(shapes, host, i, earlier)
        settled.add(i)


def _yield_ground(shapes: NDArray[np.object_], host: NDArray[np.intp], i: int, earlier: list[int]) -> None:
    whole = shapes[i]
    rest = polygons_only(shapely.difference(whole, shapely.union_all(shapes[earlier])))
    if rest.area >= max(LEAST_M2, (1 - MOSTLY_COVERED) * whole.area):
        shapes[i] = rest
        return
    deepest = earlier[int(np.argmax(shapely.area(shapely.intersection(whole, shapes[earlier]))))]
    host[i] = host[deepest]
    shapes[i] = shapely.Polygon()


def _square_points(
    shapes: NDArray[np.object_], host: NDArray[np.intp], lived_in: NDArray[np.bool_], grounds: NDArray[np.object_]
) -> None:
    """Turn points into small squares, as large as their surroundings allow."""
    dots = np.flatnonzero((shapely.get_dimensions(shapes) == 0) & lived_in & (host == np.arange(len(host))))
    solid = np.flatnonzero((shapely.get_dimensions(shapes) == AREA) & lived_in)
    if not len(dots):
        return
    tree = shapely.STRtree(shapes[solid])
    inside, around = tree.query(shapes[dots], predicate="intersects")
    for d, s in zip(dots[inside].tolist(), solid[around].tolist(), strict=True):
        host[d] = host[s]
    dots = dots[host[dots] == dots]
    xy = shapely.get_coordinates(shapes[dots])
    places = cKDTree(xy)
    for a, b in sorted(places.query_pairs(SAME_PLACE_M)):
        host[dots[b]] = host[dots[a]]
    heads = dots[host[dots] == dots]
    if not len(heads):
        return
    for i, reach in zip(heads.tolist(), _reach(shapes[heads], tree).tolist(), strict=True):
        x, y = shapely.get_coordinates(shapes[i])[0]
        shapes[i] = _inside(shapely.box(x - reach, y - reach, x + reach, y + reach), grounds[i])


def _reach(points: NDArray[np.object_], footprints: shapely.STRtree) -> NDArray[np.float64]:
    """Half side of the square round each point: less than half way to its neighbours."""
    xy = shapely.get_coordinates(points)
    near = np.full(len(points), np.inf)
    if len(points) > 1:
        near = cKDTree(xy).query(xy, k=2)[0][:, 1] / 3
    if len(footprints):
        _, wall = footprints.query_nearest(points, all_matches=False, return_distance=True)
        near = np.minimum(near, wall / 2)
    return np.clip(near, SAME_PLACE_M / 4, SQUARE_M)


def _inside(square: shapely.Polygon, ground: shapely.Geometry) -> shapely.Geometry:
    part = polygons_only(shapely.intersection(square, ground))
    return part if part.area > LEAST_M2 / 100 else square


def _unit_parts(
    units: Sequence[UnitSite], site: NDArray[np.intp], shapes: NDArray[np.object_]
) -> NDArray[np.object_]:
    """One piece of its site for each unit."""
    parts = shapes[site]
    drawn = np.array([u.geometry for u in units], dtype=object)
    members: dict[int, list[int]] = {}
    for unit, at in enumerate(site.tolist()):
        members.setdefault(at, []).append(unit)
    tidy = _tidy(drawn, site, shapes)
    for at, own in members.items():
        if len(own) == 1:
            continue
        if tidy[at]:
            parts[own] = drawn[own]
            continue
        order = _order(units, own, shapes[at])
        parts[order] = _drawn_parts(drawn[order], shapes[at]) or slices(shapes[at], len(order))
    return parts


def _tidy(drawn: NDArray[np.object_], site: NDArray[np.intp], shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Sites whose drawn units fill them to 1 % and stay inside: taken as they are, without further geometry."""
    area = np.where(shapely.get_dimensions(drawn) == AREA, shapely.area(drawn), np.nan)
    good = np.zeros(len(shapes))
    inside = shapely.covered_by(drawn, shapes[site]) & shapely.is_valid(drawn) & (area > LEAST_M2)
    np.add.at(good, site, np.where(inside, area, np.nan))
    whole = shapely.area(shapes)
    return np.asarray(np.abs(good - whole) <= 0.01 * whole)


def _drawn_parts(drawn: NDArray[np.object_], whole: shapely.Geometry) -> list[shapely.Geometry] | None:
    """Drawn units cut to the footprint, the ground between them shared out; None when they do not fit."""
    if not all(isinstance(g, (shapely.Polygon, shapely.MultiPolygon)) and g.is_valid for g in drawn):
        return None
    parts: list[shapely.Geometry] = []
    rest = whole
    for shape in drawn:
        part = polygons_only(shapely.intersection(shape, rest))
        if part.area < max(LEAST_M2, 0.3 * shape.area):
            return None
        parts.append(part)
        rest = polygons_only(shapely.difference(rest, part))
    for piece in shapely.get_parts(rest):
        if piece.area > OVERLAP_M2:
            nearest = int(np.argmax(shapely.length(shapely.intersection(piece, np.array(parts, dtype=object)))))
            parts[nearest] = polygons_only(shapely.union(parts[nearest], piece))
    return parts


def _order(units: Sequence[UnitSite], own: list[int], whole: shapely.Geometry) -> list[int]:
    """Units along the footprint: by where they were drawn, else by name ('2' before '10')."""
    named = sorted(own, key=lambda u: _natural(units[u].key))
    drawn = [units[u].geometry for u in named]
    if any(g is None or g.is_empty for g in drawn):
        return named
    places = along(polygons_only(whole), shapely.centroid(np.array(drawn, dtype=object)))
    return [named[i] for i in np.argsort(places, kind="stable")]


def _natural(key: str) -> list[tuple[int, int, str]]:
    return [(0, int(run), "") if run.isdecimal() else (1, 0, run) for run in re.split(r"(\d+)", key) if run]
