"""A city small enough to draw on a napkin: one of each level, and room to put things in the wrong place.

In thousandths of a degree: district 0-80, subdistrict 10-70, community 20-60, compound 锦绣花园 30-50, in it
building 3 with two units and building 4, known only as a point.
"""

from __future__ import annotations

from uuid import UUID

from shapely import MultiPolygon, Point, box

from geo.hierarchy.places import (
    Building,
    BuildingUse,
    City,
    Community,
    Compound,
    District,
    Subdistrict,
    Unit,
)

ORIGIN = (104.0, 30.6)
STEP = 0.001


def square(west: float, south: float, east: float, north: float) -> MultiPolygon:
    """A rectangle on the napkin's grid, in degrees."""
    lon, lat = ORIGIN
    return MultiPolygon([box(lon + west * STEP, lat + south * STEP, lon + east * STEP, lat + north * STEP)])


def key(number: int) -> UUID:
    """A key one can read in a failing test."""
    return UUID(int=number)


DISTRICT = District(key(1), "990101", "青禾区", "Qinghe District", square(0, 0, 80, 80))
SUBDISTRICT = Subdistrict(key(2), key(1), "990101001", "望江街道", "Wangjiang", square(10, 10, 70, 70))
COMMUNITY = Community(key(3), key(2), "990101001001", "吉福社区", "Jifu", "urban", square(20, 20, 60, 60))
COMPOUND = Compound(
    key(4), key(3), "990101001001001", "锦绣花园", "Jinxiu Garden", "slab", "人民路128号", square(30, 30, 50, 50)
)
BUILDING = Building(
    key(5),
    key(4),
    key(3),
    "990101001001001001",
    "3栋",
    "人民路128号锦绣花园3栋",
    BuildingUse.RESIDENTIAL,
    6,
    1998,
    square(32, 32, 40, 36),
)
LONE = Building(
    key(6),
    key(4),
    key(3),
    "990101001001001002",
    "4栋",
    "人民路128号锦绣花园4栋",
    BuildingUse.RESIDENTIAL,
    2,
    None,
    Point(ORIGIN[0] + 45 * STEP, ORIGIN[1] + 45 * STEP),
)
UNITS = (
    Unit(
        key(7),
        key(5),
        key(3),
        "99010100100100100101",
        "1单元",
        1,
        6,
        12,
        False,  # noqa: FBT003 - the dataclass's order
        square(32, 32, 36, 36),
        (2, 2, 2, 2, 2, 2),
    ),
    Unit(key(8), key(5), key(3), "99010100100100100102", "2单元", 1, 6, 24, True, square(36, 32, 40, 36)),  # noqa: FBT003 - the dataclass's order
    Unit(key(9), key(6), key(3), "99010100100100100201", "1单元", 1, 2, 4, False, LONE.geometry),  # noqa: FBT003 - the dataclass's order
)
CITY = City(
    districts=(DISTRICT,),
    subdistricts=(SUBDISTRICT,),
    communities=(COMMUNITY,),
    compounds=(COMPOUND,),
    buildings=(BUILDING, LONE),
    units=UNITS,
)
