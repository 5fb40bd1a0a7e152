"""The ground of each stairwell: cells that tile a compound exactly and never cut a footprint.

The recipe of docs/decisions/0008: half-way lines, footprints, barriers and outlines are noded once on a 1 mm lattice;
every face goes to the unit nearest by foot, that is, without crossing a barrier where there is a way round. Each cell
is one piece wherever the ground is, and two cells meet at an open border exactly where neighbours may join hands:
adjacency (``adjacency``) is read from the same borders, so map and graph cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.topology.faces import Faces, faces, pieces
from geo.topology.footprints import Footprints, footprints
from geo.topology.halfway import halfway_lines, outlines
from geo.topology.late import connected_components, coo_array
from geo.topology.restored import restored
from geo.topology.settling import settle

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely import Polygon

    from geo.topology.ground import Areal, Ground

ON_A_LINE_M = 0.002


@dataclass(frozen=True, slots=True, eq=False)
class Borders:
    """Where two cells meet, one row a pair of units a < b.

    Attributes:
        pair: (b, 2) int32 indices of units.
        open_m: metres of border that one can walk across.
        shut_m: metres of border along a barrier, or in a pocket that only its owner's fence encloses.
        indoor_m: metres of border inside a footprint: the party wall of two stairwells.
    """

    pair: NDArray[np.int32]
    open_m: NDArray[np.float64]
    shut_m: NDArray[np.float64]
    indoor_m: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """One cell for each unit of a ground, in the order of ``Ground.units``; metres.

    Attributes:
        polygons: (n,) cells; a valid coverage; corners on the 1 mm lattice, those of outlines as they were drawn.
        parts: (n,) the footprint part inside each cell.
        obstacles: (k,) footprints where nobody lives; each inside one cell.
        holder: (k,) the unit whose cell holds the obstacle.
        home: (n,) int32, index of the unit's compound.
        borders: where cells meet.
    """

    polygons: NDArray[np.object_]
    parts: NDArray[np.object_]
    obstacles: NDArray[np.object_]
    holder: NDArray[np.intp]
    home: NDArray[np.int32]
    borders: Borders


def lay_cells(ground: Ground) -> Cells:
    """Tile every compound in which somebody lives with the cells of its units.

    Raises:
        InvalidInputError: for a unit or building whose building or compound is not there.
        InvalidGeometryError: for a coordinate that is no number.
    """
    fixed = footprints(ground)
    compounds = np.array([c.geometry for c in ground.compounds], dtype=object)
    barriers = _barriers(ground, fixed)
    samples = outlines(fixed, compounds)
    drawn, home = _drawn(compounds, fixed, halfway_lines(samples, fixed.home, compounds), barriers)
    shut = _on_barrier(drawn, barriers)
    unit = _occupant(drawn.inside, fixed.parts)
    block = np.where(unit >= 0, -1, _occupant(drawn.inside, fixed.obstacles))
    nearest = np.where(unit >= 0, unit, samples.nearest(drawn.inside, home))
    owner, annexed = settle(drawn, shut=shut, home=home, unit=unit, block=block, nearest=nearest)
    holder = np.full(len(fixed.obstacles), -1, dtype=np.intp)
    holder[block[block >= 0]] = owner[block >= 0]
    return Cells(
        polygons=restored(_gathered(drawn.polygons, owner, len(ground.units)), fixed.home, compounds),
        parts=fixed.parts,
        obstacles=fixed.obstacles[holder >= 0],
        holder=holder[holder >= 0],
        home=fixed.home,
        borders=_borders(drawn, shut, owner, annexed, unit),
    )


def _drawn(
    compounds: NDArray[np.object_],
    fixed: Footprints,
    halfway: list[shapely.Geometry],
    barriers: NDArray[np.object_],
) -> tuple[Faces, NDArray[np.intp]]:
    """The faces and their compounds, noded cluster by cluster of compounds that touch: large drawings go slowly."""
    cluster = _clusters(compounds)
    lived_in = np.unique(fixed.home).astype(np.intp)
    compound, wall = shapely.STRtree(barriers).query(compounds, predicate="intersects")
    rings = [shapely.boundary(g) for g in (compounds, fixed.parts, fixed.obstacles)]
    lines = np.concatenate((*rings, np.array(halfway, dtype=object), barriers[wall]))
    homes = (np.arange(len(compounds)), fixed.home, fixed.obstacle_home, np.arange(len(compounds)), compound)
    of_line = cluster[np.concatenate(homes)]
    order = np.argsort(of_line, kind="stable")
    order = order[np.isin(of_line[order], cluster[lived_in])]
    starts = np.flatnonzero(np.diff(of_line[order], prepend=-1))
    sheets = [pieces(lines[own]) for own in np.split(order, starts[1:])]
    drawn = faces(np.concatenate(sheets))
    of_face = np.repeat(of_line[order[starts]], [len(sheet) for sheet in sheets])
    home = _compound_of(drawn, of_face, compounds, cluster, lived_in)
    return drawn.take(home >= 0), home[home >= 0]


def _clusters(compounds: NDArray[np.object_]) -> NDArray[np.int32]:
    """Number the compounds so that those that touch share a number."""
    one, other = shapely.STRtree(compounds).query(compounds, predicate="dwithin", distance=ON_A_LINE_M)
    links = coo_array((np.ones(len(one)), (one, other)), shape=(len(compounds), len(compounds)))
    return np.asarray(connected_components(links, directed=False)[1])


def _barriers(ground: Ground, fixed: Footprints) -> NDArray[np.object_]:
    """Barriers near the compounds, without gates and without what runs through a footprint."""
    lines = np.array(ground.barriers, dtype=object)
    if not len(lines):
        return lines
    lines = lines[shapely.intersects(lines, shapely.box(*shapely.total_bounds([c.geometry for c in ground.compounds])))]
    holes = [*shapely.buffer(np.array(ground.gates, dtype=object), GATE_M)] if ground.gates else []
    solid = np.concatenate((fixed.parts, fixed.obstacles, np.array(holes, dtype=object)))
    line, hole = shapely.STRtree(solid).query(lines, predicate="intersects")
    for i in np.unique(line):
        lines[i] = shapely.difference(lines[i], shapely.union_all(solid[hole[line == i]]))
    return lines


GATE_M = 2.0
"""Half the width of the opening that a gate makes in a barrier."""


def _compound_of(
    drawn: Faces,
    of_face: NDArray[np.int32],
    compounds: NDArray[np.object_],
    cluster: NDArray[np.int32],
    wanted: NDArray[np.intp],
) -> NDArray[np.intp]:
    """Which of the wanted compounds of its cluster holds each face, the first where two overlap; -1 outside.

    Of another cluster because one may lie in the yard that another encloses.
    """
    home = np.full(len(drawn.polygons), -1, dtype=np.intp)
    face, place = shapely.STRtree(compounds[wanted]).query(drawn.inside, predicate="within")
    own = of_face[face] == cluster[wanted[place]]
    face, place = face[own], place[own]
    home[face[::-1]] = wanted[place[::-1]]
    return home


def _occupant(points: NDArray[np.object_], solids: NDArray[np.object_]) -> NDArray[np.intp]:
    """Which polygon holds each point, or -1."""
    found = np.full(len(points), -1, dtype=np.intp)
    if len(solids):
        point, solid = shapely.STRtree(solids).query(points, predicate="within")
        found[point[::-1]] = solid[::-1]
    return found


def _on_barrier(drawn: Faces, barriers: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Whether each inner segment runs along a barrier."""
    shut = np.zeros(len(drawn.pair), dtype=bool)
    if len(barriers):
        middles = shapely.points(drawn.segment.mean(axis=1))
        shut[shapely.STRtree(barriers).query(middles, predicate="dwithin", distance=ON_A_LINE_M)[0]] = True
    return shut


