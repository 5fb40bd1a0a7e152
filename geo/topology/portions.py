"""Takes ground and graphs apart where nothing holds them together, so that each part can be worked on by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.topology.atoms import AtomGraph
from geo.topology.ground import Ground
from geo.topology.lanes import LANE_M
from geo.topology.late import connected_components, coo_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.topology.cells import Cells


def inhabited(ground: Ground) -> tuple[Ground, tuple[str, ...]]:
    """The ground without compounds in which nobody lives, and the keys of those."""
    home = {b.key: b.compound for b in ground.buildings}
    living = {home[u.building] for u in ground.units if u.households > 0}
    empty = tuple(c.key for c in ground.compounds if c.key not in living)
    return (_part(ground, living), empty) if empty else (ground, ())


def neighbouring(ground: Ground) -> list[Ground]:
    """The ground in parts whose compounds lie too far apart to have anything to do with each other."""
    outlines = np.array([c.geometry for c in ground.compounds], dtype=object)
    one, other = shapely.STRtree(outlines).query(outlines, predicate="dwithin", distance=LANE_M)
    cluster = _pieces(len(outlines), one, other)
    names: dict[int, set[str]] = {}
    for compound, number in zip(ground.compounds, cluster.tolist(), strict=True):
        names.setdefault(number, set()).add(compound.key)
    return [_part(ground, keys) for keys in names.values()]


def _part(ground: Ground, keys: set[str]) -> Ground:
    """Some compounds of a ground, with all that stands there and the barriers near them."""
    compounds = tuple(c for c in ground.compounds if c.key in keys)
    buildings = tuple(b for b in ground.buildings if b.compound in keys)
    standing = {b.key for b in buildings}
    units = tuple(u for u in ground.units if u.building in standing)
    if not compounds or not (ground.barriers or ground.gates):
        return Ground(compounds, buildings, units)
    frame = shapely.box(*shapely.total_bounds([c.geometry for c in compounds])).buffer(2 * LANE_M)
    return Ground(
        compounds,
        buildings,
        units,
        tuple(line for line in ground.barriers if frame.intersects(line)),
        tuple(gate for gate in ground.gates if frame.intersects(gate)),
    )


def portions(graph: AtomGraph, cells: Cells) -> list[tuple[NDArray[np.intp], AtomGraph]]:
    """The graph compound by compound (compounds that join hands together), with the atoms of each."""
    home = cells.home[graph.unit]
    ends = home[graph.edges]
    piece = _pieces(int(home.max(initial=-1)) + 1, ends[:, 0], ends[:, 1])[home]
    area = np.asarray(shapely.area(cells.polygons))
    parts: list[tuple[NDArray[np.intp], AtomGraph]] = []
    for number in np.unique(piece):
        atoms = np.flatnonzero(piece == number)
        parts.append((atoms, _sub(graph, atoms, float(area[np.unique(graph.unit[atoms])].sum()))))
    return parts


def _sub(graph: AtomGraph, atoms: NDArray[np.intp], ground_m2: float) -> AtomGraph:
    number = np.full(len(graph), -1, dtype=np.int32)
    number[atoms] = np.arange(len(atoms), dtype=np.int32)
    inside = number[graph.edges[:, 0]] >= 0
    return AtomGraph(
        unit=graph.unit[atoms],
        building=graph.building[atoms],
        floor_lo=graph.floor_lo[atoms],
        floor_hi=graph.floor_hi[atoms],
        households=graph.households[atoms],
        xyz_m=graph.xyz_m[atoms],
        edges=number[graph.edges[inside]],
        edge_kind=graph.edge_kind[inside],
        ground_m2=ground_m2,
        unit_keys=graph.unit_keys,
        building_keys=graph.building_keys,
    )


def _pieces(count: int, one: NDArray[np.integer], other: NDArray[np.integer]) -> NDArray[np.int32]:
    links = coo_array((np.ones(len(one)), (one, other)), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1])
