"""The drawn plan of the sample subdistrict: its streets, its river, its bridges, and the four grounds they enclose.

Marks are metres about 104.06 E, 30.67 N; x east, y north. Corners go by letter, edges by their two corners, so that
neighbours share every point of the edge between them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely import ops

from geo.synthesis.blocks import WIDTH_M, Street
from geo.synthesis.curves import bend
from geo.synthesis.frame import largest

RIVER_M = 44.0
CORNERS = {
    "a": (-1080, 470),
    "b": (-640, 500),
    "c": (60, 480),
    "d": (980, 420),
    "e": (-1100, 30),
    "f": (-640, 40),
    "g": (90, 10),
    "h": (-1080, -375),
    "i": (240, -420),
    "j": (1060, -400),
    "k": (1040, 20),
}
EDGES: dict[str, tuple[str, str, str, tuple[tuple[float, float], ...]]] = {
    # edge: class, name, English name, marks between its corners
    "ab": ("secondary", "文澜路", "Wenlan Road", ((-860, 492),)),
    "bc": ("secondary", "文澜路", "Wenlan Road", ((-300, 505),)),
    "cd": ("secondary", "文澜路", "Wenlan Road", ((520, 470),)),
    "ef": ("arterial", "锦汀大道", "Jinting Avenue", ((-860, 28),)),
    "fg": ("arterial", "锦汀大道", "Jinting Avenue", ((-280, 34),)),
    "gk": ("secondary", "锦汀大道", "Jinting Avenue", ((300, -20), (650, 20))),
    "ae": ("secondary", "西林路", "Xilin Road", ((-1100, 250),)),
    "eh": ("secondary", "西林路", "Xilin Road", ((-1085, -160),)),
    "bf": ("secondary", "槐荫路", "Huaiyin Road", ((-632, 270),)),
    "cg": ("river", "汀江", "Ting River", ((40, 390), (100, 270), (175, 170), (160, 80))),
    "gi": ("river", "汀江", "Ting River", ((50, -70), (70, -180), (160, -270), (225, -350))),
    "hi": ("arterial", "南浦大道", "Nanpu Avenue", ((-400, -410),)),
    "ij": ("secondary", "南浦路", "Nanpu Road", ((650, -430),)),
    "dk": ("branch", "稻香路", "Daoxiang Road", ((1030, 220),)),
    "kj": ("branch", "稻香路", "Daoxiang Road", ((1035, -180),)),
}
RINGS = {
    "old-town": ("ae", "ef", "bf", "ab"),
    "high-rise": ("bf", "fg", "cg", "bc"),
    "urban": ("eh", "hi", "gi", "fg", "ef"),
    "semi-rural": ("cg", "gi", "ij", "dk", "kj", "cd"),
}
THROUGH = {"semi-rural": ("gk",)}


@dataclass(frozen=True, slots=True, eq=False)
class TownPlan:
    """Edges by key, each community's ground and the river's surface, all in metres."""

    edges: dict[str, Street]
    grounds: dict[str, shapely.Polygon]
    water: shapely.Polygon

    def streets(self) -> list[Street]:
        """Every street and river once, cut at the river: what lies over the water is a bridge with its own name."""
        wet = self.water.buffer(5.0)
        found: list[Street] = []
        spans: dict[str, list[Street]] = {}
        for street in self.edges.values():
            line = shapely.LineString(street.line)
            if street.road_class == "river" or not line.intersects(wet):
                found.append(street)
                continue
            found += _pieces(street, line.difference(wet))
            name, name_en = street.name[:2] + "桥", street.name_en.split()[0] + " Bridge"
            spans.setdefault(name, []).extend(
                _pieces(replace(street, name=name, name_en=name_en), line.intersection(wet))
            )
        for halves in spans.values():
            whole = ops.linemerge(shapely.MultiLineString([half.line for half in halves]))
            found += _pieces(halves[0], whole)
        return found


def _pieces(street: Street, course: shapely.Geometry) -> list[Street]:
    parts = shapely.get_parts(course).tolist()
    return [replace(street, line=shapely.get_coordinates(part)) for part in parts if part.length > 1]


def town_plan() -> TownPlan:
    """The plan with its streets and river as smooth lines."""
    edges = {}
    for key, (road_class, name, name_en, marks) in EDGES.items():
        line = bend(np.array([CORNERS[key[0]], *marks, CORNERS[key[1]]], dtype=float))
        edges[key] = Street(line, road_class, RIVER_M if road_class == "river" else WIDTH_M[road_class], name, name_en)
    grounds = {
        kind: largest(shapely.polygonize([shapely.LineString(edges[key].line) for key in ring]))
        for kind, ring in RINGS.items()
    }
    course = shapely.LineString(np.vstack([edges["cg"].line, edges["gi"].line[1:]]))
    return TownPlan(edges, grounds, largest(course.buffer(RIVER_M / 2, quad_segs=3, cap_style="flat")))
