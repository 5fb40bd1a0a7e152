"""A plan: which dwelling belongs to which micro-grid, over the ground on which they stand.

A plan never changes: every verb (``reassign``, ``merge``, ``split`` ...) gives a new one that shares all it did not
touch, so undo keeps the old one. Dwellings are floors of units; polygons are derived (``outline``), never stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import shapely

from geo.topology.adjacency import Edits, floor_counts
from geo.topology.cells import one_polygon

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from geo.topology.bounds import Rule
    from geo.topology.ground import Areal, BuildingSite, CompoundSite, UnitSite

Atom = tuple[str, int]
"""A unit and the place of one of its bands."""


@dataclass(frozen=True, slots=True)
class Band:
    """Floors ``floor_lo``..``floor_hi`` (inclusive) of a unit and the grid they belong to; None: to none yet."""

    floor_lo: int
    floor_hi: int
    grid: str | None


@dataclass(frozen=True, slots=True)
class MicroGrid:
    """A micro-grid (微网格) of a plan. A locked one changes neither by hand nor by machine."""

    key: str
    name: str
    locked: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Dwellings, grids and the ground, all by key.

    Attributes:
        rule: the household rule.
        compounds: outlines in metres; each is the union of its cells once somebody lives there.
        buildings: footprints and the compound of each.
        units: stairwells with their households.
        cells: the ground of each unit, metres.
        edges: units one can walk to from each unit, in its compound and beyond.
        edits: what planners said about neighbours on top of the map; already part of ``edges``.
        bands: for each unit its floors from the lowest to the highest, without gap or overlap.
        grids: the micro-grids; each holds at least one dwelling.
        barriers: lines that part neighbours, metres.
        gates: points where a barrier may be passed.
    """

    rule: Rule
    compounds: Mapping[str, CompoundSite]
    buildings: Mapping[str, BuildingSite]
    units: Mapping[str, UnitSite]
    cells: Mapping[str, Areal]
    edges: Mapping[str, frozenset[str]]
    bands: Mapping[str, tuple[Band, ...]]
    grids: Mapping[str, MicroGrid]
    edits: Edits = field(default_factory=Edits)
    barriers: tuple[shapely.LineString, ...] = ()
    gates: tuple[shapely.Point, ...] = ()
    _members: dict[str | None, list[Atom]] = field(default_factory=dict, init=False, repr=False)
    _small: list[frozenset[str]] = field(default_factory=list, init=False, repr=False)

    def members(self, grid: str | None) -> list[Atom]:
        """Bands that belong to a grid (None: to none yet), by unit. Found once a plan, on first asking."""
        if not self._members:
            for unit, bands in self.bands.items():
                for place, band in enumerate(bands):
                    self._members.setdefault(band.grid, []).append((unit, place))
        return self._members.get(grid, [])

    def behind(self, unit: str, floor_lo: int, floor_hi: int) -> int:
        """Households behind some floors of a unit."""
        site = self.units[unit]
        if (floor_lo, floor_hi) == (site.floor_lo, site.floor_hi):
            return site.households
        return sum(floor_counts(site)[floor_lo - site.floor_lo : floor_hi - site.floor_lo + 1])

    def households(self, grid: str | None) -> int:
        """Households of a grid."""
        bands = ((unit, self.bands[unit][place]) for unit, place in self.members(grid))
        return sum(self.behind(unit, band.floor_lo, band.floor_hi) for unit, band in bands)

    def compound(self, unit: str) -> str:
        """The compound in which a unit stands."""
        return self.buildings[self.units[unit].building].compound

    def small(self) -> frozenset[str]:
        """Compounds with fewer households than the rule's minimum: they may join hands. Found once a plan."""
        if not self._small:
            total = dict.fromkeys(self.compounds, 0)
            for unit, site in self.units.items():
                total[self.compound(unit)] += site.households
            self._small.append(frozenset(key for key, count in total.items() if count < self.rule.least))
        return self._small[0]

    def beside(self, atom: Atom, small: frozenset[str]) -> Iterator[Atom]:
        """Bands next to a band: above, below, and on the ground where it stands on the ground."""
        unit, place = atom
        if place > 0:
            yield unit, place - 1
        else:
            home = self.compound(unit)
            for other in self.edges[unit]:
                there = self.compound(other)
                if there == home or (home in small and there in small):
                    yield other, 0
        if place + 1 < len(self.bands[unit]):
            yield unit, place + 1

    def neighbours(self, grid: str) -> frozenset[str]:
        """Grids that share a border, a floor or a lane with a grid."""
        small = self.small()
        around = {
            self.bands[unit][place].grid for atom in self.members(grid) for unit, place in self.beside(atom, small)
        }
        return frozenset(other for other in around if other is not None and other != grid)

    def pieces(self, grid: str) -> int:
        """Into how many pieces a grid falls; 1 when its dwellings are connected."""
        return len(pieces(self, self.members(grid)))

    def outline(self, grid: str | None) -> Areal:
        """The polygon of a grid, metres: the union of its units' cells."""
        own = sorted({unit for unit, _ in self.members(grid)})
        return one_polygon(shapely.normalize(shapely.coverage_union_all([self.cells[unit] for unit in own])))

    def give(self, spans: Iterable[Span], grid: str | None) -> Plan:
        """The plan with some floors given to a grid; no questions asked (the verbs ask them)."""
        bands = dict(self.bands)
        for span in spans:
            bands[span.unit] = painted(bands[span.unit], span, grid)
        return replace(self, bands=bands)

    def spans(self, grid: str | None) -> tuple[Span, ...]:
        """All floors of a grid."""
        return tuple(
            Span(unit, self.bands[unit][place].floor_lo, self.bands[unit][place].floor_hi)
            for unit, place in self.members(grid)
        )


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Floors ``floor_lo``..``floor_hi`` (inclusive) of a unit: what an edit moves."""

    unit: str
    floor_lo: int
    floor_hi: int


def pieces(plan: Plan, atoms: list[Atom]) -> list[set[Atom]]:
    """Connected pieces of some bands."""
    left, small = set(atoms), plan.small()
    found: list[set[Atom]] = []
    for atom in atoms:
        if atom not in left:
            continue
        piece, queue = {atom}, [atom]
        left.discard(atom)
        while queue:
            for other in plan.beside(queue.pop(), small):
                if other in left:
                    left.discard(other)
                    piece.add(other)
                    queue.append(other)
        found.append(piece)
    return found


def painted(bands: tuple[Band, ...], span: Span, grid: str | None) -> tuple[Band, ...]:
    """Bands of a unit with some floors given to a grid; bands of one grid that meet become one.

    >>> [(band.floor_lo, band.floor_hi, band.grid) for band in painted((Band(1, 9, "a"),), Span("u", 4, 6), "b")]
    [(1, 3, 'a'), (4, 6, 'b'), (7, 9, 'a')]
    """
    parts: list[Band] = []
    for band in bands:
        low, high = max(band.floor_lo, span.floor_lo), min(band.floor_hi, span.floor_hi)
        if low > high:
            parts.append(band)
            continue
        cut = (
            Band(band.floor_lo, low - 1, band.grid),
            Band(low, high, grid),
            Band(high + 1, band.floor_hi, band.grid),
        )
        parts += [part for part in cut if part.floor_lo <= part.floor_hi]
    whole = parts[:1]
    for part in parts[1:]:
        if part.grid == whole[-1].grid:
            whole[-1] = Band(whole[-1].floor_lo, part.floor_hi, part.grid)
        else:
            whole.append(part)
    return tuple(whole)
