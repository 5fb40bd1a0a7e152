"""From places on the globe to ground in metres: what the store, the generator or an importer knows of a city.

Which barriers part neighbours is decided here: rivers, railways and walls always; roads by their class, since people
cross a lane to their neighbour but not an avenue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geo.crs.local_plane import LocalPlane, local_plane
from geo.hierarchy.places import BarrierKind
from geo.topology.ground import BuildingSite, CompoundSite, Ground, UnitSite

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from geo.hierarchy.places import Barrier, City, Compound, Unit

CROSSED_ROADS = frozenset({"lane", "internal", "service", "residential", "footway", "path", "living_street"})
"""Classes of road that people cross to their neighbour."""


def plane_of(compounds: Iterable[Compound]) -> LocalPlane:
    """The metric plane about the middle of some compounds, on WGS 84."""
    west, south, east, north = shapely.total_bounds([c.geometry for c in compounds]).tolist()
    return local_plane("EPSG:4326", (west + east) / 2, (south + north) / 2)


def ground_of(
    city: City,
    plane: LocalPlane,
    *,
    compounds: Collection[Compound] | None = None,
    crossed: frozenset[str] = CROSSED_ROADS,
) -> Ground:
    """The ground of a city's compounds, or of some of them, in metres of ``plane``; keys are the places' UUIDs."""
    wanted = city.compounds if compounds is None else compounds
    inside = {c.id for c in wanted}
    buildings = [b for b in city.buildings if b.compound_id in inside]
    known = {b.id for b in buildings}
    units = [u for u in city.units if u.building_id in known]
    outlines = _moved(plane, [c.geometry for c in wanted])
    shapes = _moved(plane, [b.geometry for b in buildings])
    parts = _moved(plane, [u.geometry for u in units])
    lines = _moved(plane, [b.geometry for b in city.barriers if parts_neighbours(b, crossed)])
    return Ground(
        tuple(CompoundSite(str(c.id), shape) for c, shape in zip(wanted, outlines, strict=True)),
        tuple(BuildingSite(str(b.id), str(b.compound_id), g) for b, g in zip(buildings, shapes, strict=True)),
        tuple(_unit(u, part) for u, part in zip(units, parts, strict=True)),
        tuple(line for line in lines if isinstance(line, shapely.LineString)),
    )


def parts_neighbours(barrier: Barrier, crossed: frozenset[str] = CROSSED_ROADS) -> bool:
    """Whether nobody crosses this barrier on the way to a neighbour."""
    return barrier.kind is not BarrierKind.ROAD or barrier.road_class not in crossed


def _unit(unit: Unit, part: shapely.Polygon) -> UnitSite:
    return UnitSite(
        str(unit.id),
        str(unit.building_id),
        unit.households,
        unit.floor_lo,
        unit.floor_hi,
        part,
        unit.floor_households,
    )


def _moved(plane: LocalPlane, shapes: Sequence[shapely.Geometry]) -> list[Any]:
    moved: list[Any] = list(plane.to_metres(np.array(shapes, dtype=object)))
    return moved
