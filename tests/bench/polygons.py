"""Cells and grid polygons of every kind of compound: right to the square centimetre, and how fast.

The surveyor of the tests measures them; a bare Voronoi diagram of the same footprints, clipped to the compound, is the
peer for speed (it cuts footprints, ignores walls and gives no neighbours).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from time import process_time
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import Voronoi

from geo.synthesis.compounds import KINDS, make
from geo.topology.adjacency import adjacency
from geo.topology.bounds import Rule
from geo.topology.cells import lay_cells
from geo.topology.portions import inhabited
from geo.topology.survey import ground_of, plane_of
from geo.topology.tiles import lay_tiles
from tests.bench.report import Figure, Report
from tests.geo.topology.surveyor import CM2, SNAP_M, cut_m2, pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.topology.atoms import AtomGraph
    from geo.topology.cells import Cells
    from geo.topology.ground import Ground
    from geo.topology.tiles import Tiles


@dataclass(slots=True)
class Tally:
    """What was measured over many compounds."""

    invalid: int = 0
    area_m2: float = 0.0
    moved_m: float = 0.0
    lost: int = 0
    cut: int = 0
    torn: int = 0
    rough: int = 0
    compounds: int = 0
    grids: int = 0
    seconds: list[float] = field(default_factory=list)
    bare_seconds: list[float] = field(default_factory=list)


def bench(report: Report, *, quick: bool) -> None:
    """Draw compounds of all kinds and report the bars of issue 5; the whole city is in ``bench partition``."""
    tally = Tally()
    seeds = 3 if quick else 200
    for kind in KINDS:
        few = 0 if quick else 1  # one huge compound takes as long as all others of the quick mode
        for seed in range(1, (few if kind == "huge" else seeds) + 1):
            city = make(kind, seed)
            ground, _ = inhabited(ground_of(city, plane_of(city.compounds)))
            if ground.units:
                measure(tally, ground)
    for figure in figures(tally):
        report.add(figure)


def measure(tally: Tally, ground: Ground) -> None:
    """Draw one ground and let the surveyor look."""
    began = process_time()
    cells = lay_cells(ground)
    graph = adjacency(ground, cells, Rule())
    grid = some_plan(graph)
    tiles = lay_tiles(cells, graph.unit, grid)
    tally.seconds.append(process_time() - began)
    tally.bare_seconds.append(bare_voronoi(ground, cells))
    rough = lay_tiles(cells, graph.unit, grid, smooth=False)
    tally.rough += int(len(tiles.polygons) > 1 and bool(shapely.equals_exact(tiles.polygons, rough.polygons).all()))
    survey(tally, ground, cells, tiles)
    for number in range(int(grid.max()) + 1):
        tally.grids += 1
        members = np.flatnonzero(grid == number).tolist()
        inside = set(members)
        edges = [(a, b) for a, b in graph.edges.tolist() if a in inside and b in inside]
        one_home = len(np.unique(cells.home[graph.unit[members]])) == 1
        if one_home and len(pieces(members, edges)) == 1 and not isinstance(tiles.grid(number), shapely.Polygon):
            tally.torn += 1


def survey(tally: Tally, ground: Ground, cells: Cells, tiles: Tiles) -> None:
    """Validity, areas, outlines and footprints, compound by compound."""
    for home in np.unique(cells.home):
        outline = ground.compounds[int(home)].geometry
        own = cells.polygons[cells.home == home]
        used = np.unique(tiles.of_unit[cells.home == home])
        tally.compounds += 1
        for polygons in (own, tiles.polygons[used]):
            whole = shapely.union_all(polygons)
            fine = shapely.is_valid(polygons).all() and shapely.coverage_is_valid(polygons)
            tally.invalid += int(not fine)
            area = float(shapely.area(polygons).sum())
            tally.area_m2 = max(tally.area_m2, abs(area - float(shapely.area(whole))))
            tally.lost += int(abs(area - outline.area) > CM2)
            moved = shapely.hausdorff_distance(shapely.boundary(whole), shapely.boundary(outline))
            tally.moved_m = max(tally.moved_m, float(moved))
    for part, cell, tile in zip(cells.parts, cells.polygons, tiles.of_unit, strict=True):
        tally.cut += int(cut_m2(part, cell) > CM2 or cut_m2(part, tiles.polygons[tile]) > 0.02)


def some_plan(graph: AtomGraph) -> NDArray[np.int32]:
    """Any plan of connected grids of about 70 households will do here: neighbours are gathered as they come."""
    beside: list[list[int]] = [[] for _ in range(len(graph))]
    for a, b in graph.edges.tolist():
        beside[a].append(b)
        beside[b].append(a)
    grid = np.full(len(graph), -1, dtype=np.int32)
    for number, seed in enumerate(np.arange(len(graph))):
        if grid[seed] >= 0:
            continue
        queue, count = [int(seed)], 0
        while queue and count < 70:
            atom = queue.pop(0)
            if grid[atom] < 0:
                grid[atom] = number
                count += int(graph.households[atom])
                queue += beside[atom]
    return np.unique(grid, return_inverse=True)[1].astype(np.int32)


def bare_voronoi(ground: Ground, cells: Cells) -> float:
    """Seconds for scipy's Voronoi regions of the same footprints, clipped to their compounds and dissolved by unit."""
    began = process_time()
    for home in np.unique(cells.home):
        outline = ground.compounds[int(home)].geometry
        xy, unit = shapely.get_coordinates(
            shapely.segmentize(shapely.buffer(cells.parts[cells.home == home], -0.25), 5.0), return_index=True
        )
        xy, first = np.unique(xy, axis=0, return_index=True)
        far = np.array(outline.centroid.coords[0]) + 1e4 * np.array([(-1, -1), (-1, 1), (1, -1), (1, 1)])
        diagram = Voronoi(np.concatenate((xy, far)))
        regions = [diagram.vertices[diagram.regions[diagram.point_region[i]]] for i in range(len(xy))]
        clipped = shapely.intersection(np.array([shapely.Polygon(r) for r in regions], dtype=object), outline)
        for u in np.unique(unit):
            shapely.union_all(clipped[unit[first] == u])
    return process_time() - began


def figures(tally: Tally) -> list[Figure]:
    """The bars of issue 5 on polygons."""
    seconds, bare = np.array(tally.seconds), np.array(tally.bare_seconds)
    ratio = float(seconds.sum() / bare.sum())
    looked = f"over {tally.compounds} compounds, {tally.grids} grids"
    return [
        Figure("coverages that are not valid", tally.invalid, "", looked, "0", tally.invalid == 0),
        Figure("largest error of area", tally.area_m2 * 1e4, "cm2", looked, "<= 1 cm2", tally.area_m2 <= CM2),
        Figure(
            "coverages not as large as the outline drawn", tally.lost, "", f"two a compound; by over 1 cm2, {looked}"
        ),
        Figure("largest move of an outline", tally.moved_m * 1e3, "mm", looked, "<= 2 mm", tally.moved_m <= SNAP_M),
        Figure("footprints cut", tally.cut, "", looked, "0", tally.cut == 0),
        Figure("grids in pieces though connected", tally.torn, "", looked, "0", tally.torn == 0),
        Figure("compounds whose borders keep their kinks", tally.rough, "", looked),
        Figure("one compound, median", float(np.median(seconds)) * 1e3, "ms", f"{ratio:.1f} x a bare Voronoi diagram"),
        Figure("one compound, p95", float(np.quantile(seconds, 0.95)) * 1e3, "ms", "processor time"),
    ]
