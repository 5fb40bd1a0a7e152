"""An independent surveyor: measures cells with plain shapely, sharing no code with ``geo.topology``.

Nothing here trusts the lattice, the borders or the coverage functions that made the cells: areas are summed, overlaps
intersected pair by pair, connectivity walked from polygon to polygon.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import shapely

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

CM2 = 1e-4
SNAP_M = 0.002


def overlap_m2(shapes: Sequence[BaseGeometry]) -> float:
    """Ground covered twice, pair by pair."""
    return sum(a.intersection(b).area for a, b in combinations(shapes, 2) if a.intersects(b))


def common_border_m(a: BaseGeometry, b: BaseGeometry) -> float:
    """Metres of border two polygons share to the last bit."""
    return float(a.boundary.intersection(b.boundary).length)


def faults_of_tiling(cells: Sequence[BaseGeometry], compound: BaseGeometry) -> list[str]:
    """What is wrong with cells that should tile a compound: in words, empty when all is well."""
    faults: list[str] = []
    faults += [f"cell {i} is invalid" for i, cell in enumerate(cells) if not cell.is_valid]
    faults += [f"cell {i} is empty" for i, cell in enumerate(cells) if cell.area <= 0]
    if overlap_m2(cells) > CM2:
        faults.append(f"cells overlap by {overlap_m2(cells):.6f} m2")
    whole = shapely.union_all(list(cells))
    if abs(sum(cell.area for cell in cells) - whole.area) > CM2:
        faults.append("the areas do not add up")
    moved = shapely.hausdorff_distance(whole.boundary, compound.boundary)
    if moved > SNAP_M:
        faults.append(f"the outline moved by {moved * 1000:.2f} mm")
    if not shapely.coverage_is_valid(list(cells)):
        faults.append("neighbours do not share their corners")
    return faults


def cut_m2(footprint: BaseGeometry, cell: BaseGeometry) -> float:
    """Area of a footprint outside its cell, beyond what 2 mm of snapping explain."""
    return float(footprint.buffer(-SNAP_M).difference(cell).area)


def is_one_piece(shapes: Sequence[BaseGeometry]) -> bool:
    """Whether the union is a single polygon."""
    return isinstance(shapely.union_all(list(shapes)), shapely.Polygon)


def pieces(nodes: Sequence[Hashable], edges: Sequence[tuple[Hashable, Hashable]]) -> list[set[Hashable]]:
    """Connected pieces of a graph, by walking."""
    beside: Mapping[Hashable, set[Hashable]] = {node: set() for node in nodes}
    for a, b in edges:
        beside[a].add(b)
        beside[b].add(a)
    found: list[set[Hashable]] = []
    seen: set[Hashable] = set()
    for node in nodes:
        if node in seen:
            continue
        piece, queue = {node}, [node]
        while queue:
            for other in beside[queue.pop()] - piece:
                piece.add(other)
                queue.append(other)
        seen |= piece
        found.append(piece)
    return found
