"""What a neighbourhood shares: the party and service centre, the kindergarten, the market, the clinic, the school."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.hierarchy.places import BuildingUse
from geo.synthesis import frame, shapes
from geo.synthesis.massing import Massing, clear_of, inside

if TYPE_CHECKING:
    from numpy.typing import NDArray


SMALL = 3  # a compound of so few buildings keeps its homes


def public(shell: NDArray[np.float64], name: str, floors: int, use: BuildingUse = BuildingUse.PUBLIC) -> Massing:
    """A building nobody lives in."""
    return Massing((shell,), (), floors, 0, use=use, name=name)


def beside(
    massings: list[Massing], land: shapely.Polygon, building: Massing, rng: np.random.Generator, *, gap_m: float = 6.0
) -> list[Massing]:
    """Set one more building near the land's edge where room is; else in place of another."""
    turn = frame.facing(land)
    rim = land.buffer(-14.0)
    if rim.is_empty:
        return massings
    ring = shapely.get_parts(rim).tolist()[0].exterior
    spots = shapely.get_coordinates(shapely.line_interpolate_point(ring, rng.uniform(0, ring.length, 40)))
    size = np.ptp(building.shells[0], axis=0) / 2
    trials = [building.moved(0.0, *(-size).tolist()).moved(turn, *spot) for spot in spots.tolist()]
    fitting = inside(trials, land.buffer(-2.5))
    free = clear_of(fitting, massings, gap_m)
    if free:
        return [*massings, free[0]]
    if fitting and len(massings) > SMALL:
        return [*clear_of(massings, fitting[:1], gap_m), fitting[0]]
    return massings


def centred(land: shapely.Polygon, building: Massing) -> list[Massing]:
    """One building in the middle of the land, if it fits."""
    turn = frame.facing(land)
    size = np.ptp(building.shells[0], axis=0) / 2
    spot = land.centroid.coords[0]
    return inside([building.moved(0.0, *(-size).tolist()).moved(turn, *spot)], land.buffer(-4.0))


def works(land: shapely.Polygon, rng: np.random.Generator) -> list[Massing]:
    """Offices and workshops in loose rows."""
    turn = frame.facing(land)
    ground = frame.turned(land, -turn).buffer(-9.0, join_style="mitre")
    if ground.is_empty:
        return []
    west, south, east, north = ground.bounds
    pitch = float(np.clip(np.sqrt(ground.area) / 4, 62.0, 110.0))
    laid: list[Massing] = []
    for x_m in np.arange(west, east - 40, pitch):
        for y_m in np.arange(south, north - 30, pitch * 0.8):
            width, depth = rng.uniform(0.45, 0.75) * pitch, rng.uniform(0.3, 0.5) * pitch
            name = f"{len(laid) + 1}号楼"
            floors = int(rng.integers(1, 9))
            laid.append(public(shapes.box(x_m, y_m, width, depth), name, floors, BuildingUse.COMMERCIAL))
    return [m.moved(turn) for m in inside(laid, ground)]


def pond(land: shapely.Polygon, rng: np.random.Generator) -> list[shapely.Polygon]:
    """A round pond with a wavy shore, if the land has room for one."""
    x_m, y_m = land.representative_point().coords[0]
    turns = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    waves = 1 + 0.16 * np.sin(2 * turns + rng.uniform(0, 6)) + 0.1 * np.sin(3 * turns + rng.uniform(0, 6))
    for share in (0.24, 0.18, 0.13):
        reach = share * np.sqrt(land.area) * waves
        shore = np.stack([x_m + 1.1 * reach * np.cos(turns), y_m + 0.85 * reach * np.sin(turns)], axis=1)
        if land.contains(shapely.Polygon(shore)):
            return [shapely.Polygon(shore)]
    return []


def school(land: shapely.Polygon, name: str) -> tuple[list[Massing], shapely.Polygon]:
    """A school's teaching block, hall and canteen north of its playground; and the playground."""
    turn = frame.facing(land)
    ground = frame.turned(land, -turn).buffer(-8.0, join_style="mitre")
    x_m, y_m = ground.representative_point().coords[0]
    size = float(np.sqrt(ground.area)) * 0.4
    block, _ = shapes.ribbon([(0, 28), (0, 0), (size, 0), (size, 28)], 10.0, 99.0)
    teaching = replace(public(block, name + "教学楼", 5), holes=()).moved(0.0, x_m - size / 2, y_m + 6)
    hall = public(shapes.box(0, 0, 22, 16), name + "体育馆", 2).moved(0.0, x_m - size / 2 - 2, y_m - 18)
    field = shapely.box(x_m - size / 2 + 26, y_m - size * 0.62, x_m + size / 2 + 8, y_m - 4)
    laid = inside([teaching, hall], ground)
    return [m.moved(turn) for m in laid], frame.turned(frame.largest(shapely.intersection(field, ground)), turn)
