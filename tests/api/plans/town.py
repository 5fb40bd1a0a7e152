"""A small town for random edits: the napkin city's community with two compounds side by side and ten stairwells."""

from __future__ import annotations

from dataclasses import replace

from geo.hierarchy.places import Building, BuildingUse, Compound, Unit
from tests.api.places.small_city import BUILDING, CITY, COMMUNITY, COMPOUND, LONE, UNITS, key, square

HERE = str(COMMUNITY.id)
NEXT_DOOR = Compound(key(20), key(3), "990101001001002", "东园", "East Garden", "slab", "", square(50, 30, 60, 50))


def _building(number: int, compound: Compound, floors: int, *corners: float) -> Building:
    code, name = f"{compound.code}{number:03d}", f"{number}栋"
    shape = square(*corners)
    return Building(key(number), compound.id, key(3), code, name, "", BuildingUse.RESIDENTIAL, floors, 2001, shape)


TOWER = _building(30, COMPOUND, 9, 42, 32, 46, 36)
SLAB = _building(31, COMPOUND, 6, 32, 40, 40, 44)
EAST = _building(32, NEXT_DOOR, 6, 52, 32, 56, 36)
NORTH_EAST = _building(33, NEXT_DOOR, 6, 52, 40, 56, 44)


def _unit(number: int, building: Building, households: int, *corners: float) -> Unit:
    shape = square(*corners)
    floors, code = building.floors, f"{building.code}{number % 100:02d}"
    return Unit(
        key(number), building.id, key(3), code, f"{number}单元", 1, floors, households, estimated=False, geometry=shape
    )


TOWN = replace(
    CITY,
    compounds=(COMPOUND, NEXT_DOOR),
    buildings=(BUILDING, LONE, TOWER, SLAB, EAST, NORTH_EAST),
    units=(
        *UNITS,
        _unit(40, TOWER, 36, 42, 32, 44, 36),
        _unit(41, TOWER, 36, 44, 32, 46, 36),
        _unit(42, SLAB, 12, 32, 40, 36, 44),
        _unit(43, SLAB, 12, 36, 40, 40, 44),
        _unit(44, EAST, 12, 52, 32, 54, 36),
        _unit(45, EAST, 13, 54, 32, 56, 36),
        _unit(46, NORTH_EAST, 18, 52, 40, 56, 44),
    ),
)
