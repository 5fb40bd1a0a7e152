"""The river bank: a greenway along the water and the riverside road behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from geo.synthesis.blocks import WIDTH_M, Street
from geo.synthesis.frame import largest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.synthesis.names import Name

BANK_M = 20.0  # greenway between the water and the riverside road
LEAST_SHORE_M = 60.0


def bank(land: shapely.Polygon, around: Sequence[Street]) -> tuple[shapely.Polygon, Street | None, shapely.Polygon]:
    """Take the bank off the land (metres): what is left, the riverside road (None without a river), the greenway."""
    rivers = [s for s in around if s.road_class == "river"]
    rim = land.boundary
    shores = [s for s in rivers if shapely.LineString(s.line).intersection(rim).length > LEAST_SHORE_M]
    if not shores:
        return land, None, shapely.Polygon()
    course = shapely.line_merge(shapely.union_all([shapely.LineString(s.line) for s in shores]))
    width, road = shores[0].width_m, WIDTH_M["branch"]

    def along(reach_m: float) -> shapely.Polygon:
        return largest(course.buffer(reach_m, quad_segs=3))

    behind = along(width / 2 + BANK_M + road / 2)
    lines = shapely.get_parts(shapely.line_merge(shapely.intersection(land, behind.boundary))).tolist()
    line = max(lines, key=shapely.length).simplify(0.5)
    green = largest(
        land.intersection(along(width / 2 + BANK_M).difference(along(width / 2))).buffer(-2.0).simplify(0.5)
    )
    zh, en = _named(shores[0], east=land.centroid.x > course.centroid.x)
    street = Street(shapely.get_coordinates(line), "branch", road, zh, en)
    return largest(land.difference(behind)), street, green


def _named(river: Street, *, east: bool) -> Name:
    """滨汀东路, Binting East Road, for the road on the east bank of 汀江."""
    side, side_en = ("东", "East") if east else ("西", "West")
    return f"滨{river.name[:-1]}{side}路", f"Bin{river.name_en.removesuffix(' River').lower()} {side_en} Road"


def greenway(around: Sequence[Street]) -> Name:
    """The greenway's name, after its river."""
    river = next(s for s in around if s.road_class == "river")
    return river.name + "绿道", river.name_en + " Greenway"
