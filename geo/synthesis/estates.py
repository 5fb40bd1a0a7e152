"""A community of walled estates (小区): slabs, mid-rises, closed blocks, shops on corners, and a small park."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import shapely

from geo.hierarchy.places import BuildingUse
from geo.synthesis import civic, names, shapes, slabs, towers
from geo.synthesis.census import Estate
from geo.synthesis.quarter import Ground, Quarter, address, fit, parcels

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

    from geo.synthesis.massing import Massing
    from geo.synthesis.names import Name

PARK_M2 = 12_000.0
CENTRE, MARKET = 0, 2  # the estates that take in the service centre and the market
ORDER = ("slab", "mid-rise", "mixed", "mid-rise", "perimeter", "mid-rise")
YEARS = {"tower": (2008, 2023), "mid-rise": (2002, 2018), "slab": (1986, 2004), "mixed": (1994, 2010)}


def build(
    ground: Ground, compounds: int, households: int | None = None, order: Sequence[str] = ORDER, idle: int = 0
) -> Quarter:
    """Cut the ground into so many estates, a park and ``idle`` parcels for works; build each in its turn's style.

    Where ``households`` are wished for, estates are built higher, largest first, until there is room for them.
    """
    quarter, rng = Quarter(), ground.rng
    lands = parcels(ground, compounds + 1 + idle, quarter)
    green = min(lands, key=lambda land: abs(land.area - PARK_M2))
    park(green, quarter, ground)
    lands = idled([land for land in lands if land is not green], idle, quarter, ground)
    drawn = [_drawn(land, order[k % len(order)], rng) for k, land in enumerate(lands)]
    for k in sorted(range(len(lands)), key=lambda k: -lands[k].area):
        if room([m for _, laid in drawn for m in laid]) < (households or 0):
            drawn[k] = _drawn(lands[k], "mid-rise", rng)
    built = [
        estate(ground, quarter, land, kind, _with_shared(laid, land, k, rng))
        for k, (land, (kind, laid)) in enumerate(zip(lands, drawn, strict=True))
    ]
    for each in fit(built, households, rng) if households else built:
        quarter.settle(each, rng)
    return quarter


def _drawn(land: shapely.Polygon, kind: str, rng: np.random.Generator) -> tuple[str, list[Massing]]:
    """The style and its buildings; plain slabs where the land is too small for the style."""
    laid = lay(land, kind, rng)
    return (kind, laid) if laid else ("slab", slabs.lay(land, slabs.WALK_UP, rng))


def room(massings: Sequence[Massing]) -> int:
    """Households if every building rose as high as its style allows, a twentieth kept for what neighbours share."""
    return round(0.95 * sum(replace(m, floors=m.within[1]).dwellings for m in massings if m.flats))


def lay(land: shapely.Polygon, kind: str, rng: np.random.Generator) -> list[Massing]:
    """The buildings of one estate on its land, by style."""
    return _STYLES[kind](land, rng)


def _perimeter(land: shapely.Polygon, rng: np.random.Generator) -> list[Massing]:
    """A closed block, and rows that stand free in its court."""
    block = slabs.perimeter(land, rng)
    court = shapely.Polygon(block[0].holes[0]).buffer(-8.0) if block else land
    return [*block, *slabs.lay(court, slabs.WALK_UP, rng)]


_STYLES: dict[str, Callable[[shapely.Polygon, np.random.Generator], list[Massing]]] = {
    "slab": lambda land, rng: slabs.lay(land, slabs.WALK_UP, rng),
    "mid-rise": lambda land, rng: slabs.lay(land, slabs.MID_RISE, rng),
    "mixed": lambda land, rng: slabs.corner(land, slabs.WALK_UP, rng),
    "perimeter": _perimeter,
    "tower": towers.lay,
}


def _with_shared(laid: list[Massing], land: shapely.Polygon, k: int, rng: np.random.Generator) -> list[Massing]:
    """What the neighbours share stands in some estates: the service centre, the market, the kindergartens."""
    if k == CENTRE:
        laid = civic.beside(laid, land, civic.public(shapes.box(0, 0, 24, 12), "党群服务中心", 2), rng)
    if k == MARKET:
        market = civic.public(shapes.box(0, 0, 34, 18), "农贸市场", 1, BuildingUse.COMMERCIAL)
        laid = civic.beside(laid, land, market, rng)
    if k % 4 == 1:
        laid = civic.beside(laid, land, civic.public(shapes.box(0, 0, 26, 14), "幼儿园", 3), rng)
    return laid


def estate(ground: Ground, quarter: Quarter, land: shapely.Polygon, kind: str, laid: list[Massing]) -> Estate:
    """A compound with a name, an address and a year after its kind."""
    kind = "mixed" if kind == "perimeter" else kind
    pool = names.TOWERS if kind == "tower" else names.ESTATES
    zh, en = names.with_kind(next(ground.stems), pool[int(ground.rng.integers(len(pool)))])
    where, _ = address(land, [*quarter.streets, *ground.around, *ground.through])
    return Estate(land, kind, zh, en, where, tuple(laid), built=int(ground.rng.integers(*YEARS[kind])))


def idled(lands: list[shapely.Polygon], idle: int, quarter: Quarter, ground: Ground) -> list[shapely.Polygon]:
    """Give the largest parcels to works and offices, which house nobody; what is left."""
    order = sorted(lands, key=lambda land: land.area, reverse=True)[: min(idle, len(lands) - 1)]
    for land in order:
        zh, en = names.with_kind(next(ground.stems), ("产业园", "Business Park"))
        public(ground, quarter, land, (zh, en), civic.works(land, ground.rng))
    return [land for land in lands if not any(land is other for other in order)]


def public(ground: Ground, quarter: Quarter, land: shapely.Polygon, name: Name, laid: list[Massing]) -> None:
    """A compound in which nobody lives."""
    where, _ = address(land, [*quarter.streets, *ground.around, *ground.through])
    built = int(ground.rng.integers(1985, 2022))
    quarter.settle(
        Estate(land, "public", *name, where, tuple(laid), built=built), ground.rng, walled=name[0][-1] == "学"
    )


def park(land: shapely.Polygon, quarter: Quarter, ground: Ground) -> None:
    """A park with a pond."""
    zh, en = names.with_kind(next(ground.stems), ("公园", "Park"))
    quarter.leave("park", (zh, en), land)
    for pond in civic.pond(land, ground.rng):
        quarter.leave("water", (zh + "荷塘", en + " Lotus Pond"), pond)


def school(land: shapely.Polygon, quarter: Quarter, ground: Ground) -> None:
    """A primary school with its playground."""
    zh, en = names.with_kind(next(ground.stems), ("小学", "Primary School"))
    laid, field = civic.school(land, zh)
    public(ground, quarter, land, (zh, en), laid)
    quarter.leave("square", (zh + "操场", en + " Playground"), field)
