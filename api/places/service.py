"""Looks up places: the whole city, one place with its chain, the place under a finger.

The levels are walked as data: each knows its table, its parent's column and the words for its kind, so that one
query shape serves all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from api.errors import NotFoundError
from api.places.schemas import ChildRead, ChildrenRead, CityRead, Counts, Crumb, PlaceRead
from geo.hierarchy.levels import Level

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncSession

CHILDREN_LISTED = 500


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the places of one level stand in the store: SQL for what levels name differently."""

    level: Level
    address: str = "''"
    kind: str = "''"
    floors: str = "NULL::integer"
    counts: tuple[str, ...] = ("households",)
    estimated: str = "false"

    @property
    def table(self) -> str:
        """The table, which is also the name of the level."""
        return self.level.value

    @property
    def parent(self) -> Shelf | None:
        """The shelf of the level above."""
        return SHELVES.get(self.level.parent) if self.level.parent else None

    @property
    def child(self) -> Shelf | None:
        """The shelf of the level below."""
        return SHELVES.get(self.level.child) if self.level.child else None


_COUNTED = ("households", "units", "buildings", "compounds", "communities", "subdistricts")
_ESTIMATED_INSIDE = "EXISTS (SELECT FROM unit u WHERE u.{column} = p.id AND u.estimated)"

SHELVES: dict[Level, Shelf] = {
    Level.DISTRICT: Shelf(Level.DISTRICT, counts=_COUNTED),
    Level.SUBDISTRICT: Shelf(Level.SUBDISTRICT, counts=_COUNTED[:5]),
    Level.COMMUNITY: Shelf(
        Level.COMMUNITY, kind="p.kind", counts=_COUNTED[:4], estimated=_ESTIMATED_INSIDE.format(column="community_id")
    ),
    Level.COMPOUND: Shelf(
        Level.COMPOUND,
        address="p.address",
        kind="p.kind",
        counts=_COUNTED[:3],
        estimated="EXISTS (SELECT FROM unit u JOIN building b ON b.id = u.building_id"
        " WHERE b.compound_id = p.id AND u.estimated)",
    ),
    Level.BUILDING: Shelf(
        Level.BUILDING,
        address="p.address",
        kind="p.use",
        floors="p.floors",
        counts=_COUNTED[:2],
        estimated=_ESTIMATED_INSIDE.format(column="building_id"),
    ),
    Level.UNIT: Shelf(Level.UNIT, floors="p.floor_hi", estimated="p.estimated"),
}

PLACE = """
SELECT p.id, p.code, p.name, p.name_en, {address} AS address, {kind} AS kind, {floors} AS floors,
       {estimated} AS estimated, {counts}, {parent} AS parent_id,
       ST_XMin(p.geometry) AS west, ST_YMin(p.geometry) AS south,
       ST_XMax(p.geometry) AS east, ST_YMax(p.geometry) AS north,
       ST_X(s.point) AS lon, ST_Y(s.point) AS lat
  FROM {table} p, LATERAL (SELECT ST_PointOnSurface(p.geometry) AS point) s
 WHERE p.id = :id
"""
CRUMB = "SELECT p.id, p.code, p.name, p.name_en, {parent} AS parent_id FROM {table} p WHERE p.id = :id"
CHILDREN = """
SELECT p.id, p.code, p.name, p.name_en, p.households, count(*) OVER () AS total
  FROM {table} p WHERE p.{parent}_id = :id ORDER BY p.code, p.name, p.id LIMIT :most
"""
AT = """
SELECT p.id FROM {table} p
 WHERE p.geometry && ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)
   AND ST_Covers(p.geometry, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)) ORDER BY p.id LIMIT 1
"""
# What one may see adds up to what one is told: communities seen whole, and the units, buildings and compounds that are
# listed one by one for those who see less than a community.
TOTALS = """
WITH seen AS (
  SELECT households, units, buildings, compounds, 1 AS communities, subdistrict_id FROM community
   WHERE (SELECT whole('communities')) OR id IN (SELECT unnest(scope('communities')))
  UNION ALL SELECT u.households, 1, 0, 0, 0, NULL FROM unit u WHERE u.id IN (SELECT unnest(scope('units')))
  UNION ALL SELECT 0, 0, cardinality(scope('buildings')), cardinality(scope('compounds')), 0, NULL
)
SELECT coalesce(sum(households), 0) AS households, coalesce(sum(units), 0) AS units,
       coalesce(sum(buildings), 0) AS buildings, coalesce(sum(compounds), 0) AS compounds,
       coalesce(sum(communities), 0) AS communities, count(DISTINCT subdistrict_id) AS subdistricts,
       (SELECT string_agg(name, '、' ORDER BY code) FROM district) AS name,
       (SELECT string_agg(name_en, ', ' ORDER BY code) FROM district) AS name_en
  FROM seen
"""
EXTENT = """
SELECT ST_XMin(e) AS west, ST_YMin(e) AS south, ST_XMax(e) AS east, ST_YMax(e) AS north
  FROM (SELECT coalesce(
    (SELECT ST_Extent(geometry) FROM subdistrict WHERE (SELECT whole('communities'))),
    (SELECT ST_Extent(geometry) FROM community WHERE id IN (SELECT unnest(scope('communities')))),
    (SELECT ST_Extent(geometry) FROM compound WHERE id IN (SELECT unnest(scope('compounds')))),
    (SELECT ST_Extent(geometry) FROM district WHERE (SELECT whole('communities')))) AS e) AS extent
"""


