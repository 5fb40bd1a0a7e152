"""Enters lists of units and of households: matched with known buildings by name, by address, or by where they lie.

A count per unit goes to the unit of that name; a building that has no such unit gets one, and all its units are cut
anew along its long axis unless the list draws them itself. A list of doors becomes floors and households.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from psycopg.rows import dict_row

from api.imports.addresses import Register
from geo.exchange.checks.naming import key as spelling
from geo.exchange.faults import Kind
from geo.exchange.rows import number
from geo.exchange.staircases import staircases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from api.imports.addresses import Home
    from api.imports.book import Book
    from api.imports.outcome import Outcome
    from geo.exchange.delivery import Delivery

UNITS = """
SELECT id, building_id, community_id, name, floor_lo, floor_hi, floors_counted, estimated, households,
       households_declared FROM unit WHERE building_id = ANY(%s) ORDER BY building_id, name, id
"""
FLOORS = "SELECT id, unit_id, number FROM floor WHERE unit_id = ANY(%s)"
DOORS = "SELECT floor_id, door FROM household WHERE floor_id = ANY(%s)"
COLUMNS = ("id", "building_id", "community_id", "name", "floor_lo", "floor_hi", "estimated", "households_declared",
           "geometry")  # fmt: skip
AREA = 2
MOST_HOUSEHOLDS = 20_000
MOST_FLOORS = 200


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One usable row: its building, what it calls the unit, its counts (None where it does not say), its outline."""

    at: int
    home: Home
    unit: str
    households: int | None
    floors: int | None
    shape: shapely.Geometry | None
    floor: int | None = None
    door: str = ""


def enter_units(book: Book, delivery: Delivery, outcome: Outcome) -> None:
    """Enter a list of units with their households and floors.

    Args:
        book: what writes; its transaction.
        delivery: rows with or without shapes (degrees WGS-84).
        outcome: told what became of each row.
    """
    lines = list(_lines(book, delivery, outcome))
    units = _units_of(book, lines)
    book.connection.execute("SET CONSTRAINTS ALL DEFERRED")
    by_home: dict[UUID, list[Line]] = {}
    for line in lines:
        by_home.setdefault(line.home.id, []).append(line)
    for home, own in by_home.items():
        _enter_building(book, delivery, own, units.get(home, []), outcome)
    book.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")


def enter_households(book: Book, delivery: Delivery, outcome: Outcome) -> None:
    """Enter a list of households: by the door where it names doors, else as counts of the units.

    Args:
        book: what writes; its transaction.
        delivery: rows without shapes.
        outcome: told what became of each row.
    """
    lines = list(_lines(book, delivery, outcome))
    units = _units_of(book, lines)
    book.connection.execute("SET CONSTRAINTS ALL DEFERRED")
    doors = [line for line in lines if line.door]
    _enter_doors(book, delivery, doors, units, outcome)
    _enter_counts(book, delivery, [line for line in lines if not line.door], units, outcome)
    book.connection.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _lines(book: Book, delivery: Delivery, outcome: Outcome) -> Iterator[Line]:
    """Rows whose building is known; the others are held back with the words that nobody knows."""
    register = Register.of(book.connection)
    fields = ("compound", "building", "unit", "address", "households", "floors", "floor", "door")
    said = {name: delivery.said.get(name, ("",) * len(delivery)) for name in fields}
    by_place = _by_place(register, delivery)
    for at in range(len(delivery)):
        row = {name: said[name][at] for name in fields}
        taken = register.take_apart(row["address"]) if row["address"] else None
        home = by_place.get(at) or register.find(
            code=row["building"] or delivery.keys[at][:18], compound=row["compound"], building=row["building"],
            address=row["address"],
        )  # fmt: skip
        if home is None:
            words = " ".join(row[name] for name in ("compound", "building", "unit", "address") if row[name])
            outcome.hold(delivery, at, Kind.UNKNOWN_PLACE, f"的楼栋“{words[:80]}”不在已知楼栋中",
                         f"names no known building: “{words[:80]}”", field_="building")  # fmt: skip
            continue
        door = row["door"] or (taken.door if taken is not None else "")
        level = _whole(row["floor"], -10, MOST_FLOORS)
        yield Line(
            at, home, row["unit"] or (taken.unit if taken is not None else ""),
            _whole(row["households"], 0, MOST_HOUSEHOLDS), _whole(row["floors"], 1, MOST_FLOORS),
            _area(delivery.shapes[at]), level if level is not None else _floor_of(door), door[:40],
        )  # fmt: skip


