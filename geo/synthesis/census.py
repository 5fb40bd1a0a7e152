"""The census taker: gives every building on the drawing board its number, code, address and households.

Codes hang on the community's 12 digits: 15 for a compound, 18 for a building, 20 for a unit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import shapely

from geo.errors import InvalidInputError
from geo.hierarchy.places import Building, BuildingUse, City, Compound, Unit
from geo.synthesis.chance import identities, lots
from geo.synthesis.plane import rounded_point

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    import numpy as np

    from geo.synthesis.massing import Massing
    from geo.synthesis.plane import Plane

UNSURE = 0.03  # share of units whose households are only estimated
TWO_STOREY_FLATS = 0.1  # share of stairs that end in them
LEAST_STOREYS = 4  # lower houses have none
LAST_NUMBER = 999  # three digits of the code


@dataclass(frozen=True, slots=True, eq=False)
class Estate:
    """A compound on the drawing board: its ground in metres, its buildings and how people call it.

    ``numbering`` names a building by its number: ``"{}栋"`` in an estate, ``"{}号"`` in a lane or village.
    """

    land: shapely.Polygon
    kind: str
    name: str
    name_en: str
    address: str
    massings: tuple[Massing, ...]
    built: int | None = None
    numbering: str = "{}栋"


def count(
    estates: Sequence[Estate], community: UUID, code: str, plane: Plane, seed: int, *, by_floor: bool = False
) -> City:
    """Compounds, buildings and units of one community as values on the globe.

    ``by_floor`` counts every surveyed unit floor by floor; else only where floors differ.
    """
    ids = identities(seed, "census", code)
    rng = lots(seed, "census", code)
    compounds, buildings, units = [], [], []
    grounds = [plane.place(estate.land) for estate in estates]
    for number, (estate, ground) in enumerate(zip(estates, grounds, strict=True), start=1):
        compound = Compound(
            id=next(ids),
            community_id=community,
            code=f"{code}{number:03d}",
            name=estate.name,
            name_en=estate.name_en,
            kind=estate.kind,
            address=estate.address,
            geometry=ground,
        )
        compounds.append(compound)
        if len(estate.massings) > LAST_NUMBER:
            raise InvalidInputError(f"{estate.name} has {len(estate.massings)} buildings; codes end at {LAST_NUMBER}.")
        for building, inner in _buildings(estate, compound, plane, ids, rng):
            buildings.append(building)
            units += inner if by_floor else [_even(unit) for unit in inner]
    return City(compounds=tuple(compounds), buildings=tuple(buildings), units=tuple(units))


def _buildings(
    estate: Estate, compound: Compound, plane: Plane, ids: Iterator[UUID], rng: np.random.Generator
) -> Iterator[tuple[Building, list[Unit]]]:
    """The buildings of one compound, each with its units."""
    rings = [ring for m in estate.massings for ring in (*m.shells, *m.holes, *m.units)]
    drawn = iter(plane.polygons(rings))
    number = 0
    for place, massing in enumerate(estate.massings, start=1):
        footprint = _footprint(massing, drawn)
        stairs = [next(drawn) for _ in massing.units]
        if not massing.name:
            number += 1
        name = massing.name or estate.numbering.format(number)
        building = Building(
            id=next(ids),
            compound_id=compound.id,
            community_id=compound.community_id,
            code=f"{compound.code}{place:03d}",
            name=name,
            address=compound.address + name,
            use=_use(massing),
            floors=massing.floors,
            built=estate.built,
            geometry=footprint,
        )
        yield building, list(_units(massing, building, stairs, ids, rng))


def _even(unit: Unit) -> Unit:
    """The unit without its floors, if they hold equally many (or, in a house of one or two families, nearly so)."""
    fewest, most = min(unit.floor_households, default=0), max(unit.floor_households, default=0)
    return replace(unit, floor_households=()) if most <= fewest + 1 else unit


def _footprint(
    massing: Massing, drawn: Iterator[shapely.Polygon]
) -> shapely.Polygon | shapely.MultiPolygon | shapely.Point:
    """The building's outline on the globe; a point where nobody has surveyed it."""
    shells = [next(drawn) for _ in massing.shells]
    holes = [next(drawn) for _ in massing.holes]
    if not massing.surveyed:
        return rounded_point(shells[0])
    if len(shells) > 1:
        return shapely.MultiPolygon(shells)
    if holes:
        return shapely.orient_polygons(shapely.Polygon(shells[0].exterior, [hole.exterior for hole in holes]))
    return shells[0]


def _use(massing: Massing) -> BuildingUse:
    """Homes above shops make a mixed building."""
    return BuildingUse.MIXED if massing.shops and massing.use is BuildingUse.RESIDENTIAL else massing.use


def _units(
    massing: Massing, building: Building, stairs: list[shapely.Polygon], ids: Iterator[UUID], rng: np.random.Generator
) -> Iterator[Unit]:
    """The stairwells of one building; ``floor_households`` is kept for each, the caller may drop it."""
    lowest = 2 if massing.shops else 1
    highest = max(massing.floors, lowest)
    for number, stair in enumerate(stairs, start=1):
        homes = _homes(massing, number, highest - lowest + 1, rng)
        unsure = bool(rng.random() < UNSURE) or not massing.surveyed
        yield Unit(
            id=next(ids),
            building_id=building.id,
            community_id=building.community_id,
            code=f"{building.code}{number:02d}",
            name=f"{number}单元",
            floor_lo=lowest,
            floor_hi=highest,
            households=sum(homes),
            estimated=unsure,
            geometry=_stair(massing, building, stair),
            floor_households=() if unsure else homes,
        )


def _stair(massing: Massing, building: Building, stair: shapely.Polygon) -> shapely.Polygon | shapely.Point:
    """A unit's outline on the globe: its part of the footprint, or of what is known of it."""
    if not massing.surveyed:
        return rounded_point(stair)
    if massing.holes and len(massing.units) == 1 and isinstance(building.geometry, shapely.Polygon):
        return building.geometry
    return stair


def _homes(massing: Massing, number: int, floors: int, rng: np.random.Generator) -> tuple[int, ...]:
    """Households of each floor of one unit, lowest first; one stair in ten ends in two-storey flats under the roof."""
    roof = rng.random() < TWO_STOREY_FLATS
    if massing.households is not None:
        ours, rest = divmod(massing.households, len(massing.units))
        each, more = divmod(ours + (number <= rest), floors)
        return tuple(each + (floor < more) for floor in range(floors))
    if roof and floors >= LEAST_STOREYS and massing.flats > 1:
        return (massing.flats,) * (floors - 1) + (massing.flats // 2,)
    return (massing.flats,) * floors
