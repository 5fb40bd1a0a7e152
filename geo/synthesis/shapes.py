"""Plans of buildings: the straight slab, the slab round a corner, the closed block round a court, the point tower.

All are drawn axis-parallel in metres with the street side (south) down, and turned into place afterwards.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Rings = tuple["NDArray[np.float64]", ...]


def box(x_m: float, y_m: float, width_m: float, depth_m: float) -> NDArray[np.float64]:
    """A rectangle from its south-west corner."""
    return np.array([(x_m, y_m), (x_m + width_m, y_m), (x_m + width_m, y_m + depth_m), (x_m, y_m + depth_m)])


def slab(
    x_m: float, y_m: float, widths_m: Sequence[float], depth_m: float, *, notch_m: float = 0.0
) -> tuple[NDArray[np.float64], Rings]:
    """A straight slab of stairwells side by side; ``notch_m`` sets each stair back on the north side.

    >>> shell, units = slab(0, 0, [15, 15], 11)
    >>> len(shell), len(units)
    (6, 2)
    """
    walls = x_m + np.concatenate([[0.0], np.cumsum(widths_m)])
    top = y_m + depth_m
    units, north = [], []
    for west, east in itertools.pairwise(walls):
        back = []
        if notch_m:
            a, b = west + 0.38 * (east - west), west + 0.62 * (east - west)
            back = [(b, top), (b, top - notch_m), (a, top - notch_m), (a, top)]
        units.append(np.array([(west, y_m), (east, y_m), (east, top), *back, (west, top)]))
        north.append([*back, (west, top)])
    south = [(wall, y_m) for wall in walls]
    shell = np.array([*south, (walls[-1], top), *(point for run in reversed(north) for point in run)])
    return shell, tuple(units)


def ribbon(spine_m: Sequence[tuple[float, float]], depth_m: float, unit_m: float) -> tuple[NDArray[np.float64], Rings]:
    """A slab that follows an axis-parallel line with right-angled turns to the left: L, U.

    The spine is the outer face, the body lies on its left. Stairwells of about ``unit_m`` share it; corners belong
    to one of them.
    """
    outer, inner, cuts = _sections(np.array(spine_m, dtype=float), depth_m, unit_m, closed=False)
    units = tuple(np.vstack([outer[a : b + 1], inner[a : b + 1][::-1]]) for a, b in itertools.pairwise(cuts))
    return np.vstack([outer, inner[::-1]]), units


def court(
    width_m: float, height_m: float, depth_m: float, unit_m: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], Rings]:
    """A closed block round a court: its outer ring, the court (a hole), and its stairwells."""
    spine = np.array([(0, 0), (width_m, 0), (width_m, height_m), (0, height_m)], dtype=float)
    outer, inner, cuts = _sections(spine, depth_m, unit_m, closed=True)
    count = len(outer)
    units = []
    for a, b in zip(cuts, [*cuts[1:], cuts[0] + count], strict=True):
        steps = np.arange(a, b + 1) % count
        units.append(np.vstack([outer[steps], inner[steps][::-1]]))
    return outer, inner, tuple(units)


def _sections(
    spine: NDArray[np.float64], depth_m: float, unit_m: float, *, closed: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[int]]:
    """Cross-sections along a spine: outer points, inner points, and the places where one unit ends."""
    ends = np.roll(spine, -1, axis=0) if closed else spine[1:]
    starts = spine if closed else spine[:-1]
    outer: list[NDArray[np.float64]] = []
    inner: list[NDArray[np.float64]] = []
    cuts: list[int] = []
    last = len(starts) - 1
    for k, (start, end) in enumerate(zip(starts, ends, strict=True)):
        length = float(np.abs(end - start).sum())
        along = (end - start) / length
        left = np.array([-along[1], along[0]]) * depth_m
        corner_here, corner_there = closed or k > 0, closed or k < last
        if corner_here:
            outer.append(start)
            inner.append(start + left + along * depth_m)
        low, high = depth_m * corner_here, length - depth_m * corner_there
        count = max(1, round((high - low) / unit_m))
        marks = np.linspace(low, high, count + 1)
        if corner_here:
            marks = marks[1:]
        if corner_there:
            marks = marks[:-1]
        if corner_here and corner_there and not len(marks):
            marks = np.array([(low + high) / 2])
        for mark in marks:
            cuts.append(len(outer))
            outer.append(start + along * mark)
            inner.append(start + along * mark + left)
    return np.array(outer), np.array(inner), cuts


CROSS = np.array(
    [(0.22, 0), (0.78, 0), (0.78, 0.14), (1, 0.14), (1, 0.8), (0.72, 0.8), (0.72, 1), (0.28, 1), (0.28, 0.8),
     (0, 0.8), (0, 0.14), (0.22, 0.14)]
)  # fmt: skip
BUTTERFLY = np.array(
    [(0.12, 0), (0.42, 0.2), (0.58, 0.2), (0.88, 0), (1, 0.18), (0.82, 0.55), (0.94, 0.9), (0.8, 1), (0.6, 0.82),
     (0.4, 0.82), (0.2, 1), (0.06, 0.9), (0.18, 0.55), (0, 0.18)]
)  # fmt: skip
COMB = np.array(
    [(0, 0), (0.3, 0), (0.3, 0.16), (0.42, 0.16), (0.42, 0.04), (0.58, 0.04), (0.58, 0.16), (0.7, 0.16), (0.7, 0),
     (1, 0), (1, 0.94), (0.64, 0.94), (0.64, 0.84), (0.36, 0.84), (0.36, 0.94), (0, 0.94)]
)  # fmt: skip


def tower(plan: NDArray[np.float64], width_m: float, depth_m: float) -> NDArray[np.float64]:
    """A point tower's only ring, from one of the plans above, its box's south-west corner at the origin."""
    return plan * (width_m, depth_m)


def twin(width_m: float, depth_m: float) -> tuple[NDArray[np.float64], Rings]:
    """Two towers back to back on one party wall: a shell and its two units."""
    west = np.roll(COMB * (width_m, depth_m), -10, axis=0)  # begins at the north, ends at the south of its east wall
    east = west[::-1] * (-1, 1) + (2 * width_m, 0)
    return np.vstack([west, east[1:-1]]), (west, east)
