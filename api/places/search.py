"""Finds places by what people type: a name, two characters of it, a code, an address, "锦绣花园3栋".

Every term of the query must occur in a place's words; ``pairs`` (migration 0006) makes that an index look-up even
for two characters. A house number behind a name is looked for among the buildings of the compounds so named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from api.errors import InvalidError
from api.places.schemas import FoundRead, SearchRead
from geo.hierarchy.levels import Level

if TYPE_CHECKING:
    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncSession

LONGEST_QUERY = 100
MOST_TERMS = 6
HOUSE_NUMBER = re.compile(r"^(?P<place>.*?\D)\s*(?P<number>\d+\s*(?:栋|幢|座|号楼|号)?)$")
"""A query that ends in a house number: 锦绣花园3栋, 锦绣花园 3, 人民路128号."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """How one level is searched: its chain upwards as joins, and its address."""

    level: Level
    chain: tuple[str, ...]
    joins: str
    address: str = "''"

    @property
    def order(self) -> int:
        """Outer levels come first among equal hits."""
        return list(Level).index(self.level)


_TO_DISTRICT = "JOIN district d ON d.id = s.district_id"
_TO_SUBDISTRICT = f"JOIN subdistrict s ON s.id = c.subdistrict_id {_TO_DISTRICT}"
_TO_COMMUNITY = f"JOIN community c ON c.id = p.community_id {_TO_SUBDISTRICT}"

SHELVES = (
    Shelf(Level.DISTRICT, (), ""),
    Shelf(Level.SUBDISTRICT, ("d",), "JOIN district d ON d.id = p.district_id"),
    Shelf(Level.COMMUNITY, ("d", "s"), f"JOIN subdistrict s ON s.id = p.subdistrict_id {_TO_DISTRICT}"),
    Shelf(Level.COMPOUND, ("d", "s", "c"), _TO_COMMUNITY, "p.address"),
    Shelf(
        Level.BUILDING,
        ("d", "s", "c", "o"),
        f"JOIN compound o ON o.id = p.compound_id {_TO_COMMUNITY}",
        "p.address",
    ),
)

HIT = """
SELECT '{level}' AS level, {order} AS place, p.id, p.code, p.name, p.name_en, {address} AS address, p.households,
       ARRAY[{names}]::text[] AS chain, ARRAY[{names_en}]::text[] AS chain_en,
       ST_XMin(p.geometry) AS west, ST_YMin(p.geometry) AS south,
       ST_XMax(p.geometry) AS east, ST_YMax(p.geometry) AS north,
       CASE WHEN p.code = :whole OR lower(p.name) = :whole THEN 0
            WHEN lower(p.name) LIKE :start THEN 1 WHEN lower(p.name) LIKE :inside THEN 2 ELSE 3 END AS rank
  FROM {table} p {joins}
 WHERE {matches}
 ORDER BY rank, length(p.name), p.code LIMIT :most
"""
TERM = "(pairs(p.words) @> pairs(:term{i}) AND p.words LIKE :like{i})"
NUMBERED = (
    "p.compound_id IN (SELECT id FROM compound"
    " WHERE pairs(words) @> pairs(:place) AND words LIKE :place_like LIMIT 200)"
    " AND (lower(p.name) LIKE :number_like OR p.words LIKE :number_inside)"
)


async def search(session: AsyncSession, query: str, *, limit: int) -> SearchRead:
    """The best ``limit`` places for a query, exact names first, then outer levels before inner ones.

    Raises:
        InvalidError: the query is longer than any name or holds a character that no name can.
    """
    words = " ".join(query.split()).lower()
    if len(words) > LONGEST_QUERY or "\x00" in words:
        raise InvalidError(
            f"搜索内容最多 {LONGEST_QUERY} 个字。", f"A search may hold {LONGEST_QUERY} characters at most."
        )
    terms = words.split(" ")[:MOST_TERMS] if words else []
    rows: list[RowMapping] = []
    for shelf in SHELVES if terms else ():
        rows += await _hits(session, shelf, words, terms, most=limit + 1)
    rows.sort(key=lambda row: (row["rank"], row["place"]))
    kept = rows[:limit]
    return SearchRead(query=query, items=[_found(row) for row in kept], truncated=len(rows) > limit)


async def _hits(session: AsyncSession, shelf: Shelf, words: str, terms: list[str], *, most: int) -> list[RowMapping]:
    matches = " AND ".join(TERM.format(i=i) for i in range(len(terms)))
    values = {
        "whole": words,
        "start": f"{_escaped(words)}%",
        "inside": f"%{_escaped(words)}%",
        "most": most,
        **{f"term{i}": term for i, term in enumerate(terms)},
        **{f"like{i}": f"%{_escaped(term)}%" for i, term in enumerate(terms)},
    }
    numbered = HOUSE_NUMBER.match(words) if shelf.level is Level.BUILDING else None
    if numbered:
        place, number = numbered["place"].strip(), _escaped(numbered["number"].replace(" ", ""))
        matches = f"(({matches}) OR ({NUMBERED}))"
        values |= {"place": place, "place_like": f"%{_escaped(place)}%"}
        values |= {"number_like": f"{number}%", "number_inside": f"%{number}%"}
    statement = HIT.format(
        level=shelf.level.value,
        order=shelf.order,
        table=shelf.level.value,
        address=shelf.address,
        names=", ".join(f"{alias}.name" for alias in shelf.chain),
        names_en=", ".join(f"{alias}.name_en" for alias in shelf.chain),
        joins=shelf.joins,
        matches=matches,
    )
    return list((await session.execute(text(statement), values)).mappings().all())


def _escaped(term: str) -> str:
    """A term as LIKE reads it literally."""
    return term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _found(row: RowMapping) -> FoundRead:
    west, south, east, north = row["west"], row["south"], row["east"], row["north"]
    return FoundRead(
        level=Level(row["level"]),
        id=row["id"],
        code=row["code"],
        name=row["name"],
        name_en=row["name_en"],
        address=row["address"],
        households=row["households"],
        chain=[*row["chain"], row["name"]],
        chain_en=[*row["chain_en"], row["name_en"]],
        point=((west + east) / 2, (south + north) / 2),
        bbox=(west, south, east, north),
    )
