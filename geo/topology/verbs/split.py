"""Split a micro-grid in two along a drawn line. The inverse of ``merge``.

No stairwell is cut: each goes to the side on which the middle of its ground lies; what is left of the line, seen
along it, becomes the new grid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.errors import RefusedError
from geo.topology import refusals as why
from geo.topology.verbs import found

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.errors import Refusal
    from geo.topology.plan import Plan, Span

REACH_M = 10_000.0


def refusal(plan: Plan, grid: str, *, line: shapely.LineString, key: str, name: str) -> Refusal | None:
    """Tell why this cut may not be made, or None if it may; ``line`` in metres."""
    if grid not in plan.grids:
        return why.UNKNOWN_GRID
    steps = np.diff(shapely.get_coordinates(line), axis=0)
    if not np.isfinite(steps).all() or not steps.any(axis=1).all():
        return why.LINE_MISSES
    if not straight_on(line, REACH_M).is_simple:
        return why.LINE_CROSSES_ITSELF
    left = left_of(plan, grid, line)
    if not left or len(left) == len(plan.spans(grid)):
        return why.LINE_MISSES
    return found.refusal(plan, left, key=key, name=name)


def split(plan: Plan, grid: str, *, line: shapely.LineString, key: str, name: str) -> Plan:
    """Make a new grid of what lies left of the line.

    Raises:
        RefusedError: for the reason that ``refusal`` gives.
    """
    if reason := refusal(plan, grid, line=line, key=key, name=name):
        raise RefusedError(reason)
    return found.found(plan, left_of(plan, grid, line), key=key, name=name)


def left_of(plan: Plan, grid: str, line: shapely.LineString) -> tuple[Span, ...]:
    """Floors of the grid whose ground's middle lies left of the line, seen along it."""
    spans = plan.spans(grid)
    middles = shapely.point_on_surface([plan.cells[span.unit] for span in spans])
    inside = shapely.contains_properly(_left_half(line, shapely.total_bounds(middles)), middles)
    return tuple(span for span, left in zip(spans, inside, strict=True) if left)


def straight_on(line: shapely.LineString, reach_m: float) -> shapely.LineString:
    """The line with both ends running on straight."""
    xy = shapely.get_coordinates(line)
    first, last = xy[0] - xy[1], xy[-1] - xy[-2]
    head = xy[0] + first * (reach_m / np.hypot(*first))
    tail = xy[-1] + last * (reach_m / np.hypot(*last))
    return shapely.LineString(np.vstack((head, xy, tail)))


def _left_half(line: shapely.LineString, bounds: NDArray[np.float64]) -> shapely.Polygon:
    """The part of the plane about ``bounds`` that lies left of the line; empty when the line turns back on itself."""
    frame = shapely.box(*shapely.total_bounds([line, shapely.box(*bounds)])).buffer(10.0, join_style="mitre")
    course = straight_on(line, 2 * frame.length)
    halves = shapely.get_parts(shapely.polygonize([shapely.union_all([course, frame.boundary])]))
    a, b = shapely.get_coordinates(line)[:2]
    across = np.array([a[1] - b[1], b[0] - a[0]]) / np.hypot(*(b - a))
    probe = shapely.Point((a + b) / 2 + across * min(1e-3, line.length / 10))
    found_: list[shapely.Polygon] = [half for half in halves if half.contains(probe)]
    return found_[0] if found_ and course.is_simple else shapely.Polygon()
