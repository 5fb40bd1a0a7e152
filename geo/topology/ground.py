"""What the ground of some compounds carries: their outlines, buildings, units, barriers and gates, in metres.

This is what cells and adjacency are made from, whether it came from a file, from the store or from a test. All
geometry lies in one metric plane (``geo.crs``); counts are households.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shapely import LineString, MultiPolygon, Point, Polygon

    Areal = Polygon | MultiPolygon
    Footprint = Areal | Point


@dataclass(frozen=True, slots=True)
class CompoundSite:
    """A compound (小区) and its outline in metres."""

    key: str
    geometry: Areal


@dataclass(frozen=True, slots=True)
class BuildingSite:
    """A building (楼栋) of a compound; a point where no footprint is known. Without units nobody lives in it."""

    key: str
    compound: str
    geometry: Footprint


@dataclass(frozen=True, slots=True)
class UnitSite:
    """A unit (单元) of a building: ``households`` behind ``floor_lo``..``floor_hi``, both inclusive.

    ``geometry`` is its part of the footprint, a point in it, or None: then the footprint is split along its length.
    ``floor_households`` counts floor by floor where that is known (empty: spread evenly).
    """

    key: str
    building: str
    households: int
    floor_lo: int = 1
    floor_hi: int = 1
    geometry: Footprint | None = None
    floor_households: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """Compounds with everything on them, in one metric plane.

    Attributes:
        compounds: outlines; where two overlap, the first in the order of keys keeps the ground.
        buildings: each in one of the compounds.
        units: each in one of the buildings.
        barriers: lines that part neighbours (roads by class, rivers, railways, walls); chosen by the caller.
        gates: points at which a barrier may be passed.
    """

    compounds: tuple[CompoundSite, ...]
    buildings: tuple[BuildingSite, ...]
    units: tuple[UnitSite, ...]
    barriers: tuple[LineString, ...] = ()
    gates: tuple[Point, ...] = ()
