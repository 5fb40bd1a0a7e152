"""How a community's ground is built over, by character: estates, old town, towers, half village.

Every function takes the ground and the streets around it in metres and answers with a ``Quarter``: compounds with
their buildings, the streets and walls between them, and the ground that holds nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.hierarchy.places import BuildingUse
from geo.synthesis import blocks, civic, courtyards, names, shapes, slabs, towers, villages, walls
from geo.synthesis.census import Estate
from geo.synthesis.massing import Massing, clear_of, outlines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from geo.synthesis.blocks import Street
    from geo.synthesis.names import Name

LEAST_LAND_M2 = 1_200.0


@dataclass(slots=True)
class Ground:
    """What a quarter is built on: its ground and streets in metres, and the lots it draws."""

    land: shapely.Polygon
    around: list[Street]
    rng: np.random.Generator
    stems: Iterator[Name]
    lanes: Iterator[Name]


@dataclass(slots=True)
class Quarter:
    """A built-over ground: all geometry in metres."""

    estates: list[Estate] = field(default_factory=list)
    streets: list[Street] = field(default_factory=list)
    walls: list[tuple[str, str, NDArray[np.float64]]] = field(default_factory=list)
    areas: list[tuple[str, str, str, shapely.Polygon]] = field(default_factory=list)

    def wall(self, estate: Estate, rng: np.random.Generator) -> None:
        """Put a wall with gates round a compound."""
        gates = int(np.clip(round(estate.land.length / 300), 1, 3))
        self.walls += [
            (estate.name + "围墙", estate.name_en + " Wall", line)
            for line in walls.round_about(estate.land, gates, rng)
        ]


def parcels(ground: Ground, pieces: int, quarter: Quarter) -> list[shapely.Polygon]:
    """Cut the ground into blocks, name the streets between them, and give what is left behind the pavements."""
    cut, streets = blocks.cut(ground.land, pieces, ground.rng)
    for street in streets:
        pool = ground.lanes if street.road_class == "alley" else ground.stems
        zh, en = names.with_kind(next(pool), names.ROADS[street.road_class])
        quarter.streets.append(replace(street, name=zh, name_en=en))
    every = [*ground.around, *quarter.streets]
    lands = [blocks.land(block, every) for block in cut]
    return sorted(
        (land for land in lands if land.area > LEAST_LAND_M2), key=lambda land: (-land.centroid.y, land.centroid.x)
    )


def address(land: shapely.Polygon, streets: Sequence[Street]) -> str:
    """The street and number of a compound: the nearest named street, numbered by metres from its beginning."""
    named = [s for s in streets if s.name and s.road_class != "river"]
    lines = [shapely.LineString(s.line) for s in named]
    nearest = int(np.argmin(shapely.distance(lines, land)))
    along = shapely.line_locate_point(lines[nearest], land.centroid)
    side = land.centroid.y > shapely.line_interpolate_point(lines[nearest], along).y
    return f"{named[nearest].name}{2 * int(along / 16) + 1 + side}号"


def fit(
    estates: list[Estate], households: int, rng: np.random.Generator, least: int = 4, most: int = 18
) -> list[Estate]:
    """Raise or lower buildings floor by floor until the estates hold about so many households."""
    bodies = [list(estate.massings) for estate in estates]
    missing = households - sum(m.dwellings for body in bodies for m in body)
    spots = [(e, b) for e, body in enumerate(bodies) for b, m in enumerate(body) if m.flats and m.households is None]
    for _ in range(12):
        for k in rng.permutation(len(spots)).tolist():
            e, b = spots[k]
            m = bodies[e][b]
            step = m.flats * len(m.units)
            floors = m.floors + (1 if missing > 0 else -1)
            if abs(missing) > step / 2 and least <= floors <= most:
                bodies[e][b] = replace(m, floors=floors)
                missing -= step if missing > 0 else -step
    return [replace(estate, massings=tuple(body)) for estate, body in zip(estates, bodies, strict=True)]


def estates(ground: Ground, compounds: int, households: int | None = None, kinds: Sequence[str] = ()) -> Quarter:
    """A community of walled estates: slabs, mid-rises, a closed block, shops on corners, and a small park."""
    quarter, rng = Quarter(), ground.rng
    lands = parcels(ground, compounds + 1, quarter)
    park = min(lands, key=lambda land: abs(land.area - 12_000))
    _park(park, quarter, ground)
    lands = [land for land in lands if land is not park]
    styles = list(kinds) or ["slab", "mixed", "slab", "mid-rise", "perimeter", "mixed"]
    drawn = []
    for k, land in enumerate(lands):
        kind = styles[k % len(styles)]
        laid = _lay(land, kind, rng)
        if not laid:
            laid, kind = slabs.lay(land, slabs.WALK_UP, rng), "slab"
        if k % 3 == 1:
            laid = civic.beside(laid, land, civic.public(shapes.box(0, 0, 26, 14), "幼儿园", 3), rng)
        if k == 0:
            laid = civic.beside(laid, land, civic.public(shapes.box(0, 0, 24, 12), "党群服务中心", 2), rng)
        if k == 2:  # noqa: PLR2004 - the third compound has the market
            market = civic.public(shapes.box(0, 0, 34, 18), "农贸市场", 1, BuildingUse.COMMERCIAL)
            laid = civic.beside(laid, land, market, rng)
        drawn.append(_estate(ground, quarter, land, {"perimeter": "mixed"}.get(kind, kind), laid))
    quarter.estates = fit(drawn, households, rng) if households else drawn
    for estate in quarter.estates:
        quarter.wall(estate, rng)
    return quarter


def _lay(land: shapely.Polygon, kind: str, rng: np.random.Generator) -> list[Massing]:
    if kind == "mid-rise":
        return slabs.lay(land, slabs.MID_RISE, rng)
    if kind == "mixed":
        return slabs.corner(land, slabs.WALK_UP, rng)
    if kind == "perimeter":
        block = slabs.perimeter(land, rng)
        rows = slabs.lay(land, slabs.WALK_UP, rng)
        return [*block, *_within_court(rows, block)]
    if kind == "tower":
        return towers.lay(land, rng)
    return slabs.lay(land, slabs.WALK_UP, rng)


def _within_court(rows: list[Massing], block: list[Massing]) -> list[Massing]:
    """Rows that stand free in the court of a closed block or well outside it."""
    return clear_of(
        [m for m in rows if not block or not shapely.Polygon(block[0].shells[0]).buffer(12).contains(outlines([m])[0])],
        block,
        14.0,
    )


def _estate(ground: Ground, quarter: Quarter, land: shapely.Polygon, kind: str, laid: list[Massing]) -> Estate:
    """A compound with a name, an address and a year after its kind."""
    rng = ground.rng
    pool = names.TOWERS if kind == "tower" else names.ESTATES
    years = {"tower": (2008, 2023), "mid-rise": (2002, 2018), "slab": (1986, 2004)}.get(kind, (1994, 2010))
    zh, en = names.with_kind(next(ground.stems), pool[int(rng.integers(len(pool)))])
    where = address(land, [*quarter.streets, *ground.around])
    return Estate(land, kind, zh, en, where, tuple(laid), built=int(rng.integers(*years)))


def _park(land: shapely.Polygon, quarter: Quarter, ground: Ground) -> None:
    """A park with a pond."""
    zh, en = names.with_kind(next(ground.stems), ("公园", "Park"))
    quarter.areas.append(("park", zh, en, land))
    pond = land.buffer(-0.28 * np.sqrt(land.area)).simplify(2)
    if isinstance(pond, shapely.Polygon) and pond.area > 200:  # noqa: PLR2004 - smaller is a puddle
        quarter.areas.append(("water", zh + "荷塘", en + " Lotus Pond", pond))


def old_town(ground: Ground, compounds: int) -> Quarter:
    """Old courtyards along lanes, two works estates, a market, a square and a school."""
    quarter, rng = Quarter(), ground.rng
    lands = parcels(ground, compounds, quarter)
    by_size = sorted(lands, key=lambda land: -land.area)
    school, square, works = by_size[0], by_size[-1], by_size[1:3]
    for land in lands:
        if land is square:
            zh, en = names.with_kind(next(ground.lanes), ("广场", "Square"))
            quarter.areas.append(("square", zh, en, land))
        elif land is school:
            _school(ground, quarter, land)
        elif any(land is w for w in works):
            zh, en = names.WORKS[int(rng.integers(len(names.WORKS)))]
            where = address(land, [*quarter.streets, *ground.around])
            laid = slabs.lay(land, replace(slabs.WALK_UP, floors=(4, 5)), rng)
            estate = Estate(land, "slab", zh, en, where, tuple(laid), built=int(rng.integers(1976, 1990)))
            quarter.estates.append(estate)
            quarter.wall(estate, rng)
        else:
            _courtyard(ground, quarter, land)
    return quarter


def _courtyard(ground: Ground, quarter: Quarter, land: shapely.Polygon) -> None:
    """One compound of old houses, named after its lane; a few houses are only points in the register."""
    rng = ground.rng
    laid = courtyards.lay(land, rng)
    where = address(land, [*quarter.streets, *ground.around])
    laid = [replace(m, surveyed=False) if rng.random() < 0.02 else m for m in laid]  # noqa: PLR2004 - one in fifty
    zh, en = names.with_kind(next(ground.lanes), ("院落", "Courtyards"))
    quarter.estates.append(
        Estate(land, "courtyard", zh, en, where, tuple(laid), built=int(rng.integers(1935, 1972)), numbering="{}号")
    )


def _school(ground: Ground, quarter: Quarter, land: shapely.Polygon) -> None:
    zh, en = names.with_kind(next(ground.stems), ("小学", "Primary School"))
    laid, field_ = civic.school(land, zh)
    where = address(land, [*quarter.streets, *ground.around])
    quarter.estates.append(
        Estate(land, "public", zh, en, where, tuple(laid), built=int(ground.rng.integers(1985, 2015)))
    )
    if field_.area > 100:  # noqa: PLR2004 - room for a field at all
        quarter.areas.append(("square", zh + "操场", en + " Playground", shapely.Polygon(field_.exterior)))


def high_rise(ground: Ground, compounds: int, households: int | None = None) -> Quarter:
    """Towers whose one unit exceeds a micro-grid, a shopping centre, a clinic and a riverside park."""
    quarter, rng = Quarter(), ground.rng
    lands = parcels(ground, compounds + 3, quarter)
    by_size = sorted(lands, key=lambda land: land.area)
    drawn = []
    for land in lands:
        if land is by_size[0]:
            _park(land, quarter, ground)
        elif land is by_size[1]:
            _mall(ground, quarter, land)
        elif land is by_size[2]:
            _school(ground, quarter, land)
        else:
            laid = towers.lay(land, rng)
            laid = civic.beside(
                laid, land, civic.public(shapes.box(0, 0, 30, 14), "会所", 2, BuildingUse.COMMERCIAL), rng
            )
            drawn.append(_estate(ground, quarter, land, "tower", laid))
    drawn = fit(drawn, households, rng, 24, 34) if households else drawn
    quarter.estates += drawn
    for estate in drawn:
        quarter.wall(estate, rng)
    return quarter


def _mall(ground: Ground, quarter: Quarter, land: shapely.Polygon) -> None:
    """A shopping centre, offices and the community's clinic."""
    zh, en = names.with_kind(next(ground.stems), ("广场", "Plaza"))
    laid: list[Massing] = []
    for name, floors, size, use in (
        ("购物中心", 6, (70, 46), BuildingUse.COMMERCIAL),
        ("写字楼", 22, (34, 30), BuildingUse.COMMERCIAL),
        ("社区卫生服务中心", 4, (36, 16), BuildingUse.PUBLIC),
    ):
        laid = civic.beside(laid, land, civic.public(shapes.box(0, 0, *size), name, floors, use), ground.rng, gap_m=10)
    where = address(land, [*quarter.streets, *ground.around])
    quarter.estates.append(
        Estate(land, "public", zh, en, where, tuple(laid), built=int(ground.rng.integers(2005, 2022)))
    )


