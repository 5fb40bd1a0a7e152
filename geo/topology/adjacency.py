"""Who is next to whom: the atoms of a ground and the edges between them.

Adjacency is data (docs/decisions/0009). It is first read off the cells: two stairwells are neighbours when one can
walk from one's ground onto the other's. Then the planner's edits apply: a gate that the map does not know, a wall that
nobody drew. Therefore the cells of neighbours touch, and a connected grid is one piece on the map, but for small
compounds that a lane keeps apart (``lanes``).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.errors import InvalidInputError
from geo.topology.atoms import AtomGraph, EdgeKind
from geo.topology.lanes import across_lanes
from geo.topology.late import connected_components, coo_array

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from geo.topology.bounds import Rule
    from geo.topology.cells import Borders, Cells
    from geo.topology.ground import Ground, UnitSite

NECK_M = 1.0
"""A shorter border makes no neighbours, unless it is the only way."""
FLOOR_M = 3.0

UnitPair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Edits:
    """What planners know better than the map: pairs of unit keys joined (a gate) or parted (a wall)."""

    joined: frozenset[UnitPair] = frozenset()
    parted: frozenset[UnitPair] = frozenset()

    def __post_init__(self) -> None:
        for a, b in self.joined | self.parted:
            if a >= b:
                raise InvalidInputError(f"Name the units of an edge once, in order: ({b}, {a}), not ({a}, {b}).")


def adjacency(ground: Ground, cells: Cells, rule: Rule, edits: Edits | None = None) -> AtomGraph:
    """The atoms of a ground and their neighbourhood.

    Units are neighbours over at least 1 m of open border; units of one building along their party wall; units of
    different compounds, side by side or across a lane, only where both compounds hold fewer households than
    ``rule.least``. A unit with more than ``rule.most`` households becomes one atom a floor, of which only the lowest
    touches the ground.

    Args:
        ground: compounds, buildings and units, metres.
        cells: the same ground's cells.
        rule: the household rule.
        edits: edges to join or part on top of what the map says.

    Raises:
        InvalidInputError: for a unit without a count that makes sense, or an edit of an unknown unit.
    """
    _check(ground.units)
    building_keys = tuple(b.key for b in ground.buildings)
    number = {key: i for i, key in enumerate(building_keys)}
    building = np.array([number[u.building] for u in ground.units], dtype=np.int32)
    small = _small(ground, cells, rule)
    pair, kind = _unit_edges(cells, building, small)
    lanes = across_lanes(ground, cells, small)
    pair, kind = np.concatenate((pair, lanes)), np.concatenate((kind, np.zeros(len(lanes), dtype=np.uint8)))
    pair, kind = _edited(pair, kind, [u.key for u in ground.units], building, edits or Edits())
    unit, low, high, households = _atoms(ground.units, rule)
    first = np.searchsorted(unit, np.arange(len(ground.units))).astype(np.int32)
    stairs = np.flatnonzero(unit[1:] == unit[:-1])
    ends = np.concatenate((first[pair], np.column_stack((stairs, stairs + 1))))
    kinds = np.concatenate((kind, np.full(len(stairs), EdgeKind.BETWEEN_FLOORS)))
    order = np.lexsort((ends[:, 1], ends[:, 0]))
    return AtomGraph(
        unit=unit,
        building=building[unit],
        floor_lo=low,
        floor_hi=high,
        households=households,
        xyz_m=_places(cells, unit, low, high),
        edges=ends[order].astype(np.int32).reshape(-1, 2),
        edge_kind=kinds[order].astype(np.uint8),
        ground_m2=float(shapely.area(cells.polygons).sum()),
        unit_keys=tuple(u.key for u in ground.units),
        building_keys=building_keys,
    )


def _check(units: Iterable[UnitSite]) -> None:
    for unit in units:
        if unit.households < 0:
            raise InvalidInputError(f"Unit {unit.key} counts {unit.households} households: nobody can be fewer than 0.")
        if unit.floor_lo > unit.floor_hi:
            raise InvalidInputError(f"Unit {unit.key} goes from floor {unit.floor_lo} up to {unit.floor_hi}.")
        floors = unit.floor_households
        if floors and (len(floors) != unit.floor_hi - unit.floor_lo + 1 or sum(floors) != unit.households):
            raise InvalidInputError(f"Unit {unit.key} counts {floors} by floor, {unit.households} in all.")


def _small(ground: Ground, cells: Cells, rule: Rule) -> NDArray[np.bool_]:
    """Compounds too small to be a grid of their own."""
    counts = np.array([u.households for u in ground.units], dtype=np.int64)
    total = np.bincount(cells.home, weights=counts, minlength=len(ground.compounds))
    return np.asarray(total < rule.least)


def _unit_edges(
    cells: Cells, building: NDArray[np.int32], small: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Pairs of neighbouring units and their kinds."""
    borders = cells.borders
    pair = borders.pair
    here, there = cells.home[pair[:, 0]], cells.home[pair[:, 1]]
    allowed = ((here == there) | (small[here] & small[there])) & (borders.open_m > 0)
    alike = building[pair[:, 0]] == building[pair[:, 1]]
    sure = allowed & np.where(alike, borders.indoor_m > 0, borders.open_m >= NECK_M)
    kept = sure | _needed(borders, allowed & ~sure & (borders.shut_m == 0), sure, len(building))
    kind = np.where(alike, EdgeKind.BETWEEN_UNITS, EdgeKind.BETWEEN_BUILDINGS).astype(np.uint8)
    return pair[kept], kind[kept]


