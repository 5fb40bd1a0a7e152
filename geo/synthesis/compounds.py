"""Single compounds of every kind the partition has to master, from the ordinary to the spiteful, each from a seed.

The city that ``make`` answers with holds one compound (``tiny``: a few neighbours), its buildings, units and walls,
in one community of its own. Rules of 30-70-100 are meant where counts are said to be tight.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import shapely

from geo.hierarchy.places import Barrier, BarrierKind, City, Community
from geo.synthesis import blocks, courtyards, frame, slabs, towers, villages, walls
from geo.synthesis.census import Estate, count
from geo.synthesis.chance import identities, lots
from geo.synthesis.massing import Massing, clear_of, outlines
from geo.synthesis.plane import Plane

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geo.hierarchy.places import Unit

Kind = Literal["slab", "mid-rise", "tower", "courtyard", "mixed", "rural", "huge", "tiny", "tight", "l-shaped"]
KINDS: tuple[Kind, ...] = get_args(Kind)
CODE = "510199999001"
LEAST, MOST = 30, 100
TALL, CLOSED, LOW = 0.5, 0.3, 0.6  # shares: towers beside slabs, closed blocks, walk-ups in an L


def make(kind: Kind, seed: int) -> City:
    """One compound of a kind with its buildings, units and walls, as values on the globe.

    >>> city = make("slab", 1)
    >>> len(city.compounds), len(city.units) > 20
    (1, True)
    """
    rng = lots(seed, "compound", kind)
    estates, inner = _DRAW[kind](rng)
    plane = Plane()
    ids = identities(seed, "compound", kind)
    community, subdistrict = next(ids), next(ids)
    part = count(estates, community, CODE, plane, seed)
    ground = shapely.union_all([estate.land for estate in estates]).envelope.buffer(20.0, join_style="mitre")
    lines = [*inner, *(line for e in estates if e.kind not in _OPEN for line in walls.round_about(e.land, 2, rng))]
    return City(
        communities=(Community(community, subdistrict, CODE, "试验社区", "Test Community", kind, plane.place(ground)),),
        compounds=part.compounds,
        buildings=part.buildings,
        units=_tightened(part.units, rng) if kind == "tight" else part.units,
        barriers=tuple(
            Barrier(next(ids), BarrierKind.WALL, None, "围墙", "Wall", plane.place(shapely.LineString(line)))
            for line in lines
        ),
    )


def plot(area_m2: float, rng: np.random.Generator) -> shapely.Polygon:
    """A four-cornered plot of about this area with no two sides equal, turned by up to 20°."""
    aspect = rng.uniform(0.65, 1.6)
    width, depth = float(np.sqrt(area_m2 * aspect)), float(np.sqrt(area_m2 / aspect))
    corners = np.array([(0.0, 0.0), (width, 0.0), (width, depth), (0.0, depth)])
    corners += rng.uniform(-0.06, 0.06, (4, 2)) * (width, depth)
    return frame.turned(shapely.Polygon(corners), float(rng.uniform(-0.35, 0.35)))


Drawn = tuple[list[Estate], list["NDArray[np.float64]"]]


def _slab(rng: np.random.Generator) -> Drawn:
    land = plot(rng.uniform(12_000, 48_000), rng)
    return [_estate(land, "slab", slabs.lay(land, slabs.WALK_UP, rng))], []


def _mid_rise(rng: np.random.Generator) -> Drawn:
    land = plot(rng.uniform(20_000, 60_000), rng)
    return [_estate(land, "mid-rise", slabs.lay(land, slabs.MID_RISE, rng))], []


def _tower(rng: np.random.Generator) -> Drawn:
    land = plot(rng.uniform(16_000, 50_000), rng)
    return [_estate(land, "tower", towers.lay(land, rng))], []


def _courtyard(rng: np.random.Generator) -> Drawn:
    land = plot(rng.uniform(4_000, 18_000), rng)
    return [_estate(land, "courtyard", courtyards.lay(land, rng))], []


def _mixed(rng: np.random.Generator) -> Drawn:
    """Walk-ups on one side, towers or mid-rises on the other, one closed block now and then."""
    land = plot(rng.uniform(30_000, 70_000), rng)
    sides, _ = blocks.cut(land, 2, rng)
    new = towers.lay(sides[1], rng) if rng.random() < TALL else slabs.lay(sides[1], slabs.MID_RISE, rng)
    old = slabs.perimeter(sides[0], rng) if rng.random() < CLOSED else slabs.corner(sides[0], slabs.WALK_UP, rng)
    return [_estate(land, "mixed", [*old, *clear_of(new, old, 6.0)])], []


def _rural(rng: np.random.Generator) -> Drawn:
    land = villages.hamlet(0.0, 0.0, float(rng.uniform(60, 150)), rng)
    return [_estate(land, "rural", villages.lay(land, rng))], []


def _huge(rng: np.random.Generator) -> Drawn:
    """Thousands of units behind one wall, as in the housing estates of big works."""
    land = plot(rng.uniform(900_000, 1_300_000), rng)
    style = replace(slabs.WALK_UP, units=(4, 6))
    return [_estate(land, "slab", slabs.lay(land, style, rng)[:999])], []


def _tiny(rng: np.random.Generator) -> Drawn:
    """Three to six neighbours in one block, most of them below the minimum of one micro-grid."""
    block = plot(rng.uniform(5_000, 9_000), rng)
    pieces, _ = blocks.cut(block, int(rng.integers(3, 7)), rng)
    lands = [piece.buffer(-1.5, join_style="mitre") for piece in pieces]
    drawn = [_estate(land, "courtyard", courtyards.lay(land, rng)) for land in lands]
    lived_in = [estate for estate in drawn if estate.massings]
    return lived_in or [_estate(block, "courtyard", courtyards.lay(block, rng))], []


def _tight(rng: np.random.Generator) -> Drawn:
    land = plot(rng.uniform(12_000, 36_000), rng)
    return [_estate(land, "slab", slabs.lay(land, slabs.MID_RISE, rng))], []


def _l_shaped(rng: np.random.Generator) -> Drawn:
    """An L with a wall across each arm, one gate in each wall."""
    long, wide = float(rng.uniform(200, 320)), float(rng.uniform(80, 120))
    turn = float(rng.uniform(-0.35, 0.35))
    ring = np.array([(0, 0), (long, 0), (long, wide), (wide, wide), (wide, long), (0, long)], dtype=float)
    land = frame.turned(shapely.Polygon(ring), turn)
    laid = slabs.lay(land, slabs.WALK_UP if rng.random() < LOW else slabs.MID_RISE, rng)
    gaps = [_clear_line(laid, land, turn, at, axis) for axis, at in ((0, 0.62 * long), (1, 0.62 * long))]
    return [_estate(land, "slab", laid)], [line for gap in gaps for line in gap]


def _clear_line(
    laid: list[Massing], land: shapely.Polygon, turn: float, at_m: float, axis: int
) -> list[NDArray[np.float64]]:
    """A wall across an arm of the L near ``at_m`` that meets no building, with a gate of 6 m in its middle."""
    straight = frame.turned(land, -turn)
    west, south, east, north = straight.bounds
    bodies = shapely.union_all(outlines([m.moved(-turn) for m in laid]))
    for shift in (0, 4, -4, 8, -8, 12, -12, 16, -16, 20, -20):
        at = at_m + shift
        line = shapely.LineString([(at, south), (at, north)] if axis == 0 else [(west, at), (east, at)])
        course = shapely.intersection(line, straight.buffer(-0.5))
        if isinstance(course, shapely.LineString) and course.distance(bodies) > 1:
            a, b = shapely.get_coordinates(course)
            middle, along = (a + b) / 2, (b - a) / course.length
            halves = [np.array([a, middle - 3 * along]), np.array([middle + 3 * along, b])]
            return [shapely.get_coordinates(frame.turned(shapely.LineString(half), turn)) for half in halves]
    return []


def _estate(land: shapely.Polygon, kind: str, laid: list[Massing]) -> Estate:
    return Estate(land, kind, "试验小区", "Test Estate", "试验路1号", tuple(laid), built=2000)


_OPEN = {"rural", "courtyard"}
_DRAW: dict[Kind, Callable[[np.random.Generator], Drawn]] = {
    "slab": _slab,
    "mid-rise": _mid_rise,
    "tower": _tower,
    "courtyard": _courtyard,
    "mixed": _mixed,
    "rural": _rural,
    "huge": _huge,
    "tiny": _tiny,
    "tight": _tight,
    "l-shaped": _l_shaped,
}


def _tightened(units: tuple[Unit, ...], rng: np.random.Generator) -> tuple[Unit, ...]:
    """Counts that leave the partition hardly any room.

    One of four: a total just above a multiple of the minimum; one just below a multiple of the maximum; units of
    49, 50 and 51, of which no two, or exactly two, fit into one grid; units of 26 to 36, which pair but hardly ever
    make three.
    """
    way = ("least", "most", "halves", "thirds")[int(rng.integers(4))]
    if way == "least":
        sizes = _towards(rng.integers(6, 16, len(units)), LEAST, int(rng.integers(3)))
    elif way == "most":
        sizes = _towards(rng.integers(14, 46, len(units)), MOST, -int(rng.integers(3)))
    elif way == "halves":
        sizes = rng.choice([49, 50, 51], len(units), p=[0.35, 0.15, 0.5])
    else:
        sizes = rng.integers(26, 37, len(units))
    return tuple(
        replace(unit, households=int(size), floor_hi=unit.floor_lo + max(1, int(size) // 3), floor_households=())
        for unit, size in zip(units, sizes, strict=True)
    )


def _towards(sizes: NDArray[np.int64], step: int, rest: int) -> NDArray[np.int64]:
    """Counts changed by ones until their total is a multiple of ``step`` plus ``rest``."""
    missing = step * max(1, round(int(sizes.sum()) / step)) + rest - int(sizes.sum())
    share, more = divmod(abs(missing), len(sizes))
    change = np.full(len(sizes), share)
    change[:more] += 1
    return np.asarray(np.maximum(sizes + np.sign(missing) * change, 1))
