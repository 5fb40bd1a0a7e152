"""Drag one border between two stairwells' ground; both follow, nobody else. Its own inverse.

A border is an *arc*: the run of corners that only these two cells share. Its ends are corners of other ground and stay
where they are; what lies between may be drawn anew, but not through a building and not over other ground. Where the two
stand in different compounds, the compounds' outlines follow.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.errors import RefusedError
from geo.topology import refusals as why
from geo.topology.faces import LATTICE_M
from geo.topology.verbs.movable import locked
from geo.topology.verbs.outlined import outlined

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.errors import Refusal
    from geo.topology.ground import Areal
    from geo.topology.plan import Plan

ROUNDED_M = 0.6 * LATTICE_M
"""Corners on compounds' outlines stand between the lattice's points; whoever draws knows them to the millimetre."""
SLIVER_M2 = 1e-4
CUT_M2 = 0.02


def refusal(plan: Plan, a: str, b: str, *, line: shapely.LineString) -> Refusal | None:
    """Tell why the border between two stairwells may not run along ``line`` (metres), or None if it may."""
    if reason := _untouchable(plan, a, b):
        return reason
    if not np.isfinite(shapely.get_coordinates(line)).all() or not line.is_simple:
        return why.FACE_FLIPS
    drawn = shapely.set_precision(line, LATTICE_M, mode="pointwise")
    arc = _arc_between_ends(plan, a, b, drawn)
    if arc is None:
        return why.NO_SUCH_BORDER
    drawn = _ending_as(arc, drawn)
    if arc.equals_exact(drawn, ROUNDED_M):
        return why.NO_CHANGE
    one, other = (_redrawn(plan.cells[u], arc, drawn) for u in (a, b))
    if _flips(plan, (a, b), (one, other)):
        return why.FACE_FLIPS
    return why.THROUGH_FOOTPRINT if _cuts(plan, (a, b), (one, other)) else None


def reshape(plan: Plan, a: str, b: str, *, line: shapely.LineString) -> Plan:
    """Let the border between two stairwells run along ``line``, which begins and ends where the border does.

    Raises:
        RefusedError: for the reason that ``refusal`` gives.
    """
    if reason := refusal(plan, a, b, line=line):
        raise RefusedError(reason)
    drawn = shapely.set_precision(line, LATTICE_M, mode="pointwise")
    arc = _arc_between_ends(plan, a, b, drawn)
    if arc is None:
        raise RefusedError(why.NO_SUCH_BORDER)
    drawn = _ending_as(arc, drawn)
    after = replace(plan, cells={**plan.cells, **{u: _redrawn(plan.cells[u], arc, drawn) for u in (a, b)}})
    homes = {plan.compound(a), plan.compound(b)}
    return outlined(after, sorted(homes)) if len(homes) > 1 else after


def arcs(plan: Plan, a: str, b: str) -> list[shapely.LineString]:
    """The borders between two stairwells' ground, each from end to end."""
    edge = shapely.intersection(shapely.boundary(plan.cells[a]), shapely.boundary(plan.cells[b]))
    lines = [piece for piece in shapely.get_parts(edge) if isinstance(piece, shapely.LineString)]
    merged = shapely.line_merge(shapely.MultiLineString([line for line in lines if not line.is_empty]))
    found: list[shapely.LineString] = [arc for arc in shapely.get_parts(merged) if arc.length > 0 and not arc.is_ring]
    return found


def _untouchable(plan: Plan, a: str, b: str) -> Refusal | None:
    if a not in plan.units or b not in plan.units:
        return why.UNKNOWN_UNIT
    if a == b:
        return why.SAME_UNIT
    return why.LOCKED if any(locked(plan, band.grid) for u in (a, b) for band in plan.bands[u]) else None


def _arc_between_ends(plan: Plan, a: str, b: str, line: shapely.LineString) -> shapely.LineString | None:
    """The border of a and b with the same ends as ``line`` to the millimetre, running the same way."""
    ends = _on_lattice(shapely.get_coordinates(line)[[0, -1]])
    for arc in arcs(plan, a, b):
        course = shapely.get_coordinates(arc)
        for way in (course, course[::-1]):
            if np.array_equal(_on_lattice(way[[0, -1]]), ends):
                return shapely.LineString(way)
    return None


def _on_lattice(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.rint(xy / LATTICE_M)


def _ending_as(arc: shapely.LineString, line: shapely.LineString) -> shapely.LineString:
    """The line with the very ends of the border, which other ground shares."""
    course = shapely.get_coordinates(arc)
    return shapely.LineString(np.vstack((course[:1], shapely.get_coordinates(line)[1:-1], course[-1:])))


def _redrawn(cell: Areal, arc: shapely.LineString, line: shapely.LineString) -> Areal:
    """The cell with the corners of ``arc`` replaced by those of ``line``."""
    old, new = shapely.get_coordinates(arc), shapely.get_coordinates(line)
    polygons = [
        shapely.Polygon(_ring(polygon.exterior, old, new), [_ring(hole, old, new) for hole in polygon.interiors])
        for polygon in shapely.get_parts(cell)
    ]
    return shapely.normalize(polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons))


def _ring(ring: shapely.LinearRing, old: NDArray[np.float64], new: NDArray[np.float64]) -> NDArray[np.float64]:
    """The ring with one run of corners replaced, whichever way it runs; unchanged when the run is not in it."""
    corners = shapely.get_coordinates(ring)[:-1]
    for run, put in ((old, new), (old[::-1], new[::-1])):
        for start in np.flatnonzero((corners == run[0]).all(axis=1)):
            turned = np.roll(corners, -start, axis=0)
            if len(turned) >= len(run) and np.array_equal(turned[: len(run)], run):
                return np.vstack((put, turned[len(run) :], put[:1]))
    return np.vstack((corners, corners[:1]))


def _flips(plan: Plan, units: tuple[str, str], cells: tuple[Areal, Areal]) -> bool:
    """Whether the new cells are no longer two clean halves of the same ground."""
    if not all(shapely.is_valid(cell) and cell.area > 0 for cell in cells):
        return True
    before = shapely.union_all([plan.cells[u] for u in units])
    after = shapely.union_all(list(cells))
    doubled = shapely.area(shapely.intersection(*cells))
    return bool(doubled > SLIVER_M2 or shapely.area(shapely.symmetric_difference(before, after)) > SLIVER_M2)


def _cuts(plan: Plan, units: tuple[str, str], cells: tuple[Areal, Areal]) -> bool:
    """Whether a building that stood on one side no longer does."""
    near = {plan.compound(unit) for unit in units}
    houses = np.array([site.geometry for site in plan.buildings.values() if site.compound in near], dtype=object)
    for unit, cell in zip(units, cells, strict=True):
        lost = shapely.difference(plan.cells[unit], cell)
        if (shapely.area(shapely.intersection(houses, lost)) > CUT_M2).any():
            return True
    return False
