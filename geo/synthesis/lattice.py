"""The ground of a whole city: a lattice of communities, small in the centre, wide at the edge, and warped.

Every corner and every edge is a function of its own key, so two neighbours draw the edge between them point by point
alike without knowing of each other, and any community can be drawn alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import cos, hypot, sin
from typing import TYPE_CHECKING, Literal

import numpy as np
import shapely

from geo.synthesis import names
from geo.synthesis.blocks import WIDTH_M, Street
from geo.synthesis.chance import lots, shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

Cell = tuple[int, int]
Axis = Literal["east", "north"]  # the way an edge runs from its first corner

CENTRE_M = 560.0  # side of a community in the centre
WIDER_M = 1.186  # how much wider each step outwards, per square of the step
STEP_M = 110.0  # between two points of an edge
RIVER_M = 60.0
RIVERS: dict[tuple[Axis, int], names.Name] = {
    ("north", 4): ("锦江支渠", "Jin Canal"),
    ("east", -7): ("汀江", "Ting River"),
}


@dataclass(frozen=True, slots=True)
class Lattice:
    """Where the communities of one seed lie."""

    seed: int

    def corner(self, i: int, j: int) -> tuple[float, float]:
        """The corner south-west of cell (i, j), in metres about the city's centre."""
        reach = hypot(i, j)
        scale = CENTRE_M + WIDER_M * reach * reach / 3
        x_m, y_m = i * scale, j * scale
        right, up = shares(self.seed, "corner", i, j)
        side = CENTRE_M + WIDER_M * reach * reach / 2
        x_m += 140 * sin(y_m / 2900 + 1) + side * 0.14 * (right - 0.5)
        y_m += 140 * cos(x_m / 3300) + side * 0.14 * (up - 0.5)
        return x_m, y_m

    def line(self, i: int, j: int, axis: Axis) -> NDArray[np.float64]:
        """The course (n, 2) from corner (i, j) one step along the axis: a shallow bow, its ends exact."""
        (ax, ay), (bx, by) = self.corner(i, j), self.corner(i + (axis == "east"), j + (axis == "north"))
        bow = 0.4 * (shares(self.seed, "edge", i, j, axis)[0] - 0.5)
        t = np.linspace(0.0, 1.0, 1 + max(2, round(hypot(bx - ax, by - ay) / STEP_M)))
        lift = bow * t * (1 - t)
        course = np.stack([ax + t * (bx - ax) - lift * (by - ay), ay + t * (by - ay) + lift * (bx - ax)], axis=1)
        course[-1] = bx, by
        return course

    def edge(self, i: int, j: int, axis: Axis) -> Street:
        """The edge from corner (i, j) one step along the axis: a street or a stretch of river."""
        line = self.line(i, j, axis)
        course = j if axis == "east" else i
        if (axis, course) in RIVERS:
            return Street(line, "river", RIVER_M, *RIVERS[axis, course])
        road_class = "arterial" if course % 6 == 0 else "secondary" if course % 2 == 0 else "branch"
        zh, en = names.with_kind(self._stem(axis, course), names.ROADS[road_class])
        return Street(line, road_class, WIDTH_M[road_class], zh, en)

    def _stem(self, axis: Axis, course: int) -> names.Name:
        """The name of a whole course of streets, from one side of the city to the other."""
        return names.STEMS[_order(self.seed)[(2 * course + (axis == "north")) % len(names.STEMS)]]

    def around(self, cell: Cell) -> list[Street]:
        """The four edges of a cell: south, east, north, west."""
        i, j = cell
        return [
            self.edge(i, j, "east"),
            self.edge(i + 1, j, "north"),
            self.edge(i, j + 1, "east"),
            self.edge(i, j, "north"),
        ]

    def ground(self, cell: Cell) -> shapely.Polygon:
        """A cell's outline in metres, counter-clockwise."""
        i, j = cell
        south, north = self.line(i, j, "east"), self.line(i, j + 1, "east")
        west, east = self.line(i, j, "north"), self.line(i + 1, j, "north")
        ring: NDArray[np.float64] = np.vstack([south, east[1:], north[::-1][1:], west[::-1][1:-1]])
        return shapely.Polygon(ring)


@cache
def _order(seed: int) -> tuple[int, ...]:
    """The order in which a city's courses of streets take their names."""
    return tuple(lots(seed, "courses").permutation(len(names.STEMS)).tolist())


def disc(count: int) -> list[Cell]:
    """The ``count`` cells nearest to the centre.

    >>> disc(4)
    [(-1, -1), (-1, 0), (0, -1), (0, 0)]
    """
    reach = int((count / 3) ** 0.5) + 2
    cells = [(i, j) for i in range(-reach, reach) for j in range(-reach, reach)]
    nearest = sorted(cells, key=lambda c: (hypot(c[0] + 0.5, c[1] + 0.5), c))[:count]
    return sorted(nearest)


def grouped(cells: list[Cell], step: tuple[int, int], least: int) -> dict[Cell, Cell]:
    """Each cell's group: blocks of ``step`` cells; blocks with fewer than ``least`` join their larger neighbour."""
    group = {cell: (cell[0] // step[0], cell[1] // step[1]) for cell in cells}
    for _ in range(6):
        sizes = _sizes(group)
        small = [cell for cell in cells if sizes[group[cell]] < least]
        if not small:
            break
        for key in sorted({group[cell] for cell in small}):
            beside = _beside(key, group)
            if beside:
                now = _sizes(group)
                best = max(beside, key=lambda other: (now[other], other))
                group = {cell: best if mine == key else mine for cell, mine in group.items()}
    return group


def _sizes(group: dict[Cell, Cell]) -> dict[Cell, int]:
    sizes: dict[Cell, int] = {}
    for key in group.values():
        sizes[key] = sizes.get(key, 0) + 1
    return sizes


def _beside(key: Cell, group: dict[Cell, Cell]) -> set[Cell]:
    """Groups that share an edge with this one."""
    ours = [cell for cell, mine in group.items() if mine == key]
    steps = ((1, 0), (-1, 0), (0, 1), (0, -1))
    return {other for i, j in ours for a, b in steps if (other := group.get((i + a, j + b), key)) != key}
