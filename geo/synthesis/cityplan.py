"""The administrative plan of a synthetic city: its districts, subdistricts and communities, with codes and names.

A city of Chengdu's size has 3,045 communities; a district is the largest one of a smaller city. District codes run
from 510141, which GB/T 2260 has given to none.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.hierarchy.places import Community, District, Subdistrict
from geo.synthesis import chance, names
from geo.synthesis.chance import identities, lots
from geo.synthesis.frame import largest
from geo.synthesis.lattice import Cell, Lattice, disc, grouped
from geo.synthesis.plane import Plane

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

FIRST_DISTRICT = 510_141
CITY, DISTRICT = 3_045, 150  # communities
SUBDISTRICT_STEP, DISTRICT_STEP = (4, 3), (16, 12)

# Shares of characters by distance from the centre in lattice steps: estates, high-rise, old-town, semi-rural.
KINDS = ("urban", "high-rise", "old-town", "semi-rural")
SHARES = (
    (6, (0.53, 0.12, 0.35, 0.0)),
    (16, (0.6, 0.3, 0.1, 0.0)),
    (24, (0.42, 0.3, 0.0, 0.28)),
    (99, (0.2, 0.06, 0.0, 0.74)),
)


@dataclass(frozen=True, slots=True)
class CityPlan:
    """What a city consists of before anything is built; ``cells`` are the communities' places on the lattice."""

    lattice: Lattice
    plane: Plane
    districts: tuple[District, ...]
    subdistricts: tuple[Subdistrict, ...]
    communities: tuple[Community, ...]
    cells: tuple[Cell, ...]


def city_plan(communities: int = CITY, seed: int = 1) -> CityPlan:
    """Plan a city of so many communities (at most 20,000); all geometry tiles exactly, level by level."""
    lattice, plane = Lattice(seed), Plane()
    cells = disc(communities)
    home = grouped(cells, SUBDISTRICT_STEP, 5)
    county = grouped(cells, DISTRICT_STEP, 60)
    # A subdistrict lies in one district: that of its first cell.
    county_of = {home[cell]: county[cell] for cell in reversed(cells)}
    order = sorted(cells, key=lambda c: (county_of[home[c]], home[c], c))
    outlines = dict(zip(order, (plane.place(lattice.ground(cell)) for cell in order), strict=True))
    ids = identities(seed, "plan", communities)
    stems = names.stems(lots(seed, "districts"))
    districts: list[District] = []
    subdistricts: list[Subdistrict] = []
    found: list[Community] = []
    for number, key in enumerate(sorted(set(county_of.values()))):
        members = [cell for cell in order if county_of[home[cell]] == key]
        name = names.with_kind(next(stems), ("区", "District"))
        districts.append(District(next(ids), str(FIRST_DISTRICT + number), *name, _union(outlines, members)))
        for place, block in enumerate(dict.fromkeys(home[cell] for cell in members), start=1):
            inner = {cell: outlines[cell] for cell in members if home[cell] == block}
            name = names.with_kind(next(stems), ("街道", "Subdistrict"))
            code = f"{districts[-1].code}{place:03d}"
            subdistricts.append(Subdistrict(next(ids), districts[-1].id, code, *name, _union(outlines, list(inner))))
            found += _communities(subdistricts[-1], inner, ids, seed)
    return CityPlan(lattice, plane, tuple(districts), tuple(subdistricts), tuple(found), tuple(order))


def _communities(
    subdistrict: Subdistrict, outlines: dict[Cell, shapely.Polygon], ids: Iterator[UUID], seed: int
) -> Iterator[Community]:
    """The communities of one subdistrict, named so that none occurs twice in it."""
    stems = names.stems(lots(seed, "communities", subdistrict.code))
    for k, (cell, outline) in enumerate(outlines.items(), start=1):
        kind = character(cell, seed)
        name = names.with_kind(next(stems), ("村", "Village") if kind == "semi-rural" else ("社区", "Community"))
        yield Community(next(ids), subdistrict.id, f"{subdistrict.code}{k:03d}", *name, kind, outline)


def character(cell: Cell, seed: int) -> str:
    """What a community is like: old in the centre, tall around it, half village at the edge."""
    reach = hypot(cell[0] + 0.5, cell[1] + 0.5)
    shares = next(shares for limit, shares in SHARES if reach < limit)
    drawn = chance.shares(seed, "character", *cell)[0]
    return KINDS[next(k for k in range(4) if drawn < sum(shares[: k + 1]) + 1e-9)]


def _union(outlines: dict[Cell, shapely.Polygon], cells: Sequence[Cell]) -> shapely.Polygon | shapely.MultiPolygon:
    whole = shapely.orient_polygons(shapely.coverage_union_all(np.array([outlines[cell] for cell in cells])))
    return whole if isinstance(whole, shapely.MultiPolygon) else largest(whole)
