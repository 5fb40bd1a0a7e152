"""A city of 3,045 communities, from ground to proofs, judged by communities spread evenly over its plan.

Every stage is the processor time of one process, so that a busy machine blurs it least; a city's parts have nothing to
do with each other, so two cores take half of the sum. ``CITY`` in the environment asks for more or fewer communities.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from time import process_time
from typing import TYPE_CHECKING

import numpy as np

from geo.partition.partition import Division, partition
from geo.synthesis.city import community
from geo.synthesis.cityplan import CITY, city_plan
from geo.topology.adjacency import adjacency
from geo.topology.bounds import Rule
from geo.topology.cells import lay_cells
from geo.topology.portions import inhabited, portions
from geo.topology.survey import ground_of, plane_of
from geo.topology.tiles import lay_tiles
from tests.bench.report import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.topology.ground import Ground
    from tests.bench.report import Report

CORES = 2
FEW, MANY = 8, 48
HURRY_S = 60.0


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor seconds of one community, stage by stage, and what came out."""

    cells: float
    graph: float
    plans: float
    proofs: float
    tiles: float
    problems: int
    proved: int


def grounds(count: int) -> Iterator[Ground]:
    """The inhabited ground of so many communities, from the centre to the edge."""
    plan = city_plan()
    for place in range(len(plan.communities) // (2 * count), len(plan.communities), len(plan.communities) // count):
        part = community(plan, place)
        ground, _ = inhabited(ground_of(part, plane_of(part.compounds)))
        if ground.units:
            yield ground


def measure(report: Report, *, quick: bool) -> None:
    """Draw the communities and report the city's three bars."""
    spent = [_drawn(ground) for ground in grounds(int(os.environ.get("CITY", FEW if quick else MANY)))]

    def city(*stages: str) -> float:
        return float(np.mean([sum(getattr(s, stage) for stage in stages) for s in spent])) * CITY / CORES

    problems = sum(s.problems for s in spent)
    proved = f"{sum(s.proved for s in spent)} of {problems} problems of {len(spent)} communities proved"
    for name, value, bar, beside in (
        ("city, plans with graph", city("graph", "plans"), 90.0, f"neighbours alone {city('graph'):.0f} s"),
        ("city, proofs", city("proofs"), 600.0, proved),
        ("city, cells and polygons", city("cells", "tiles"), 180.0, f"cells alone {city('cells'):.0f} s"),
    ):
        words = f"{CITY} communities on {CORES} cores; {beside}"
        report.add(Figure(name, round(value, 1), "s", words, f"<= {bar:.0f}", value <= bar))


def _drawn(ground: Ground) -> Spent:
    clock = [process_time()]
    cells = lay_cells(ground)
    clock.append(process_time())
    graph = adjacency(ground, cells, Rule())
    parts = portions(graph, cells)
    clock.append(process_time())
    for _, own in parts:
        partition(own, Rule(), 1, prove=False)
    clock.append(process_time())
    grid = np.full(len(graph), -1, dtype=np.int32)
    divisions: list[Division] = []
    for atoms, own in parts:
        divisions.append(partition(own, Rule(), 1, deadline=HURRY_S))
        grid[atoms] = divisions[-1].grid_of + grid.max(initial=-1) + 1
    clock.append(process_time())
    lay_tiles(cells, graph.unit, grid)
    clock.append(process_time())
    made, near, planned, both, laid = np.diff(clock).tolist()
    solutions = [s for d in divisions for s in d.solutions]
    return Spent(made, near, planned, max(both - planned, 0.0), laid, len(solutions), sum(s.proved for s in solutions))
