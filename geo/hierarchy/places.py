"""The places of a city as plain frozen values, each naming its parent by id.

Every geometry is WGS 84 (EPSG:4326; CGCS2000 is treated as equal, below a metre), longitude first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from shapely import LineString, MultiPolygon, Point, Polygon


class BarrierKind(StrEnum):
    """What people do not cross on their way to a neighbour."""

    ROAD = "road"
    RIVER = "river"
    RAILWAY = "railway"
    WALL = "wall"


class BuildingUse(StrEnum):
    """What a building is for; only dwellings hold households."""

    RESIDENTIAL = "residential"
    MIXED = "mixed"
    COMMERCIAL = "commercial"
    PUBLIC = "public"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class District:
    """A district or county (区、县), 6-digit code."""

    id: UUID
    code: str
    name: str
    name_en: str
    geometry: Polygon | MultiPolygon


@dataclass(frozen=True, slots=True)
class Subdistrict:
    """A subdistrict or township (街道、镇、乡), 9-digit code."""

    id: UUID
    district_id: UUID
    code: str
    name: str
    name_en: str
    geometry: Polygon | MultiPolygon


@dataclass(frozen=True, slots=True)
class Community:
    """A community or village (社区、村), 12-digit code."""

    id: UUID
    subdistrict_id: UUID
    code: str
    name: str
    name_en: str
    kind: str
    geometry: Polygon | MultiPolygon


@dataclass(frozen=True, slots=True)
class Compound:
    """A walled or named group of buildings (小区、院落), 15-digit code."""

    id: UUID
    community_id: UUID
    code: str
    name: str
    name_en: str
    kind: str
    address: str
    geometry: Polygon | MultiPolygon


@dataclass(frozen=True, slots=True)
class Building:
    """A building (楼栋), 18-digit code; its footprint, or a point where no footprint is known."""

    id: UUID
    compound_id: UUID
    community_id: UUID
    code: str
    name: str
    address: str
    use: BuildingUse
    floors: int
    built: int | None
    geometry: Polygon | MultiPolygon | Point


@dataclass(frozen=True, slots=True)
class Unit:
    """A stairwell of a building (单元), 20-digit code: ``households`` behind ``floor_lo``..``floor_hi`` (inclusive).

    ``floor_households`` gives the count floor by floor where it is known (empty: spread evenly).
    """

    id: UUID
    building_id: UUID
    community_id: UUID
    code: str
    name: str
    floor_lo: int
    floor_hi: int
    households: int
    estimated: bool
    geometry: Polygon | MultiPolygon | Point
    floor_households: tuple[int, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Barrier:
    """A line that parts neighbours: a road by its class, a river, a railway, a wall."""

    id: UUID
    kind: BarrierKind
    road_class: str | None
    name: str
    name_en: str
    geometry: LineString


@dataclass(frozen=True, slots=True)
class Area:
    """Ground that is drawn but holds nobody: water, park, square, field."""

    id: UUID
    kind: str
    name: str
    name_en: str
    geometry: Polygon | MultiPolygon


@dataclass(frozen=True, slots=True)
class City:
    """A whole data set: what a generator makes, an importer reads and the store loads."""

    districts: tuple[District, ...] = ()
    subdistricts: tuple[Subdistrict, ...] = ()
    communities: tuple[Community, ...] = ()
    compounds: tuple[Compound, ...] = ()
    buildings: tuple[Building, ...] = ()
    units: tuple[Unit, ...] = ()
    barriers: tuple[Barrier, ...] = ()
    areas: tuple[Area, ...] = ()
