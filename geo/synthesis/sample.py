"""The sample subdistrict 锦汀街道: four communities on a bend of a river, about 13,000 households, none of it real.

An estate community shaped like Chengdu's 吉福社区 (11 compounds, about 7,100 households), an old town of courtyards,
a community of towers, and one across the river that is half village. Drawn near 104.06 E, 30.67 N so that a map of
Chengdu lies under it; district code 510199 was never given to a real district.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from geo.hierarchy.places import City, Community, District, Subdistrict
from geo.synthesis import countryside, estates, highrise, names, oldtown, survey
from geo.synthesis.chance import identities, lots
from geo.synthesis.frame import largest
from geo.synthesis.plane import Plane
from geo.synthesis.quarter import Ground, Quarter
from geo.synthesis.townplan import THROUGH, TownPlan, town_plan

if TYPE_CHECKING:
    from collections.abc import Callable

DISTRICT_CODE = "510199"
SUBDISTRICT_CODE = "510199001"
COMMUNITIES: tuple[tuple[str, str, str, Callable[[Ground], Quarter]], ...] = (
    ("urban", "福汀社区", "Futing Community", lambda ground: estates.build(ground, 11, 7100)),
    ("old-town", "槐荫社区", "Huaiyin Community", lambda ground: oldtown.build(ground, 14)),
    ("high-rise", "云汀社区", "Yunting Community", lambda ground: highrise.build(ground, 4, 3650)),
    ("semi-rural", "稻香社区", "Daoxiang Community", lambda ground: countryside.build(ground, 11, 18, 1250)),
)


def sample(seed: int = 1) -> City:
    """The whole sample subdistrict as values on the globe; the same seed gives the same city."""
    plan = town_plan()
    ids = identities(seed, "sample")
    district, subdistrict = next(ids), next(ids)
    communities = tuple(
        Community(next(ids), subdistrict, f"{SUBDISTRICT_CODE}{k:03d}", zh, en, kind, Plane().place(plan.grounds[kind]))
        for k, (kind, zh, en, _) in enumerate(COMMUNITIES, start=1)
    )
    whole = shapely.orient_polygons(largest(shapely.coverage_union_all([c.geometry for c in communities])))
    outer = City(
        districts=(District(district, DISTRICT_CODE, "锦溪区", "Jinxi District", whole),),
        subdistricts=(Subdistrict(subdistrict, district, SUBDISTRICT_CODE, "锦汀街道", "Jinting Subdistrict", whole),),
        communities=communities,
    )
    between = Quarter(streets=plan.streets(), areas=[("water", "汀江", "Ting River", plan.water)])
    shared = survey.places(between, subdistrict, SUBDISTRICT_CODE + "000", Plane(), seed)
    return survey.joined([outer, shared, *_quarters(plan, {c.kind: c for c in communities}, seed)])


def _quarters(plan: TownPlan, communities: dict[str, Community], seed: int) -> list[City]:
    """Every community built over; stems of names are shared, so that no street occurs twice."""
    rng = lots(seed, "sample", "names")
    stems, lanes = names.stems(rng), names.stems(rng, names.LANES)
    parts = []
    for kind, _, _, build in COMMUNITIES:
        code, identity = communities[kind].code, communities[kind].id
        through = [plan.edges[key] for key in THROUGH.get(kind, ())]
        around = [street for key, street in plan.edges.items() if key not in THROUGH.get(kind, ())]
        ground = Ground(plan.grounds[kind], around, lots(seed, "quarter", code), stems, lanes, through)
        parts.append(survey.places(build(ground), identity, code, Plane(), seed, by_floor=True))
    return parts
