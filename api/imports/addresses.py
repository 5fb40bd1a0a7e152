"""Finds the building, and its unit, that a list means by words: 吉福苑 3号楼 2单元, or an address in one line.

The places are read once; a list is then matched in memory. A word that fits several buildings fits none: a wrong house
is worse than a question.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import shapely
from psycopg.rows import dict_row

from geo.exchange.checks.naming import key as spelling

if TYPE_CHECKING:
    from uuid import UUID

    from psycopg import Connection

BUILDINGS = """
SELECT b.id, b.code, b.name, b.name_en, b.address, b.community_id, b.floors, c.name AS compound, m.name AS community,
       ST_AsBinary(b.geometry) AS shape
  FROM building b JOIN compound c ON c.id = b.compound_id JOIN community m ON m.id = b.community_id ORDER BY b.id
"""
_UNIT = re.compile(r"(\d+|[一二三四五六七八九十]+)\s*(?:单元|梯)")
_BUILDING = re.compile(r"(\d+|[一二三四五六七八九十]+)\s*(?:号楼|号栋|栋|幢|座|#楼|#|号院|号)")
_DASHED = re.compile(r"(\d+)[-—](\d+)[-—](\d{3,4})\D*$")
_DOOR = re.compile(r"(\d{1,2})(\d{2})(?:室|号|户)?$")


@dataclass(frozen=True, slots=True, eq=False)
class Home:
    """One known building."""

    id: UUID
    code: str
    name: str
    compound: str
    community_id: UUID
    floors: int
    wkb: bytes
    address: str = ""

    @property
    def shape(self) -> shapely.Geometry:
        """Its footprint or point, degrees WGS-84."""
        return shapely.from_wkb(self.wkb)

    @property
    def spot(self) -> shapely.Point:
        """A point inside it."""
        return shapely.point_on_surface(self.shape)


@dataclass(frozen=True, slots=True)
class Said:
    """An address taken apart; "" where it does not say."""

    compound: str
    building: str
    unit: str
    floor: int | None
    door: str


@dataclass(eq=False)
class Register:
    """The known buildings by every word that may name them."""

    homes: tuple[Home, ...]
    by_code: dict[str, Home] = field(default_factory=dict)
    by_place: dict[tuple[str, str], Home | None] = field(default_factory=dict)
    by_name: dict[str, Home | None] = field(default_factory=dict)
    by_address: dict[str, Home | None] = field(default_factory=dict)
    compounds: tuple[str, ...] = ()

    @staticmethod
    def of(connection: Connection) -> Register:
        """All buildings that the connection may see."""
        with connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(BUILDINGS).fetchall()
        return Register.made(rows)

    @staticmethod
    def made(rows: list[dict[str, Any]]) -> Register:
        """From rows of the store."""
        homes = tuple(
            Home(r["id"], r["code"] or "", r["name"], r["compound"], r["community_id"], r["floors"],
                 r["shape"], r["address"] or "")
            for r in rows
        )  # fmt: skip
        register = Register(homes, compounds=tuple(sorted({h.compound for h in homes}, key=len, reverse=True)))
        for home in homes:
            if home.code:
                register.by_code[home.code] = home
            _note(register.by_place, (spelling(home.compound), spelling(home.name)), home)
            _note(register.by_name, spelling(home.name), home)
            if home.address:
                _note(register.by_address, plain(home.address), home)
        return register

    @cached_property
    def _plainly(self) -> tuple[tuple[str, str], ...]:
        """The compounds, each also as it stands in an address made plain."""
        return tuple((name, plain(name)) for name in self.compounds)

    def find(self, *, code: str = "", compound: str = "", building: str = "", address: str = "") -> Home | None:
        """The one building that these words mean, or None."""
        if code and code in self.by_code:
            return self.by_code[code]
        if compound and building:
            return self.by_place.get((spelling(compound), spelling(building)))
        if address:
            found = self.by_address.get(plain(address))
            if found is not None:
                return found
            said = self.take_apart(address)
            if said.compound and said.building:
                return self.by_place.get((spelling(said.compound), spelling(said.building)))
        return self.by_name.get(spelling(building)) if building else None

    def take_apart(self, address: str) -> Said:
        """Compound, building, unit, floor and door of an address in one line, as far as it names a known compound."""
        dashed = _DASHED.search(address)
        if dashed:  # 3-2-501: building, unit, door
            address = f"{address[: dashed.start()]}{dashed[1]}栋{dashed[2]}单元{dashed[3]}"
        words = plain(address)
        compound = next((name for name, known in self._plainly if known in words), "")
        rest = words.partition(plain(compound))[2] if compound else words
        unit = _UNIT.search(rest)
        before = rest[: unit.start()] if unit else rest
        house = _BUILDING.search(before) or re.match(r"(\d+)", before)
        after = rest[unit.end() :] if unit else (rest[house.end() :] if house else rest)
        door = re.search(r"(\d{3,4})(?:室|号|户)?$", after)
        level = _DOOR.match(door[0]) if door else None
        return Said(compound, f"{house[1]}栋" if house else "", f"{unit[1]}单元" if unit else "",
                    int(level[1]) if level else None, door[1] if door else "")  # fmt: skip


def plain(address: str) -> str:
    """An address without blanks and punctuation, full-width signs made plain."""
    return re.sub(r"[\s,，.。;；·\-—_()（）]+", "", unicodedata.normalize("NFKC", address)).lower()


def _note(into: dict[Any, Home | None], word: Any, home: Home) -> None:
    """Remember a word; one that names two buildings names neither."""
    into[word] = None if word in into else home
