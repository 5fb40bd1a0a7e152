"""Loads whole places in bulk: one transaction, COPY, and the same refusals as row by row.

The triggers that guard nesting and counts work row by row; for half a million buildings the load switches them off
in its own transaction, streams the rows, then counts and checks set by set. Whatever does not nest undoes it all.
Only the owner's role may do this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from psycopg import Connection, connect, sql

from api.places.reckon import check_nesting, count_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from geo.hierarchy.places import Building, City, Unit

SRID = 4326
TABLES = (
    "district",
    "subdistrict",
    "community",
    "compound",
    "building",
    "unit",
    "floor",
    "household",
    "barrier",
    "area",
)


@dataclass(frozen=True, slots=True)
class Step:
    """How one kind of place becomes rows: the table, its columns, and the values besides the geometry."""

    table: str
    columns: tuple[str, ...]
    values: Callable[[Any], tuple[Any, ...]]
    multi: bool = True


def _unit_row(unit: Unit) -> tuple[Any, ...]:
    names = (unit.id, unit.building_id, unit.community_id, unit.code, unit.name)
    return (*names, unit.floor_lo, unit.floor_hi, unit.estimated, unit.households)


def _building_row(building: Building) -> tuple[Any, ...]:
    keys = (building.id, building.compound_id, building.community_id, building.code)
    return (*keys, building.name, building.address, building.use.value, building.floors, building.built)


STEPS: dict[str, Step] = {
    "districts": Step("district", ("id", "code", "name", "name_en"), lambda d: (d.id, d.code, d.name, d.name_en)),
    "subdistricts": Step(
        "subdistrict",
        ("id", "district_id", "code", "name", "name_en"),
        lambda s: (s.id, s.district_id, s.code, s.name, s.name_en),
    ),
    "communities": Step(
        "community",
        ("id", "subdistrict_id", "code", "name", "name_en", "kind"),
        lambda c: (c.id, c.subdistrict_id, c.code, c.name, c.name_en, c.kind),
    ),
    "compounds": Step(
        "compound",
        ("id", "community_id", "code", "name", "name_en", "kind", "address"),
        lambda c: (c.id, c.community_id, c.code, c.name, c.name_en, c.kind, c.address),
    ),
    "buildings": Step(
        "building",
        ("id", "compound_id", "community_id", "code", "name", "address", "use", "floors", "built"),
        _building_row,
        multi=False,
    ),
    "units": Step(
        "unit",
        (
            "id",
            "building_id",
            "community_id",
            "code",
            "name",
            "floor_lo",
            "floor_hi",
            "estimated",
            "households_declared",
        ),
        _unit_row,
        multi=False,
    ),
    "barriers": Step(
        "barrier",
        ("id", "kind", "road_class", "name", "name_en"),
        lambda b: (b.id, b.kind.value, b.road_class, b.name, b.name_en),
        multi=False,
    ),
    "areas": Step("area", ("id", "kind", "name", "name_en"), lambda a: (a.id, a.kind, a.name, a.name_en)),
}


def load_city(
    url: str,
    parts: Iterable[City],
    *,
    doors: bool = False,
    progress: Callable[[int], None] = lambda _: None,
    afterwards: Sequence[Callable[[Connection], None]] = (),
) -> None:
    """Load the parts of a city into the store at ``url`` (the owner's role), all or nothing.

    Args:
        url: where the store is; the role that owns the tables.
        parts: pieces of the city, outermost levels first; a piece may refer to places of an earlier one.
        doors: also write each household as a row ("301", "302", …); where only a unit's total is known it is spread
            over its floors, and where that is an estimate there are no doors.
        progress: told the number of buildings of each part once it is written.
        afterwards: what else has to be true of the loaded rows, run inside the same transaction.

    Raises:
        NestingError: a place lies outside its parent or on its sibling; the store is as it was.
    """
    with connect(url) as connection:
        connection.execute("SET LOCAL statement_timeout = 0")
        _switch_triggers(connection, "DISABLE")
        for part in parts:
            _write(connection, part, doors=doors)
            progress(len(part.buildings))
        count_up(connection)
        check_nesting(connection)
        for step in afterwards:
            step(connection)
        _switch_triggers(connection, "ENABLE")
    with connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE")


def _switch_triggers(connection: Connection, state: str) -> None:
    for table in TABLES:
        connection.execute(sql.SQL(f"ALTER TABLE {{}} {state} TRIGGER USER").format(sql.Identifier(table)))


def _write(connection: Connection, part: City, *, doors: bool) -> None:
    for name, step in STEPS.items():
        places = getattr(part, name)
        if places:
            _copy(connection, step.table, (*step.columns, "geometry"), _rows(step, places))
    floors = [unit for unit in part.units if unit.floor_households or (doors and not unit.estimated)]
    if floors:
        _copy(connection, "floor", ("unit_id", "community_id", "number", "households_declared"), _floors(floors))
    if floors and doors:
        _write_doors(connection, [unit.id for unit in floors])


def _rows(step: Step, places: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    shapes = np.array([place.geometry for place in places], dtype=object)
    shapes = _multi(shapes) if step.multi else shapes
    texts = shapely.to_wkb(shapely.set_srid(shapes, SRID), hex=True, include_srid=True)
    return ((*step.values(place), shape) for place, shape in zip(places, texts, strict=True))


def _multi(shapes: np.ndarray[Any, np.dtype[np.object_]]) -> np.ndarray[Any, np.dtype[np.object_]]:
    parts, owners = shapely.get_parts(shapes, return_index=True)
    return np.asarray(shapely.multipolygons(parts, indices=owners))


def _copy(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _floors(units: Iterable[Unit]) -> Iterator[tuple[Any, ...]]:
    for unit in units:
        numbers = [n for n in range(unit.floor_lo, unit.floor_hi + 1) if n != 0]
        for number, households in zip(numbers, unit.floor_households or _spread(unit, len(numbers)), strict=True):
            yield unit.id, unit.community_id, number, households


def _spread(unit: Unit, floors: int) -> tuple[int, ...]:
    """The households of a unit shared out evenly, the lower floors first."""
    each, over = divmod(unit.households, floors)
    return tuple(each + (place < over) for place in range(floors))


def _write_doors(connection: Connection, units: Sequence[Any]) -> None:
    connection.execute(
        """
        INSERT INTO household (floor_id, community_id, door)
        SELECT f.id, f.community_id, f.number || lpad(door::text, 2, '0')
          FROM floor f, generate_series(1, f.households_declared) AS door
         WHERE f.unit_id = ANY(%s)
        """,
        [list(units)],
    )
