"""Divides some compounds that lie together into micro-grids with their polygons."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from geo.partition.partition import partition
from geo.topology.adjacency import adjacency
from geo.topology.cells import lay_cells
from geo.topology.divided import Divided
from geo.topology.portions import portions
from geo.topology.tiles import lay_tiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.drawing.wishes import Wishes
    from geo.partition.solve import Solution
    from geo.topology.adjacency import Edits
    from geo.topology.atoms import AtomGraph
    from geo.topology.ground import Ground


TILES_TO_CELLS = 0.5
"""How long polygons take beside cells, measured on real footprints."""
LEAST_SHARE = 0.05
"""Of a deadline that the ground alone uses up, this much is left for a plan."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One problem of a drawing: a connected neighbourhood, its compounds, and what is known of its plan.

    ``grids`` numbers the grids of the ``Divided`` ground; ``seconds`` is the time of partition and proof.
    """

    compounds: tuple[str, ...]
    households: int
    grids: tuple[int, ...]
    solution: Solution


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """Divided ground and one entry a problem."""

    divided: Divided
    entries: tuple[Entry, ...]
    seconds: float


def draw(ground: Ground, wishes: Wishes, edits: Edits | None = None) -> Drawing:
    """Draw the micro-grids of some compounds, in each of which somebody lives.

    Args:
        ground: metres; see ``geo.topology.portions`` for taking a city apart.
        wishes: rule, seed and the rest.
        edits: what planners know better than the map about neighbours.

    Raises:
        InvalidInputError: for counts or places that no ground can have.
    """
    began = perf_counter()
    cells = lay_cells(ground)
    graph = adjacency(ground, cells, wishes.rule, edits)
    grid = np.full(len(graph), -1, dtype=np.int32)
    entries: list[Entry] = []
    grounded = perf_counter() - began
    planning = _planning_s(wishes.deadline_s, grounded)
    for atoms, own in portions(graph, cells):
        left = None if planning is None else planning * len(atoms) / len(graph)
        division = partition(own, wishes.rule, wishes.seed, deadline=left, prove=wishes.prove, weights=wishes.weights)
        first = int(grid.max(initial=-1)) + 1
        grid[atoms] = first + division.grid_of
        for problem, solution, start in zip(division.problems, division.solutions, division.first_grid, strict=True):
            numbers = tuple(first + start + g for g in range(int(solution.grid_of.max()) + 1))
            compounds = _compounds(ground, graph, cells.home, atoms[problem.atoms])
            entries.append(Entry(compounds, problem.total, numbers, solution))
    smooth = wishes.smooth and not _late(wishes.deadline_s, perf_counter() - began, grounded)
    tiles = lay_tiles(cells, graph.unit, grid, smooth=smooth)
    return Drawing(Divided(ground, cells, graph, grid, tiles), tuple(entries), perf_counter() - began)


def _planning_s(deadline_s: float | None, spent_s: float) -> float | None:
    """Seconds left for plans and proofs: the polygons still to come take about as long as the cells have taken."""
    return None if deadline_s is None else max(deadline_s - (1 + TILES_TO_CELLS) * spent_s, LEAST_SHARE * deadline_s)


def _late(deadline_s: float | None, spent_s: float, grounded_s: float) -> bool:
    """Whether not even half of the time is left that was kept for the polygons: then their borders keep their kinks."""
    return deadline_s is not None and spent_s + TILES_TO_CELLS * grounded_s / 2 > deadline_s


def _compounds(ground: Ground, graph: AtomGraph, home: NDArray[np.int32], atoms: NDArray[np.intp]) -> tuple[str, ...]:
    return tuple(ground.compounds[int(h)].key for h in np.unique(home[graph.unit[atoms]]))
