"""Ground that has been divided: cells, atoms, the grid of each atom and the tiles of the grids."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geo.topology.atoms import AtomGraph
    from geo.topology.cells import Cells
    from geo.topology.ground import Ground
    from geo.topology.tiles import Tiles


@dataclass(frozen=True, slots=True)
class Member:
    """Some floors of a unit in a grid: ``households`` behind ``floor_lo``..``floor_hi``, both inclusive."""

    unit: int
    floor_lo: int
    floor_hi: int
    households: int
    grid: int


@dataclass(frozen=True, slots=True, eq=False)
class Divided:
    """Some compounds with the micro-grids drawn on them.

    Attributes:
        ground: the compounds and what stands on them, metres.
        cells: one for each unit.
        graph: the atoms and who is next to whom.
        grid: (a,) int32, the grid of each atom, 0.. without gaps.
        tiles: the grids' ground.
    """

    ground: Ground
    cells: Cells
    graph: AtomGraph
    grid: NDArray[np.int32]
    tiles: Tiles

    def members(self) -> Iterator[Member]:
        """Who belongs to which grid: floors of a unit that stay together make one member."""
        graph = self.graph
        order = np.lexsort((graph.floor_lo, graph.unit))
        for (unit, grid), run in groupby(order.tolist(), key=lambda a: (int(graph.unit[a]), int(self.grid[a]))):
            atoms = list(run)
            count = int(graph.households[atoms].sum())
            yield Member(unit, int(graph.floor_lo[atoms[0]]), int(graph.floor_hi[atoms[-1]]), count, grid)

    def compounds_of(self, grid: int) -> tuple[str, ...]:
        """Keys of the compounds on which a grid stands, as a rule one."""
        homes = np.unique(self.cells.home[self.graph.unit[self.grid == grid]])
        return tuple(self.ground.compounds[int(h)].key for h in homes)