def semi_rural(ground: Ground, hamlets: int, farmsteads: int, households: int | None = None) -> Quarter:
    """Villages and scattered farmsteads among fields, and one resettlement estate."""
    quarter, rng = Quarter(), ground.rng
    lands = parcels(ground, 5, quarter)
    estate_land = min(lands, key=lambda land: abs(land.area - 45_000))
    spots = _spots([land for land in lands if land is not estate_land], hamlets, farmsteads, rng)
    clan = iter(rng.permutation(len(names.CLANS)).tolist() * 9)
    village, village_en = next(ground.lanes)
    built = []
    for number, (land, small) in enumerate(spots, start=1):
        laid = villages.lay(land, rng)
        if not laid:
            continue
        zh, en = f"{village}村{names.numeral(number)}组", f"{village_en} Village Group {number}"
        if small:
            family = names.CLANS[next(clan)]
            zh, en = f"{family[0]}家林盘", f"{family[1]} Family Farmstead"
        built.append(
            Estate(
                land,
                "rural",
                zh,
                en,
                f"{village}村",
                tuple(laid),
                built=int(rng.integers(1980, 2012)),
                numbering="{}号",
            )
        )
    if len(estate_land.exterior.coords) > 3:  # noqa: PLR2004 - there is an estate at all
        laid = slabs.lay(estate_land, slabs.MID_RISE, rng)
        laid = civic.beside(laid, estate_land, civic.public(shapes.box(0, 0, 24, 12), "党群服务中心", 2), rng)
        estate = _estate(ground, quarter, estate_land, "mid-rise", laid)
        rural = sum(m.dwellings for e in built for m in e.massings)
        if households:
            (estate,) = fit([estate], households - rural, rng, 5, 18)
        quarter.estates.append(estate)
        quarter.wall(estate, rng)
    quarter.estates += built
    _fields([land for land in lands if land is not estate_land], [land for land, _ in spots], quarter, rng)
    return quarter