def _by_place(register: Register, delivery: Delivery) -> dict[int, Home]:
    """The building under each row that has a shape."""
    known = np.flatnonzero(~(shapely.is_missing(delivery.shapes) | shapely.is_empty(delivery.shapes)))
    if not len(known) or not register.homes:
        return {}
    spots = shapely.point_on_surface(shapely.make_valid(delivery.shapes[known]))
    tree = shapely.STRtree(np.array([home.shape for home in register.homes], dtype=object))
    row, at = tree.query(spots, predicate="covered_by")
    return {int(known[r]): register.homes[int(h)] for r, h in zip(row[::-1], at[::-1], strict=True)}


def _area(shape: shapely.Geometry | None) -> shapely.Geometry | None:
    sound = shape is not None and shapely.get_dimensions(shape) == AREA and shapely.is_valid(shape)
    return shape if sound and isinstance(shape, shapely.Polygon | shapely.MultiPolygon) else None


def _whole(cell: str, least: int, most: int) -> int | None:
    value = number(cell)
    return int(value) if np.isfinite(value) and least <= value <= most and value == round(value) else None


def _floor_of(door: str) -> int | None:
    """1203 lies on the 12th floor, 501 on the 5th; other doors do not say.

    >>> _floor_of("1203"), _floor_of("501室"), _floor_of("甲")
    (12, 5, None)
    """
    digits = "".join(sign for sign in door if sign.isdigit())
    return int(digits[:-2]) if 3 <= len(digits) <= 5 and int(digits[:-2]) > 0 else None  # noqa: PLR2004 - floor and door


def _units_of(book: Book, lines: list[Line]) -> dict[UUID, list[dict[str, Any]]]:
    homes = list({line.home.id for line in lines})
    with book.connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(UNITS, [homes]).fetchall()
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["building_id"], []).append(row)
    return found


def _named(units: list[dict[str, Any]], name: str) -> dict[str, Any] | None:
    """The unit that this name means; the only one where the list names none."""
    if not name:
        return units[0] if len(units) == 1 else None
    return next((unit for unit in units if spelling(unit["name"]) == spelling(name)), None)


def _enter_building(
    book: Book, delivery: Delivery, lines: list[Line], units: list[dict[str, Any]], outcome: Outcome
) -> None:
    """The units of one building: those known changed, those that only stood in renamed, the others added."""
    seen: set[str] = set()
    fresh: list[Line] = []
    met: set[UUID] = set()
    for line in lines:
        name = spelling(line.unit)
        if name in seen:
            outcome.hold(
                delivery, line.at, Kind.DUPLICATE, "与前面某行是同一单元", "is the same unit as an earlier row"
            )
            continue
        seen.add(name)
        unit = _named(units, line.unit)
        if unit is None:
            fresh.append(line)
        else:
            met.add(unit["id"])
            _change(book, delivery, line, unit, outcome)
    spare = [unit for unit in units if unit["estimated"] and unit["id"] not in met and not unit["floors_counted"]]
    for unit in spare[: len(fresh)]:
        line = fresh.pop(0)
        _change(book, delivery, line, unit, outcome, name=line.unit)
    if fresh:
        _add(book, delivery, fresh, len(units), outcome)
        if any(line.shape is None for line in fresh):
            _cut(book, fresh[0].home)


def _change(
    book: Book, delivery: Delivery, line: Line, unit: dict[str, Any], outcome: Outcome, *, name: str = ""
) -> None:
    changes: dict[str, Any] = {}
    if name and name != unit["name"]:
        changes["name"] = name[:200]
    if line.households is not None and line.households != unit["households"]:
        if unit["floors_counted"]:
            outcome.remark(delivery, line.at, Kind.DIFFERS,
                           f"的户数 {line.households} 与逐户登记的 {unit['households']} 不同，保留登记",
                           f"says {line.households} households where {unit['households']} are known by the door; kept",
                           field_="households")  # fmt: skip
        else:
            changes |= {"households_declared": line.households, "estimated": False}
    elif line.households is not None and unit["estimated"]:
        changes["estimated"] = False
    if line.floors is not None and line.floors > unit["floor_hi"]:
        changes["floor_hi"] = line.floors
    if changes:
        book.change("unit", unit["id"], changes)
    outcome.note(delivery, line.at, "changed" if changes else "same", unit["id"], fields=sorted(changes))


def _add(book: Book, delivery: Delivery, fresh: list[Line], there: int, outcome: Outcome) -> None:
    home = fresh[0].home
    keys = book.fresh(len(fresh))
    rows = []
    for nth, (key, line) in enumerate(zip(keys, fresh, strict=True), start=there + 1):
        shape = line.shape if line.shape is not None and shapely.covers(home.shape, line.shape) else home.shape
        rows.append((key, home.id, home.community_id, (line.unit or f"{nth}单元")[:200], 1, line.floors or home.floors,
                     line.households is None, line.households or 0, shape))  # fmt: skip
        outcome.note(delivery, line.at, "added", key)
    book.add("unit", COLUMNS, rows)


