"""The sample subdistrict 锦汀街道: four communities on a bend of a river, about 13,000 households, none of it real.

An estate community shaped like Chengdu's 吉福社区 (11 compounds, about 7,100 households), an old town of courtyards,
a community of towers, and one across the river that is half village. Drawn near 104.06 E, 30.67 N so that a map of
Chengdu lies under it; district code 510199 was never given to a real district.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.hierarchy.places import Area, Barrier, BarrierKind, City, Community, District, Subdistrict
from geo.synthesis import census, names, quarters
from geo.synthesis.blocks import WIDTH_M, Street
from geo.synthesis.chance import identities, lots
from geo.synthesis.curves import bend
from geo.synthesis.frame import largest
from geo.synthesis.plane import Plane
from geo.synthesis.quarters import Ground, Quarter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

DISTRICT_CODE = "510199"
SUBDISTRICT_CODE = "510199001"
RIVER_M = 44.0

# Marks of the town plan in metres: corners by letter, edges by their two corners.
CORNERS = {
    "a": (-1080, 470), "b": (-640, 500), "c": (60, 480), "d": (980, 420),
    "e": (-1100, 30), "f": (-640, 40), "g": (90, 10),
    "h": (-1080, -350), "i": (240, -400), "j": (1060, -380),
}  # fmt: skip
EDGES: dict[str, tuple[str, str, str, tuple[tuple[float, float], ...]]] = {
    # edge: class, name, English name, marks between its corners
    "ab": ("secondary", "文澜路", "Wenlan Road", ((-860, 492),)),
    "bc": ("secondary", "文澜路", "Wenlan Road", ((-300, 505),)),
    "cd": ("secondary", "文澜路", "Wenlan Road", ((520, 470),)),
    "ef": ("arterial", "锦汀大道", "Jinting Avenue", ((-860, 28),)),
    "fg": ("arterial", "锦汀大道", "Jinting Avenue", ((-280, 34),)),
    "ae": ("secondary", "西林路", "Xilin Road", ((-1100, 250),)),
    "eh": ("secondary", "西林路", "Xilin Road", ((-1085, -160),)),
    "bf": ("secondary", "槐荫路", "Huaiyin Road", ((-632, 270),)),
    "cg": ("river", "汀江", "Ting River", ((40, 390), (100, 270), (175, 170), (160, 80))),
    "gi": ("river", "汀江", "Ting River", ((50, -70), (70, -180), (160, -270), (225, -340))),
    "hi": ("arterial", "南浦大道", "Nanpu Avenue", ((-400, -385),)),
    "ij": ("secondary", "南浦路", "Nanpu Road", ((650, -410),)),
    "dj": ("branch", "稻香路", "Daoxiang Road", ((1040, 20),)),
}
RINGS = {
    "old-town": ("ae", "ef", "bf", "ab"),
    "high-rise": ("bf", "fg", "cg", "bc"),
    "urban": ("eh", "hi", "gi", "fg", "ef"),
    "semi-rural": ("cg", "gi", "ij", "dj", "cd"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The drawn town plan: edges by key and each community's ground, all in metres."""

    edges: dict[str, Street]
    grounds: dict[str, shapely.Polygon]


def town_plan() -> Plan:
    """The sample's streets and river as smooth lines, and the four grounds that they enclose."""
    edges = {}
    for key, (road_class, name, name_en, marks) in EDGES.items():
        line = bend(np.array([CORNERS[key[0]], *marks, CORNERS[key[1]]], dtype=float))
        edges[key] = Street(line, road_class, RIVER_M if road_class == "river" else WIDTH_M[road_class], name, name_en)
    grounds = {
        kind: next(iter(shapely.get_parts(shapely.polygonize([shapely.LineString(edges[k].line) for k in ring]))))
        for kind, ring in RINGS.items()
    }
    return Plan(edges, grounds)


COMMUNITIES = (
    # character, name, English name, the last three digits of its code
    ("urban", "福汀社区", "Futing Community", "001"),
    ("old-town", "槐荫社区", "Huaiyin Community", "002"),
    ("high-rise", "云汀社区", "Yunting Community", "003"),
    ("semi-rural", "稻香社区", "Daoxiang Community", "004"),
)