async def read_city(session: AsyncSession) -> CityRead:
    """All that the asker may see: its name, where it lies and how much is in it."""
    totals = (await session.execute(text(TOTALS))).mappings().one()
    extent = (await session.execute(text(EXTENT))).mappings().one()
    bbox = _bbox(extent) if extent["west"] is not None else None
    return CityRead(
        name=totals["name"] or "",
        name_en=totals["name_en"] or "",
        bbox=bbox,
        totals=Counts(**{name: totals[name] for name in _COUNTED}),
    )


async def read_place(session: AsyncSession, level: Level, place_id: UUID) -> PlaceRead:
    """One place with its chain, counts and children.

    Raises:
        NotFoundError: there is none of that id at that level.
    """
    shelf = SHELVES.get(level)
    row = None if shelf is None else (await session.execute(_place_query(shelf), {"id": place_id})).mappings().first()
    if shelf is None or row is None:
        raise NotFoundError("没有这个地方,或您无权查看。", "There is no such place, or it is not yours to see.")
    return PlaceRead(
        **_crumb(shelf, row).model_dump(),
        address=row["address"],
        kind=row["kind"],
        floors=row["floors"],
        estimated=row["estimated"],
        bbox=_bbox(row),
        point=(row["lon"], row["lat"]),
        counts=Counts(**{name: row[name] for name in shelf.counts}),
        chain=[*await _ancestors(session, shelf, row["parent_id"]), _crumb(shelf, row)],
        children=await _children(session, shelf, place_id),
    )


async def place_at(session: AsyncSession, lon: float, lat: float) -> PlaceRead:
    """The innermost place that covers a point in WGS 84.

    Raises:
        NotFoundError: the point lies outside every place of the store.
    """
    for level in reversed(SHELVES):
        found = (await session.execute(text(AT.format(table=level.value)), {"lon": lon, "lat": lat})).scalar()
        if found is not None:
            return await read_place(session, level, found)
    raise NotFoundError("这里不在任何辖区之内。", "This point lies outside every place on the map.")


def _place_query(shelf: Shelf) -> Any:
    return text(
        PLACE.format(
            table=shelf.table,
            address=shelf.address,
            kind=shelf.kind,
            floors=shelf.floors,
            estimated=shelf.estimated,
            counts=", ".join(f"p.{name}" for name in shelf.counts),
            parent=_parent_column(shelf),
        )
    )


def _parent_column(shelf: Shelf) -> str:
    return f"p.{shelf.parent.table}_id" if shelf.parent else "NULL::uuid"


async def _ancestors(session: AsyncSession, shelf: Shelf, parent_id: UUID | None) -> list[Crumb]:
    above = shelf.parent
    if above is None or parent_id is None:
        return []
    query = text(CRUMB.format(table=above.table, parent=_parent_column(above)))
    row = (await session.execute(query, {"id": parent_id})).mappings().first()
    if row is None:  # a level above one's jurisdiction is not shown
        return []
    return [*await _ancestors(session, above, row["parent_id"]), _crumb(above, row)]


async def _children(session: AsyncSession, shelf: Shelf, place_id: UUID) -> ChildrenRead | None:
    below = shelf.child
    if below is None:
        return None
    query = text(CHILDREN.format(table=below.table, parent=shelf.table))
    rows = (await session.execute(query, {"id": place_id, "most": CHILDREN_LISTED})).mappings().all()
    items = [ChildRead(**_crumb(below, row).model_dump(), households=row["households"]) for row in rows]
    return ChildrenRead(level=below.level, total=rows[0]["total"] if rows else 0, items=items)


def _crumb(shelf: Shelf, row: RowMapping) -> Crumb:
    return Crumb(level=shelf.level, id=row["id"], code=row["code"], name=row["name"], name_en=row["name_en"])


def _bbox(row: RowMapping) -> tuple[float, float, float, float]:
    return row["west"], row["south"], row["east"], row["north"]
