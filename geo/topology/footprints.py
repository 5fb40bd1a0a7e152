"""The piece of a footprint behind each stairwell: whole, inside its compound, and shared with nobody.

Real files overlap, poke out of their compound, repeat a building or know only a point. Here each unit gets a piece
of ground of its own that no border may ever cut:

- a footprint is clipped to its compound; one that lies outside becomes a point at the nearest place inside;
- where footprints overlap, the smaller keeps the ground; one that is (nearly) covered shares its host's footprint;
- a point becomes a small square; a point in a footprint, or at the place of another point, shares that ground;
- units without a drawn part split the footprint along its length (``slices``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.errors import InvalidGeometryError, InvalidInputError
from geo.topology.dots import house_points, square_points
from geo.topology.sites import AREA, LEAST_M2, OVERLAP_M2, Sites, clip, part_overlaps
from geo.topology.slices import along, polygons_only, slices, wedges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.topology.ground import Ground, UnitSite


@dataclass(frozen=True, slots=True, eq=False)
class Footprints:
    """Ground that no border may cut, in metres.

    Attributes:
        parts: (n,) polygons, one a unit in the order of ``Ground.units``; they overlap nowhere.
        home: (n,) int32, index of the unit's compound.
        site: (n,) the footprint of which each is a part.
        whole: (m,) those footprints.
        obstacles: (k,) polygons of buildings where nobody lives; they overlap no part.
        obstacle_home: (k,) int32, index of the obstacle's compound.
    """

    parts: NDArray[np.object_]
    home: NDArray[np.int32]
    site: NDArray[np.intp]
    whole: NDArray[np.object_]
    obstacles: NDArray[np.object_]
    obstacle_home: NDArray[np.int32]


def footprints(ground: Ground) -> Footprints:
    """Lay out the footprints of a ground.

    Raises:
        InvalidInputError: for a unit or building whose building or compound is not there.
        InvalidGeometryError: for a coordinate that is no number.
    """
    home, building = _owners(ground)
    shapes = np.array([b.geometry for b in ground.buildings], dtype=object)
    if not np.isfinite(shapely.get_coordinates(shapes)).all():
        raise InvalidGeometryError("A building has a coordinate that is no number: repair or drop it.")
    lived_in = np.zeros(len(shapes), dtype=bool)
    lived_in[building] = True
    compounds = np.array([c.geometry for c in ground.compounds], dtype=object)
    sites = Sites(shapes, np.arange(len(shapes)), lived_in, home, compounds[home])
    clip(sites)
    part_overlaps(sites)
    house_points(sites)
    squares = square_points(sites)
    site = sites.host[building]
    parts = _unit_parts(ground.units, site, sites.shapes, squares)
    idle = ~sites.lived_in & sites.areal() & (shapely.area(sites.shapes) > LEAST_M2)
    return Footprints(
        parts,
        home[building].astype(np.int32),
        site,
        sites.shapes,
        sites.shapes[idle],
        home[idle].astype(np.int32),
    )


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


def _unit_parts(
    units: Sequence[UnitSite], site: NDArray[np.intp], shapes: NDArray[np.object_], squares: NDArray[np.bool_]
) -> NDArray[np.object_]:
    """One piece of its site for each unit; ``squares`` tells which sites were points."""
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
        if squares[at]:
            parts[order] = wedges(shapes[at], len(order))
            continue
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