def _cut(book: Book, home: Home) -> None:
    """All units of a building side by side along its long axis, in the order of their names."""
    rows = book.connection.execute("SELECT id, name FROM unit WHERE building_id = %s", [home.id]).fetchall()
    if len(rows) < 2 or shapely.get_dimensions(home.shape) != AREA:  # noqa: PLR2004 - one unit is the whole building
        return
    ordered = sorted(rows, key=lambda row: (_number(row[1]), row[1]))
    count = np.array([len(rows)], dtype=np.int64)
    parts = staircases(np.array([home.shape], dtype=object), count, count).shapes
    for (key, _), part in zip(ordered, parts, strict=True):
        book.change("unit", key, {"geometry": part}, quietly=True)


def _number(name: str) -> int:
    digits = spelling(name).rpartition("|")[2]
    return int(digits) if digits.isdigit() else MOST_FLOORS


def _enter_counts(
    book: Book, delivery: Delivery, lines: list[Line], units: dict[UUID, list[dict[str, Any]]], outcome: Outcome
) -> None:
    """Rows without a door: their counts (or one each), added up by unit; by building where no unit is named."""
    groups: dict[tuple[UUID, str], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.home.id, spelling(line.unit) if line.unit else ""), []).append(line)
    for (home, name), own in groups.items():
        there = units.get(home, [])
        total = sum(1 if line.households is None else line.households for line in own)
        named = _named(there, own[0].unit)
        wanted = [named] if named is not None else ([] if name else there)
        if not wanted or any(unit["floors_counted"] for unit in wanted):
            for line in own:
                outcome.hold(delivery, line.at, Kind.UNKNOWN_PLACE, f"的单元“{line.unit}”未知，或已逐户登记",
                             f"names no unit known, or one known by doors: “{line.unit}”", field_="unit")  # fmt: skip
            continue
        before = sum(unit["households"] for unit in wanted)
        each, over = divmod(total, len(wanted))
        for nth, unit in enumerate(wanted):
            if total != before or unit["estimated"]:
                book.change("unit", unit["id"], {"households_declared": each + (nth < over), "estimated": False})
        for line in own:
            outcome.note(delivery, line.at, "same" if total == before else "changed", wanted[0]["id"])


def _enter_doors(
    book: Book, delivery: Delivery, lines: list[Line], units: dict[UUID, list[dict[str, Any]]], outcome: Outcome
) -> None:
    """Rows with a door: floors where they are missing, one household a door."""
    placed = [(line, unit) for line in lines if (unit := _unit_for(line, delivery, units, outcome)) is not None]
    ids = list({unit["id"] for _, unit in placed})
    floors = {(row[1], row[2]): row[0] for row in book.connection.execute(FLOORS, [ids]).fetchall()}
    wanted = list(dict.fromkeys((unit["id"], line.floor, unit["community_id"]) for line, unit in placed))
    missing = [each for each in wanted if each[:2] not in floors]
    if missing:
        keys = book.fresh(len(missing))
        rows = [(key, unit, community, floor) for key, (unit, floor, community) in zip(keys, missing, strict=True)]
        book.add("floor", ("id", "unit_id", "community_id", "number"), rows)
        floors |= {(unit, floor): key for key, unit, _, floor in rows}
    doors = {(row[0], row[1]) for row in book.connection.execute(DOORS, [list(floors.values())]).fetchall()}
    fresh = []
    for (line, unit), key in zip(placed, book.fresh(len(placed)), strict=True):
        floor = floors[unit["id"], line.floor]
        known = (floor, line.door) in doors
        doors.add((floor, line.door))
        if not known:
            fresh.append((key, floor, unit["community_id"], line.door))
        outcome.note(delivery, line.at, "same" if known else "added", None if known else key)
    if fresh:
        book.add("household", ("id", "floor_id", "community_id", "door"), fresh)


def _unit_for(
    line: Line, delivery: Delivery, units: dict[UUID, list[dict[str, Any]]], outcome: Outcome
) -> dict[str, Any] | None:
    unit = _named(units.get(line.home.id, []), line.unit)
    if unit is None:
        outcome.hold(delivery, line.at, Kind.UNKNOWN_PLACE, f"的单元“{line.unit}”不在已知单元中",
                     f"names no known unit: “{line.unit}”", field_="unit")  # fmt: skip
    elif line.floor is None or not unit["floor_lo"] <= line.floor <= unit["floor_hi"] or line.floor == 0:
        outcome.hold(delivery, line.at, Kind.ABSURD_COUNT, f"的楼层（门牌 {line.door}）不在本单元的层数之内",
                     f"has a door ({line.door}) on no floor of its unit", field_="floor")  # fmt: skip
    else:
        return unit
    return None
