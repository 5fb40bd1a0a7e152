"""Slab compounds: walk-ups of the 1990s and mid-rises with lifts, in south-facing rows with room for the sun."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geo.synthesis import frame, shapes
from geo.synthesis.massing import Massing, clear_of, inside

if TYPE_CHECKING:
    import shapely
    from numpy.typing import NDArray

STOREY_M = 3.0
PLAIN = 2  # flats on a landing for which the widths of a style are meant
LARGE = 9  # buildings from which a compound has a garden
WAVER_M = 4.0  # rows are no ruler's line
LEAST_BLOCK_M = 36.0  # the court of a smaller block would be a shaft
LEAST_WING_M = 34.0  # a shorter wing makes no L
TWO_BODIES = 0.03  # share of buildings that are two bodies under one number


@dataclass(frozen=True, slots=True)
class Style:
    """How a developer builds rows.

    Attributes:
        floors: usual floors, lowest and highest, inclusive.
        flats: flats on one floor of a unit, lowest and highest, inclusive.
        units: stairwells of one building, lowest and highest, inclusive.
        unit_m: width of one stairwell, in metres, narrowest and widest.
        depth_m: depth of the body.
        sun: distance between rows over height (Chengdu asks for about 0.9 in old quarters; 0.6 does for tall ones).
        gap_m: fire gap between the short ends.
    """

    floors: tuple[int, int]
    flats: tuple[int, int]
    units: tuple[int, int]
    unit_m: tuple[float, float]
    depth_m: float
    sun: float
    gap_m: float


WALK_UP = Style(floors=(5, 7), flats=(2, 2), units=(2, 5), unit_m=(14.5, 18.0), depth_m=11.5, sun=0.9, gap_m=6.5)
MID_RISE = Style(floors=(9, 18), flats=(3, 4), units=(1, 3), unit_m=(21.0, 27.0), depth_m=14.0, sun=0.62, gap_m=12.0)


def lay(land: shapely.Polygon, style: Style, rng: np.random.Generator) -> list[Massing]:
    """Rows of slabs on the land (metres), a garden left free in the middle of larger compounds."""
    angle = frame.facing(land)
    ground = frame.turned(land, -angle).buffer(-5.0, join_style="mitre")
    if ground.is_empty:
        return []
    floors = int(rng.integers(style.floors[0], style.floors[1] + 1))
    flats = int(rng.integers(style.flats[0], style.flats[1] + 1))
    within = max(floors - 2, style.floors[0]), min(floors + 2, style.floors[1])
    notch = float(rng.choice([0.0, 1.5]))
    _, south, _, north = ground.bounds
    pitch = style.depth_m + style.sun * STOREY_M * floors
    spare = (north - south - style.depth_m) % pitch
    rows = np.arange(south + spare * rng.uniform(0.3, 0.7), north - style.depth_m, pitch)
    if not len(rows):
        rows = np.array([(south + north - style.depth_m) / 2])
    laid = []
    for y_m, stretches in zip(rows.tolist(), frame.runs(ground, rows, style.depth_m), strict=True):
        for west, east in stretches:
            for x_m, widths in _slabs(west, east, style, flats, rng):
                shell, units = shapes.slab(x_m, y_m + rng.uniform(-1, 1), widths, style.depth_m, notch_m=notch)
                laid.append(Massing((shell,), units, floors, flats, within=within))
    stand = _joined(_garden(inside(laid, ground), ground, rng), rng)
    return [_varied(m, rng).moved(angle) for m in stand]


def _slabs(
    west: float, east: float, style: Style, flats: int, rng: np.random.Generator
) -> list[tuple[float, list[float]]]:
    """Slabs that share a stretch of a row, spread evenly: the west end and unit widths of each."""
    width = float(rng.uniform(*style.unit_m)) * (flats / 3 + 0.25 if flats > PLAIN else 1)
    room = east - west
    lots: list[int] = []
    while True:
        fit = int((room - (style.gap_m if lots else 0)) // width)
        if fit < 1:
            break
        count = min(fit, int(rng.integers(style.units[0], style.units[1] + 1)))
        room -= count * width + (style.gap_m if lots else 0)
        lots.append(count)
    if not lots:
        return []
    slack = min(room / len(lots), 6.0)
    x_m = west + (room - slack * (len(lots) - 1)) / 2
    placed = []
    for count in lots:
        placed.append((x_m, [width] * count))
        x_m += count * width + style.gap_m + slack
    return placed


def _garden(laid: list[Massing], ground: shapely.Polygon, rng: np.random.Generator) -> list[Massing]:
    """Take one building away from the middle of a compound of nine or more: children play there."""
    if len(laid) < LARGE:
        return laid
    centre = np.array(ground.centroid.coords[0]) + rng.uniform(-10, 10, 2)
    nearest = min(range(len(laid)), key=lambda k: float(np.hypot(*(laid[k].shells[0].mean(axis=0) - centre))))
    return laid[:nearest] + laid[nearest + 1 :]


def _joined(laid: list[Massing], rng: np.random.Generator) -> list[Massing]:
    """Now and then two neighbours in a row go by one number: one building of two bodies."""
    joined: list[Massing] = []
    for m in laid:
        last = joined[-1] if joined else None
        if last and len(last.shells) == 1 and _in_row(last, m) and rng.random() < TWO_BODIES:
            joined[-1] = replace(last, shells=last.shells + m.shells, units=last.units + m.units)
        else:
            joined.append(m)
    return joined


def _in_row(a: Massing, b: Massing) -> bool:
    return abs(float(a.shells[0][0, 1] - b.shells[0][0, 1])) < WAVER_M


def _varied(m: Massing, rng: np.random.Generator) -> Massing:
    """One building may be a floor higher or lower than its neighbours."""
    step = int(rng.choice([-1, 0, 0, 0, 0, 1]))
    floors = min(max(m.floors + step, m.within[0]), m.within[1])
    return m if floors == m.floors else replace(m, floors=floors)


def perimeter(land: shapely.Polygon, rng: np.random.Generator, floors: int = 6) -> list[Massing]:
    """A closed block round a court with a few free-standing slabs inside it where they fit."""
    angle = frame.bearing(land)
    ground = frame.turned(land, -angle).buffer(-5.0, join_style="mitre")
    if ground.is_empty:
        return []
    west, south, east, north = ground.bounds
    centre_x, centre_y = ground.centroid.coords[0]
    for share in (1.0, 0.92, 0.84, 0.76, 0.68, 0.6, 0.5, 0.4):
        width, height = (east - west) * share, (north - south) * share
        if min(width, height) < LEAST_BLOCK_M:
            return []
        outer, hole, units = shapes.court(width, height, 12.0, float(rng.uniform(15, 19)))
        block = Massing((outer,), units, floors, 2, holes=(hole,), shops=True, within=(5, 8))
        block = block.moved(0.0, centre_x - width / 2, centre_y - height / 2)
        if inside([block], ground):
            return [block.moved(angle)]
    return []


def corner(land: shapely.Polygon, style: Style, rng: np.random.Generator) -> list[Massing]:
    """Rows of slabs, and an L-shaped one that holds the south-east corner with shops below."""
    angle = frame.facing(land)
    ground = frame.turned(land, -angle).buffer(-5.0, join_style="mitre")
    rows = lay(land, style, rng)
    if ground.is_empty:
        return rows
    west, south, east, north = ground.bounds
    for shift in (0.0, 6.0, 12.0, 20.0, 30.0):
        x_m, y_m = east - shift, south + shift
        spine: NDArray[np.float64] = np.array(
            [(x_m - 0.5 * (east - west), y_m), (x_m, y_m), (x_m, y_m + 0.45 * (north - south))]
        )
        if min(spine[1, 0] - spine[0, 0], spine[2, 1] - spine[1, 1]) < LEAST_WING_M:
            return rows
        shell, units = shapes.ribbon([tuple(p) for p in spine.tolist()], style.depth_m, sum(style.unit_m) / 2)
        floors = style.floors[0] + 1
        shape = Massing((shell,), units, floors, style.flats[0], shops=True, within=(floors, style.floors[1] + 1))
        found = inside([shape], ground)
        if found:
            block = found[0].moved(angle)
            return [block, *clear_of(rows, [block], style.sun * STOREY_M * style.floors[0] * 0.6)]
    return rows
