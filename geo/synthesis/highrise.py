"""A community of towers whose one stairwell exceeds a micro-grid, a shopping centre, a school and a park."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.hierarchy.places import BuildingUse
from geo.synthesis import civic, estates, names, shapes, towers
from geo.synthesis.quarter import Ground, Quarter, fit, parcels

if TYPE_CHECKING:
    import shapely

    from geo.synthesis.massing import Massing

PUBLIC = 3  # parcels on which nobody lives


def build(ground: Ground, compounds: int, households: int | None = None, idle: int = 0) -> Quarter:
    """Cut the ground into so many tower estates, three smaller parcels for what they share, and ``idle`` ones."""
    quarter, rng = Quarter(), ground.rng
    lands = parcels(ground, compounds + PUBLIC + idle, quarter)
    lands = estates.idled(lands, idle, quarter, ground)
    small = sorted(lands, key=lambda land: land.area)[: min(PUBLIC, len(lands) - 1)]
    for land, build_over in zip(small, (estates.park, estates.school, _mall), strict=False):
        build_over(land, quarter, ground)
    drawn = []
    for k, land in enumerate(land for land in lands if not any(land is other for other in small)):
        laid = towers.lay(land, rng)
        laid = civic.beside(laid, land, _shops(float(rng.uniform(36, 64))), rng)
        if k % 2:
            laid = civic.beside(laid, land, civic.public(shapes.box(0, 0, 28, 16), "幼儿园", 3), rng)
        drawn.append(estates.estate(ground, quarter, land, "tower", laid))
    for each in fit(drawn, households, rng) if households else drawn:
        quarter.settle(each, rng)
    return quarter


def _shops(length_m: float) -> Massing:
    return civic.public(shapes.box(0, 0, length_m, 11), "沿街商铺", 2, BuildingUse.COMMERCIAL)


def _mall(land: shapely.Polygon, quarter: Quarter, ground: Ground) -> None:
    """A shopping centre, offices and the community's clinic."""
    name = names.with_kind(next(ground.stems), ("广场", "Plaza"))
    laid = civic.centred(land, civic.public(shapes.box(0, 0, 72, 48), "购物中心", 6, BuildingUse.COMMERCIAL))
    office = civic.public(shapes.box(0, 0, 32, 28), "写字楼", 22, BuildingUse.COMMERCIAL)
    clinic = civic.public(shapes.box(0, 0, 34, 15), "社区卫生服务中心", 4)
    for building in (office, clinic):
        laid = civic.beside(laid, land, building, ground.rng, gap_m=9.0)
    estates.public(ground, quarter, land, name, laid)
