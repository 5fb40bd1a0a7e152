"""The polygons of micro-grids: unions of cells, made smooth together, so that neighbours keep one common border.

Grids that stand on one another (a tower divided by floors) share a *tile* of ground: a tile is the ground of all
units that are divided among the same grids. Tiles are the coverage; a grid's polygon is the union of its tiles, and
its floors tell who stands where. Borders lose their kinks only where no footprint is cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.topology.cells import one_polygon

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.topology.cells import Cells
    from geo.topology.ground import Areal

KINKS_M = (1.5, 0.75, 0.3)
"""Tolerances of smoothing, one after the other: what the first may not touch, a gentler one may."""
CUT_M2 = 0.02
"""A border in a footprint's own wall touches this much of it by snapping; more is a cut."""


@dataclass(frozen=True, eq=False)
class Tiles:
    """Ground of the grids of one plan, in metres.

    Attributes:
        polygons: (t,) tiles, a valid coverage of the compounds.
        of_unit: (n,) the tile of each unit.
        grids: for each tile the grids that stand on it, ascending.
    """

    polygons: NDArray[np.object_]
    of_unit: NDArray[np.intp]
    grids: tuple[tuple[int, ...], ...]

    def grid(self, number: int) -> Areal:
        """The polygon of one grid."""
        own = self.polygons[self._standing[number]]
        return one_polygon(shapely.normalize(shapely.coverage_union_all(own)))

    @cached_property
    def _standing(self) -> dict[int, list[int]]:
        """The tiles on which each grid stands."""
        standing: dict[int, list[int]] = {}
        for tile, grids in enumerate(self.grids):
            for number in grids:
                standing.setdefault(number, []).append(tile)
        return standing


def lay_tiles(cells: Cells, unit: NDArray[np.int32], grid: NDArray[np.int32], *, smooth: bool = True) -> Tiles:
    """The tiles of a plan.

    Args:
        cells: the cells of the ground.
        unit: (a,) unit of each atom (``AtomGraph.unit``).
        grid: (a,) grid of each atom.
        smooth: whether borders between tiles lose their kinks; outlines of compounds never do.
    """
    standing: list[set[int]] = [set() for _ in cells.polygons]
    for u, g in zip(unit.tolist(), grid.tolist(), strict=True):
        standing[u].add(g)
    kinds = [(int(home), *sorted(grids)) for home, grids in zip(cells.home, standing, strict=True)]
    names = sorted(set(kinds))
    number = {name: i for i, name in enumerate(names)}
    of_unit = np.array([number[kind] for kind in kinds], dtype=np.intp)
    ground = [one_polygon(shapely.coverage_union_all(cells.polygons[of_unit == t])) for t in range(len(names))]
    polygons = np.array(ground, dtype=object)
    if smooth:
        place = np.array([name[0] for name in names])
        for home in np.unique(place):
            _smooth(polygons, np.flatnonzero(place == home), cells, of_unit)
    return Tiles(polygons, of_unit, tuple(name[1:] for name in names))


def smooth_cells(cells: Cells) -> NDArray[np.object_]:
    """The cells of a ground without the kinks of their common borders: a plan's own cells, still a coverage.

    Whatever grids a plan makes of them, their outlines are unions of these, so that an edit changes no other outline.
    """
    each = np.arange(len(cells.polygons), dtype=np.int32)
    tiles = lay_tiles(cells, each, each)
    return np.asarray(shapely.normalize(tiles.polygons[tiles.of_unit]))


def _smooth(polygons: NDArray[np.object_], own: NDArray[np.intp], cells: Cells, of_unit: NDArray[np.intp]) -> None:
    """Simplify the tiles of one compound together; those whose footprints would be cut keep their borders."""
    solid, holder = _solids(cells, own, of_unit)
    for tolerance in KINKS_M:
        free = np.ones(len(own), dtype=bool)
        while free.sum() > 1:
            tiles = polygons[own]
            tiles[free] = shapely.coverage_simplify(tiles[free], tolerance, simplify_boundary=False)
            # A tile that keeps its borders and yet is cut was so before: the ground's doing, not smoothing's.
            cut = _cut(tiles, solid, holder) & free[holder]
            if not cut.any():
                polygons[own] = tiles
                break
            free[holder[cut]] = False


def _solids(
    cells: Cells, own: NDArray[np.intp], of_unit: NDArray[np.intp]
) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Footprints of one compound's tiles, and the place in ``own`` of the tile that holds each."""
    rank = np.full(of_unit.max() + 1, -1, dtype=np.intp)
    rank[own] = np.arange(len(own))
    unit = np.concatenate((np.arange(len(of_unit)), cells.holder))
    solid = np.concatenate((cells.parts, cells.obstacles))
    place = rank[of_unit[unit]]
    return solid[place >= 0], place[place >= 0]


def _cut(tiles: NDArray[np.object_], solid: NDArray[np.object_], holder: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which footprints stick out of their tile by more than snapping explains."""
    shapely.prepare(tiles)
    doubtful = np.flatnonzero(~shapely.covers(tiles[holder], solid))
    cut = np.zeros(len(solid), dtype=bool)
    outside = shapely.difference(solid[doubtful], tiles[holder[doubtful]])
    cut[doubtful] = shapely.area(outside) > CUT_M2
    return cut