def build(kind: str, ground: Ground) -> Quarter:
    """Build one of the four communities over, with the figures the sample promises."""
    if kind == "urban":
        return quarters.estates(ground, 11, 7100)
    if kind == "old-town":
        return quarters.old_town(ground, 14)
    if kind == "high-rise":
        return quarters.high_rise(ground, 4, 3650)
    return quarters.semi_rural(ground, 9, 12, 1250)


def sample(seed: int = 1) -> City:
    """The whole sample subdistrict as values on the globe; the same seed gives the same city."""
    plane, plan = Plane(), town_plan()
    ids = identities(seed, "sample")
    rng = lots(seed, "sample", "names")
    stems, lanes = names.stems(rng), names.stems(rng, names.LANES)
    district_id, subdistrict_id = next(ids), next(ids)
    communities, parts = [], []
    for kind, name, name_en, tail in COMMUNITIES:
        code = SUBDISTRICT_CODE + tail
        community = Community(next(ids), subdistrict_id, code, name, name_en, kind, plane.place(plan.grounds[kind]))
        communities.append(community)
        around = [plan.edges[key] for key in plan.edges]
        ground = Ground(plan.grounds[kind], around, lots(seed, "quarter", code), stems, lanes)
        quarter = build(kind, ground)
        parts.append(drawn(quarter, community.id, code, plane, seed))
    whole = shapely.orient_polygons(largest(shapely.coverage_union_all([c.geometry for c in communities])))
    river = [street for street in plan.edges.values() if street.road_class == "river"]
    frame = Quarter(streets=list(plan.edges.values()), areas=[("water", "汀江", "Ting River", _water(river))])
    parts.append(drawn(frame, subdistrict_id, SUBDISTRICT_CODE + "000", plane, seed))
    return City(
        districts=(District(district_id, DISTRICT_CODE, "锦溪区", "Jinxi District", whole),),
        subdistricts=(
            Subdistrict(subdistrict_id, district_id, SUBDISTRICT_CODE, "锦汀街道", "Jinting Subdistrict", whole),
        ),
        communities=tuple(communities),
        compounds=tuple(c for part in parts for c in part.compounds),
        buildings=tuple(b for part in parts for b in part.buildings),
        units=tuple(u for part in parts for u in part.units),
        barriers=tuple(b for part in parts for b in part.barriers),
        areas=tuple(a for part in parts for a in part.areas),
    )


def _water(river: list[Street]) -> shapely.Polygon:
    """The river's surface about its middle line."""
    course = shapely.line_merge(shapely.MultiLineString([street.line for street in river]))
    return largest(course.buffer(RIVER_M / 2, quad_segs=3, cap_style="flat").simplify(0.5))


def drawn(quarter: Quarter, community: UUID, code: str, plane: Plane, seed: int) -> City:
    """A quarter as values on the globe: its census, its barriers and its areas."""
    part = census.count(quarter.estates, community, code, plane, seed)
    ids = identities(seed, "ground", code)
    return City(
        compounds=part.compounds,
        buildings=part.buildings,
        units=part.units,
        barriers=(*_streets(quarter, plane, ids), *_walls(quarter, plane, ids)),
        areas=tuple(Area(next(ids), kind, zh, en, plane.place(shape)) for kind, zh, en, shape in quarter.areas),
    )


def _streets(quarter: Quarter, plane: Plane, ids: Iterator[UUID]) -> list[Barrier]:
    return [
        Barrier(next(ids), BarrierKind.RIVER, None, s.name, s.name_en, plane.place(shapely.LineString(s.line)))
        if s.road_class == "river"
        else Barrier(
            next(ids), BarrierKind.ROAD, s.road_class, s.name, s.name_en, plane.place(shapely.LineString(s.line))
        )
        for s in quarter.streets
    ]


def _walls(quarter: Quarter, plane: Plane, ids: Iterator[UUID]) -> list[Barrier]:
    return [
        Barrier(next(ids), BarrierKind.WALL, None, zh, en, plane.place(shapely.LineString(line)))
        for zh, en, line in quarter.walls
    ]
