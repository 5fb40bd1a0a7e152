"""The body of one building on the drawing board, before it gets its number, its code and its people.

Rings are open (first point not repeated), counter-clockwise or not, in metres. A shell repeats every corner of its
units, so that the units tile the building exactly, also after rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, sin
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.hierarchy.places import BuildingUse

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Massing:
    """One building in metres: shells with their holes, one ring a unit, and how its flats are stacked.

    Attributes:
        shells: outer rings; more than one makes a multipolygon.
        units: one ring a stairwell; the shells' rings where the building has no stairwells of its own.
        floors: floors above ground.
        flats: flats on one floor of one unit; 0 where nobody lives.
        holes: inner rings of the only shell (courtyards).
        shops: whether the ground floor is let to shops, so that homes begin on the second floor.
        use: what the building is for.
        name: its name if it has one ("教学楼"); else it gets a number.
        households: households of the whole building where they do not follow from floors and flats.
        within: fewest and most floors that its style allows.
        surveyed: whether the footprint is known; else the building is stored as a point.
    """

    shells: tuple[NDArray[np.float64], ...]
    units: tuple[NDArray[np.float64], ...]
    floors: int
    flats: int
    holes: tuple[NDArray[np.float64], ...] = ()
    shops: bool = False
    use: BuildingUse = BuildingUse.RESIDENTIAL
    name: str = ""
    households: int | None = None
    within: tuple[int, int] = (1, 99)
    surveyed: bool = True

    @property
    def dwellings(self) -> int:
        """Households of the whole building if each flat holds one."""
        if self.households is not None:
            return self.households
        return self.flats * (self.floors - self.shops) * len(self.units)

    def moved(self, angle: float, x_m: float = 0.0, y_m: float = 0.0) -> Massing:
        """The same building turned about the origin (radians, counter-clockwise), then shifted."""
        turn = np.array([[cos(angle), sin(angle)], [-sin(angle), cos(angle)]])
        shift = np.array([x_m, y_m])

        def go(rings: tuple[NDArray[np.float64], ...]) -> tuple[NDArray[np.float64], ...]:
            return tuple(ring @ turn + shift for ring in rings)

        return Massing(
            shells=go(self.shells),
            units=go(self.units),
            floors=self.floors,
            flats=self.flats,
            holes=go(self.holes),
            shops=self.shops,
            use=self.use,
            name=self.name,
            households=self.households,
            within=self.within,
            surveyed=self.surveyed,
        )


def outlines(massings: Iterable[Massing]) -> NDArray[np.object_]:
    """The footprints (n,) of buildings as shapely geometries in metres."""
    massings = list(massings)
    found = np.empty(len(massings), dtype=object)
    plain = [k for k, m in enumerate(massings) if len(m.shells) == 1 and not m.holes]
    if plain:
        rings = [massings[k].shells[0] for k in plain]
        owners = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
        found[plain] = shapely.polygons(shapely.linearrings(np.concatenate(rings), indices=owners))
    for k in set(range(len(massings))) - set(plain):
        m = massings[k]
        parts = [shapely.Polygon(shell, m.holes) for shell in m.shells]
        found[k] = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    return found


def inside(massings: list[Massing], land: shapely.Polygon) -> list[Massing]:
    """Those buildings that stand wholly inside the land."""
    if not massings or land.is_empty:
        return []
    shapely.prepare(land)
    return [m for m, keep in zip(massings, shapely.contains_properly(land, outlines(massings)), strict=True) if keep]


def clear_of(massings: list[Massing], obstacles: list[Massing], gap_m: float) -> list[Massing]:
    """Those buildings that keep a distance from all obstacles."""
    if not massings or not obstacles:
        return massings
    tree = shapely.STRtree(outlines(obstacles))
    near = tree.query(outlines(massings), predicate="dwithin", distance=gap_m)[0]
    return [m for k, m in enumerate(massings) if k not in set(near.tolist())]
