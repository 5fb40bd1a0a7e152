"""A quarter on the drawing board: a community's ground cut into parcels, and what stands on it, all in metres.

The rooms beside this one build it over by character: ``estates``, ``oldtown``, ``highrise``, ``countryside``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.synthesis import blocks, names, riverside, walls

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from geo.synthesis.blocks import Street
    from geo.synthesis.census import Estate
    from geo.synthesis.names import Name

LEAST_LAND_M2 = 1_200.0
LEAST_AREA_M2 = 200.0
METRES_A_GATE = 300.0


@dataclass(slots=True)
class Ground:
    """What a quarter is built on.

    Attributes:
        land: the community's ground, in metres.
        around: streets and rivers on its boundary and beyond.
        rng: the lots it draws.
        stems: stems for streets and estates ("锦溪"); shared with its neighbours, so that none occurs twice.
        lanes: stems for old lanes and villages ("青石").
        through: streets that must cross it.
    """

    land: shapely.Polygon
    around: Sequence[Street]
    rng: np.random.Generator
    stems: Iterator[Name]
    lanes: Iterator[Name]
    through: Sequence[Street] = ()


@dataclass(slots=True)
class Quarter:
    """What has been drawn so far: compounds, streets, walls, and ground that holds nobody."""

    estates: list[Estate] = field(default_factory=list)
    streets: list[Street] = field(default_factory=list)
    walls: list[tuple[str, str, NDArray[np.float64]]] = field(default_factory=list)
    areas: list[tuple[str, str, str, shapely.Polygon]] = field(default_factory=list)

    def settle(self, estate: Estate, rng: np.random.Generator, *, walled: bool = True) -> None:
        """Take in a compound; estates stand behind a wall with a gate each 300 m."""
        self.estates.append(estate)
        if walled:
            gates = int(np.clip(round(estate.land.length / METRES_A_GATE), 1, 3))
            pieces = walls.round_about(estate.land, gates, rng)
            self.walls += [(estate.name + "围墙", estate.name_en + " Wall", line) for line in pieces]

    def leave(self, kind: str, name: Name, shape: shapely.Polygon) -> None:
        """Take in ground that holds nobody, unless it is only a verge."""
        if shape.area > LEAST_AREA_M2:
            self.areas.append((kind, *name, shape))


def parcels(ground: Ground, pieces: int, quarter: Quarter) -> list[shapely.Polygon]:
    """Cut the ground into parcels, north first; the streets between them and the river bank go to the quarter."""
    land, road, green = riverside.bank(ground.land, ground.around)
    if road:
        quarter.streets.append(road)
        quarter.leave("park", riverside.greenway(ground.around), green)
    cut, streets = blocks.cut(land, pieces, ground.rng, ground.through)
    for street in streets:
        pool = ground.lanes if street.road_class == "alley" else ground.stems
        zh, en = names.with_kind(next(pool), names.ROADS[street.road_class])
        quarter.streets.append(replace(street, name=zh, name_en=en))
    taken = blocks.paved([*ground.around, *ground.through, *quarter.streets])
    lands = [blocks.land(block, taken) for block in cut]
    return sorted((a for a in lands if a.area > LEAST_LAND_M2), key=lambda a: (-a.centroid.y, a.centroid.x))


def address(land: shapely.Polygon, streets: Sequence[Street]) -> Name:
    """Street and number of a compound in both languages: the nearest named street, numbered along its course."""
    named = [s for s in streets if s.name and s.road_class != "river"]
    lines = [shapely.LineString(s.line) for s in named]
    nearest = int(np.argmin(shapely.distance(lines, land)))
    along = float(shapely.line_locate_point(lines[nearest], land.centroid))
    north = land.centroid.y > shapely.line_interpolate_point(lines[nearest], along).y
    number = 2 * int(along / 16) + 1 + north
    return f"{named[nearest].name}{number}号", f"{number} {named[nearest].name_en}"


def fit(estates: Sequence[Estate], households: int, rng: np.random.Generator) -> list[Estate]:
    """Raise or lower buildings floor by floor, each within its style, until they hold about so many households."""
    bodies = [m for estate in estates for m in estate.massings]
    floors = [m.floors for m in bodies]
    missing = households - sum(m.dwellings for m in bodies)
    spots = [k for k, m in enumerate(bodies) if m.flats and m.households is None]
    for _ in range(max((m.within[1] - m.within[0] for m in bodies), default=0)):
        for k in rng.permutation(spots).tolist():
            m, step = bodies[k], bodies[k].flats * len(bodies[k].units)
            raised = floors[k] + (1 if missing > 0 else -1)
            if abs(missing) > step / 2 and m.within[0] <= raised <= m.within[1]:
                floors[k] = raised
                missing -= step if missing > 0 else -step
    built = iter(m if m.floors == high else replace(m, floors=high) for m, high in zip(bodies, floors, strict=True))
    return [replace(estate, massings=tuple(next(built) for _ in estate.massings)) for estate in estates]