def _gathered(polygons: NDArray[np.object_], owner: NDArray[np.intp], count: int) -> NDArray[np.object_]:
    """The union of each unit's faces."""
    order = np.argsort(owner, kind="stable")
    ends = np.searchsorted(owner[order], np.arange(count + 1)).tolist()
    mine = polygons[order]
    cells = np.empty(count, dtype=object)
    for unit, (start, end) in enumerate(pairwise(ends)):
        cells[unit] = mine[start] if end == start + 1 else shapely.coverage_union_all(mine[start:end])
    pieces, unit_of = shapely.get_parts(cells, return_index=True)
    alone = np.bincount(unit_of, minlength=count) == 1
    cells[alone] = pieces[alone[unit_of]]
    return np.asarray(shapely.normalize(cells))


def one_polygon(cell: shapely.Geometry) -> Areal:
    """A coverage union as a polygon where it is one piece, else a multipolygon."""
    pieces: list[Polygon] = list(shapely.get_parts(shapely.get_parts(cell)))
    return pieces[0] if len(pieces) == 1 else shapely.MultiPolygon(pieces)


def _borders(
    drawn: Faces,
    shut: NDArray[np.bool_],
    owner: NDArray[np.intp],
    annexed: NDArray[np.bool_],
    unit: NDArray[np.intp],
) -> Borders:
    """Sum up the segments between different cells."""
    sides = owner[drawn.pair]
    meets = sides[:, 0] != sides[:, 1]
    low, high = sides[meets].min(axis=1), sides[meets].max(axis=1)
    pair, row = np.unique(np.column_stack((low, high)), axis=0, return_inverse=True)
    length = drawn.length_m[meets]
    closed = np.asarray(shut | annexed[drawn.pair].any(axis=1))[meets]
    indoor = np.asarray((unit[drawn.pair] >= 0).all(axis=1))[meets]

    def total(chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
        return np.bincount(row.ravel(), weights=np.where(chosen, length, 0.0), minlength=len(pair)).astype(np.float64)

    return Borders(pair.astype(np.int32), total(~closed), total(closed), total(indoor & ~closed))
