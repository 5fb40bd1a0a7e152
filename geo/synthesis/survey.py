"""The surveyor: carries a quarter from the drawing board onto the globe, as places with ids and codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from geo.hierarchy.places import Area, Barrier, BarrierKind, City
from geo.synthesis import census
from geo.synthesis.chance import identities

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from geo.synthesis.blocks import Street
    from geo.synthesis.plane import Plane
    from geo.synthesis.quarter import Quarter


def places(quarter: Quarter, community: UUID, code: str, plane: Plane, seed: int, *, by_floor: bool = False) -> City:
    """A quarter's compounds, buildings and units, its barriers and areas; ``by_floor`` as in ``census.count``."""
    part = census.count(quarter.estates, community, code, plane, seed, by_floor=by_floor)
    ids = identities(seed, "ground", code)
    walls = (
        Barrier(next(ids), BarrierKind.WALL, None, zh, en, plane.place(shapely.LineString(line)))
        for zh, en, line in quarter.walls
    )
    return City(
        compounds=part.compounds,
        buildings=part.buildings,
        units=part.units,
        barriers=(*(barrier(street, next(ids), plane) for street in quarter.streets), *walls),
        areas=tuple(Area(next(ids), kind, zh, en, plane.place(shape)) for kind, zh, en, shape in quarter.areas),
    )


def barrier(street: Street, identity: UUID, plane: Plane) -> Barrier:
    """A street or a river as the line that people do not cross."""
    river = street.road_class == "river"
    line = plane.place(shapely.LineString(street.line))
    kind, road_class = (BarrierKind.RIVER, None) if river else (BarrierKind.ROAD, street.road_class)
    return Barrier(identity, kind, road_class, street.name, street.name_en, line)


def joined(parts: Iterable[City]) -> City:
    """Several parts as one city, level by level in their order."""
    parts = list(parts)
    return City(**{layer: tuple(x for part in parts for x in getattr(part, layer)) for layer in City.__slots__})