def _spots(
    lands: list[shapely.Polygon], hamlets: int, farmsteads: int, rng: np.random.Generator
) -> list[tuple[shapely.Polygon, bool]]:
    """Ground for hamlets and then farmsteads, thrown like darts until they keep clear of each other."""
    found: list[tuple[shapely.Polygon, bool]] = []
    for wanted, low, high, small in ((hamlets, 50, 72, False), (farmsteads, 20, 30, True)):
        for _ in range(wanted):
            for _try in range(60):
                land = lands[
                    int(rng.choice(len(lands), p=np.array([x.area for x in lands]) / sum(x.area for x in lands)))
                ]
                west, south, east, north = land.bounds
                ground = villages.hamlet(
                    rng.uniform(west, east), rng.uniform(south, north), rng.uniform(low, high), rng
                )
                if land.contains(ground) and all(ground.distance(other) > 18 for other, _ in found):  # noqa: PLR2004 - a field between
                    found.append((ground, small))
                    break
    return found


def _fields(
    lands: list[shapely.Polygon], hamlets: list[shapely.Polygon], quarter: Quarter, rng: np.random.Generator
) -> None:
    """Fields over all land that no hamlet takes; every tenth is a fish pond."""
    taken = shapely.union_all([hamlet.buffer(2.0, quad_segs=2) for hamlet in hamlets])
    for land in lands:
        strips, _ = blocks.cut(land, max(1, round(land.area / 11_000)), rng)
        for strip in strips:
            rest = shapely.difference(strip.buffer(-1.2, join_style="mitre"), taken)
            for part in shapely.get_parts(rest).tolist():
                if isinstance(part, shapely.Polygon) and part.area > 300:  # noqa: PLR2004 - smaller is a verge
                    pond = rng.random() < 0.08 and not part.interiors  # noqa: PLR2004 - about every tenth
                    quarter.areas.append(("water", "鱼塘", "Fish Pond", part) if pond else ("field", "", "", part))
