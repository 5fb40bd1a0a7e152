"""An old town: courtyards (院落) along lanes, two works estates of the 1980s, a square and a school."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geo.synthesis import courtyards, estates, names, slabs
from geo.synthesis.census import Estate
from geo.synthesis.quarter import Ground, Quarter, address, parcels

if TYPE_CHECKING:
    import shapely

UNSURVEYED = 0.02  # share of old houses that are only a point in the register
WORKS = replace(slabs.WALK_UP, floors=(4, 5))


def build(ground: Ground, compounds: int) -> Quarter:
    """Cut the ground into so many parcels: the largest for the school, the next for the works, the least a square."""
    quarter, rng = Quarter(), ground.rng
    lands = parcels(ground, compounds, quarter)
    school, *works = sorted(lands, key=lambda land: -land.area)[:3]
    square = min(lands, key=lambda land: land.area)
    kinds = iter(rng.permutation(len(names.WORKS)).tolist())
    for land in lands:
        if land is square:
            quarter.leave("square", names.with_kind(next(ground.lanes), ("广场", "Square")), land)
        elif land is school:
            estates.school(land, quarter, ground)
        elif any(land is ours for ours in works):
            zh, en = names.WORKS[next(kinds)]
            where, _ = address(land, [*quarter.streets, *ground.around])
            laid = slabs.lay(land, WORKS, rng)
            built = int(rng.integers(1976, 1990))
            quarter.settle(Estate(land, "slab", zh, en, where, tuple(laid), built=built), rng)
        else:
            _courtyard(ground, quarter, land)
    return quarter


def _courtyard(ground: Ground, quarter: Quarter, land: shapely.Polygon) -> None:
    """One compound of old houses, called by its lane and number; a few houses nobody has surveyed."""
    rng = ground.rng
    where, where_en = address(land, [*quarter.streets, *ground.around])
    taken = {estate.name for estate in quarter.estates}
    name, name_en, turn = where + "院", f"Courtyard, {where_en}", 0
    while name in taken:
        turn += 1
        name, name_en = f"{where}附{turn}院", f"Courtyard {turn}, {where_en}"
    laid = [replace(m, surveyed=False) if rng.random() < UNSURVEYED else m for m in courtyards.lay(land, rng)]
    built = int(rng.integers(1935, 1972))
    estate = Estate(land, "courtyard", name, name_en, where, tuple(laid), built=built, numbering="{}号房")
    quarter.settle(estate, rng, walled=False)
