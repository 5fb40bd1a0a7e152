"""Gives known buildings what a delivery says otherwise of them; their identity and their units stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.exchange.staircases import staircases

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from api.imports.book import Book
    from api.imports.outcome import Outcome
    from geo.exchange.delivery import Delivery, Houses

SAME_DEG = 1e-7
UNIT_COLUMNS = ("id", "building_id", "community_id", "name", "name_en", "floor_lo", "floor_hi", "estimated",
                "households_declared", "geometry")  # fmt: skip
UNIT_SHAPES = """
SELECT id, ST_AsBinary(ST_PointOnSurface(geometry)) FROM unit WHERE building_id = %s ORDER BY name, id
"""
OWN_UNITS = """
SELECT id, estimated, households, floors_counted FROM unit WHERE building_id = %s ORDER BY name, id
"""


@dataclass(frozen=True, slots=True, eq=False)
class Again:
    """A row of the delivery that is a building we know.

    Attributes:
        at: the row of the delivery.
        old: the building as the store has it.
        shape: its outline there, degrees WGS-84.
        compound: where it lies from now on.
        community: where that compound lies.
    """

    at: int
    old: dict[str, Any]
    shape: shapely.Geometry
    compound: UUID
    community: UUID


def change_buildings(book: Book, delivery: Delivery, houses: Houses, known: Sequence[Again], outcome: Outcome) -> None:
    """Write what differs, all buildings at once; constraints have to be deferred."""
    changes: list[tuple[UUID, dict[str, Any]]] = []
    for each in known:
        differs = _differences(delivery, houses, each)
        units = bool(delivery.field("households")[each.at]) and _change_units(
            book, houses, each, delivery.shapes[each.at]
        )
        if differs:
            changes.append((each.old["id"], differs))
        fields = sorted([*differs, *(["households"] if units else [])])
        outcome.note(delivery, each.at, "changed" if fields else "same", each.old["id"], fields=fields)
    book.change_all("building", changes)
    shapes = {key: differs["geometry"] for key, differs in changes if "geometry" in differs}
    for key, shape in shapes.items():
        _carry_units(book, key, shape)
    book.remember("building", [(each.old["id"], delivery.keys[each.at]) for each in known])


def _differences(delivery: Delivery, houses: Houses, known: Again) -> dict[str, Any]:
    at, old = known.at, known.old
    said = said_of(delivery, houses, at)
    told = {"floors": bool(delivery.field("floors")[at]), "use": bool(delivery.field("use")[at])}
    changes = {k: v for k, v in said.items() if v and v != old[k] and told.get(k, True)}
    if not shapely.equals_exact(known.shape, delivery.shapes[at], SAME_DEG, normalize=True):
        changes |= {"geometry": delivery.shapes[at]}
    if (known.compound, known.community) != (old["compound_id"], old["community_id"]):
        changes |= {"compound_id": known.compound, "community_id": known.community}
    return changes


def _carry_units(book: Book, building: UUID, shape: shapely.Geometry) -> None:
    """Units that no longer lie in their building's new outline are cut anew along it, in the order of their names."""
    rows = book.connection.execute(UNIT_SHAPES, [building]).fetchall()
    inside = shapely.covers(shape, shapely.from_wkb([row[1] for row in rows]))
    if not rows or bool(np.all(inside)):
        return
    alone = np.array([shape], dtype=object)
    count = np.array([len(rows)], dtype=np.int64)
    parts = staircases(alone, count, count).shapes
    for (key, _), part in zip(rows, parts, strict=True):
        book.change("unit", key, {"geometry": part}, quietly=True)


def _change_units(book: Book, houses: Houses, known: Again, shape: shapely.Geometry) -> bool:
    """Share a new count out over the units; where doors are known one by one, those stay right and nothing changes."""
    wanted, old = int(houses.households[known.at]), known.old
    if houses.estimated[known.at] or wanted == old["households"]:
        return False
    units = book.connection.execute(OWN_UNITS, [old["id"]]).fetchall()
    if any(unit[3] for unit in units):
        return False
    if not units:
        [key] = book.fresh(1)
        floors = int(houses.floors[known.at])
        row = (key, old["id"], known.community, "1单元", "Unit 1", 1, floors, False, wanted, shape)
        book.add("unit", UNIT_COLUMNS, [row])
        return True
    each, over = divmod(wanted, len(units))
    for number, unit in enumerate(units):
        values = {"households_declared": each + (number < over), "estimated": False}
        book.change("unit", unit[0], values, quietly=True)
    return True


def said_of(delivery: Delivery, houses: Houses, at: int) -> dict[str, Any]:
    """What one row says of its building, by the store's own columns."""
    built = delivery.field("built")[at][:4]
    year = int(built) if built.isdigit() and 1000 <= int(built) <= 2200 else None  # noqa: PLR2004 - what the store admits
    return {
        "code": delivery.codes[at] or None,
        "name": delivery.names[at],
        "name_en": delivery.field("name_en")[at][:200],
        "address": delivery.field("address")[at][:400],
        "use": houses.uses[at],
        "floors": int(houses.floors[at]),
        "built": year,
    }
