"""What the map and the search box are told of a place."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from geo.hierarchy.levels import Level

Bbox = tuple[float, float, float, float]
Position = tuple[float, float]


class Read(BaseModel):
    """What every answer shares: it is never changed once made."""

    model_config = ConfigDict(frozen=True)


class Counts(Read):
    """How many of each lie inside a place; None where the level has none."""

    households: int
    units: int | None = None
    buildings: int | None = None
    compounds: int | None = None
    communities: int | None = None
    subdistricts: int | None = None


class Crumb(Read):
    """One link of the chain 街道 › 社区 › 小区 › 楼栋 › 单元."""

    level: Level
    id: UUID
    code: str | None
    name: str
    name_en: str


class ChildRead(Read):
    """One place inside another, as a row of a list."""

    level: Level
    id: UUID
    code: str | None
    name: str
    name_en: str
    households: int


class ChildrenRead(Read):
    """The places directly inside a place, in the order of their codes; ``total`` counts also those not listed."""

    level: Level
    total: int
    items: list[ChildRead]


class PlaceRead(Crumb):
    """A place with its chain, its counts and what lies directly inside. WGS 84, longitude first."""

    address: str
    kind: str
    floors: int | None
    estimated: bool = Field(description="Whether any household count inside is an estimate.")
    bbox: Bbox
    point: Position
    counts: Counts
    chain: list[Crumb]
    children: ChildrenRead | None


class CityRead(Read):
    """The whole store at a glance: the first thing a map asks for."""

    name: str
    name_en: str
    bbox: Bbox | None
    totals: Counts


class FoundRead(Crumb):
    """One hit of a search."""

    address: str
    households: int
    chain: list[str]
    chain_en: list[str]
    point: Position
    bbox: Bbox


class SearchRead(Read):
    """The hits of a search, best first."""

    query: str
    items: list[FoundRead]
    truncated: bool