def _needed(borders: Borders, maybe: NDArray[np.bool_], sure: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """The doubtful borders without which some unit could not be reached, longest first."""
    needed = np.zeros(len(sure), dtype=bool)
    links = coo_array((np.ones(sure.sum()), tuple(borders.pair[sure].T)), shape=(count, count))
    piece = connected_components(links, directed=False)[1]
    for i in np.flatnonzero(maybe)[np.argsort(-borders.open_m[maybe], kind="stable")]:
        a, b = piece[borders.pair[i]]
        if a != b:
            needed[i] = True
            piece[piece == b] = a
    return needed


def walkable(ground: Ground, cells: Cells) -> NDArray[np.int32]:
    """Pairs of units a < b that one can walk between, in one compound or from one to the next; (p, 2), sorted.

    Whether units of two compounds count as neighbours depends on the households there, so a ``Plan`` asks anew.
    """
    number = {b.key: i for i, b in enumerate(ground.buildings)}
    building = np.array([number[u.building] for u in ground.units], dtype=np.int32)
    nowhere, everywhere = np.zeros(len(ground.compounds), dtype=bool), np.ones(len(ground.compounds), dtype=bool)
    inside, _ = _unit_edges(cells, building, nowhere)
    all_, _ = _unit_edges(cells, building, everywhere)
    beyond = all_[cells.home[all_[:, 0]] != cells.home[all_[:, 1]]]
    return np.unique(np.concatenate((inside, beyond, across_lanes(ground, cells, everywhere))), axis=0)


def _edited(
    pair: NDArray[np.int32],
    kind: NDArray[np.uint8],
    keys: list[str],
    building: NDArray[np.int32],
    edits: Edits,
) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Join and part as the planners say."""
    if not edits.joined and not edits.parted:
        return pair, kind
    number = {key: i for i, key in enumerate(keys)}
    unknown = sorted({key for edge in edits.joined | edits.parted for key in edge} - number.keys())
    if unknown:
        raise InvalidInputError(f"An edit of adjacency names unit {unknown[0]}, which is not there.")
    edges = {(a, b): k for (a, b), k in zip(map(tuple, pair.tolist()), kind.tolist(), strict=True)}
    for one, other in sorted(edits.joined):
        a, b = sorted((number[one], number[other]))
        alike = building[a] == building[b]
        edges.setdefault((a, b), int(EdgeKind.BETWEEN_UNITS if alike else EdgeKind.BETWEEN_BUILDINGS))
    for one, other in edits.parted:
        a, b = sorted((number[one], number[other]))
        edges.pop((a, b), None)
    return np.array(sorted(edges), dtype=np.int32).reshape(-1, 2), np.array([edges[e] for e in sorted(edges)], np.uint8)


def _atoms(units: Iterable[UnitSite], rule: Rule) -> tuple[NDArray[np.int32], ...]:
    """Unit, lowest floor, highest floor and households of each atom, floors of a unit upwards."""
    rows: list[tuple[int, int, int, int]] = []
    for i, unit in enumerate(units):
        if unit.households <= rule.most or unit.floor_lo == unit.floor_hi:
            rows.append((i, unit.floor_lo, unit.floor_hi, unit.households))
            continue
        for floor, count in enumerate(floor_counts(unit), start=unit.floor_lo):
            rows.append((i, floor, floor, count))
    table = np.array(rows, dtype=np.int32).reshape(-1, 4)
    return tuple(np.ascontiguousarray(column) for column in table.T)


def floor_counts(unit: UnitSite) -> tuple[int, ...]:
    """Households floor by floor, from the lowest; spread evenly where nobody counted.

    >>> from geo.topology.ground import UnitSite
    >>> floor_counts(UnitSite("u", "b", households=7, floor_lo=1, floor_hi=3))
    (2, 3, 2)
    """
    if unit.floor_households:
        return unit.floor_households
    floors = unit.floor_hi - unit.floor_lo + 1
    upto = [(2 * unit.households * n + floors) // (2 * floors) for n in range(floors + 1)]
    return tuple(b - a for a, b in pairwise(upto))


def _places(
    cells: Cells, unit: NDArray[np.int32], low: NDArray[np.int32], high: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Middle of each atom: its footprint's centre, half way up its floors."""
    xy = shapely.get_coordinates(shapely.centroid(cells.parts))[unit]
    return np.column_stack((xy, FLOOR_M * (low + high - 1) / 2)).astype(np.float64)
