"""What would be wrong with a city, found without the generator's own code: strays, overlaps, doubled codes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo.hierarchy.places import City


def strays(children: Sequence[Any], parents: Sequence[Any], key: str) -> list[str]:
    """Codes of children that do not lie in the parent they name, tolerance 0."""
    outline = {parent.id: parent.geometry for parent in parents}
    return [child.code for child in children if not outline[getattr(child, key)].covers(child.geometry)]


def clashes(places: Sequence[Any]) -> list[tuple[str, str]]:
    """Pairs of places that touch or overlap."""
    shapes = np.array([place.geometry for place in places], dtype=object)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    return [(places[a].code, places[b].code) for a, b in zip(left, right, strict=True) if a < b]


def doubles(city: City) -> list[str]:
    """Codes and ids that occur twice."""
    layers: tuple[Sequence[Any], ...] = (city.communities, city.compounds, city.buildings, city.units)
    keys = Counter(str(key) for layer in layers for place in layer for key in (place.code, place.id))
    return [key for key, count in keys.items() if count > 1]


def untiled(city: City) -> list[str]:
    """Codes of buildings whose units do not tile them exactly."""
    stairs: dict[Any, list[Any]] = {}
    for unit in city.units:
        stairs.setdefault(unit.building_id, []).append(unit.geometry)
    return [
        b.code
        for b in city.buildings
        if b.id in stairs
        and not isinstance(b.geometry, shapely.Point)
        and not (shapely.coverage_is_valid(stairs[b.id]) and shapely.union_all(stairs[b.id]).equals(b.geometry))
    ]
