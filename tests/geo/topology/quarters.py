"""Quarters for Hypothesis: compounds of any shape with houses, shops, points, walls and mistakes, from one seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from hypothesis import strategies as st
from shapely import affinity

from geo.topology.ground import BuildingSite, CompoundSite, Ground, UnitSite

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

TURN_DEG = 40


def quarter(seed: int, size: int, *, mistakes: bool, walls: bool) -> Ground:
    """A compound of about ``size`` x ``size`` plots of 40 m; with ``mistakes`` houses may overlap and poke out."""
    rng = np.random.default_rng(seed)
    outline = _outline(rng, size)
    buildings: list[BuildingSite] = []
    units: list[UnitSite] = []
    for n, (x, y) in enumerate((i * 40.0, j * 40.0) for i in range(size) for j in range(size)):
        shape = _house(rng, x, y, reach=30 if mistakes else 0)
        if not mistakes and not outline.contains(shape.buffer(2)):
            continue
        key = f"b{n}"
        buildings.append(BuildingSite(key, "c", shape.centroid if rng.random() < 0.15 else shape))
        if rng.random() < 0.85 or not units:
            units += [UnitSite(f"{key}-{u}", key, int(rng.integers(1, 160)), 1, 11) for u in range(rng.integers(1, 5))]
    if not units:
        inner = outline.representative_point()
        buildings.append(BuildingSite("lone", "c", inner))
        units.append(UnitSite("lone", "lone", 40))
    fences = tuple(_wall(rng, size) for _ in range(rng.integers(1, 4))) if walls else ()
    return Ground((CompoundSite("c", outline),), tuple(buildings), tuple(units), fences)


def _outline(rng: np.random.Generator, size: int) -> shapely.Polygon:
    side = 40.0 * size
    yard = shapely.box(-5, -5, side + 5, side + 5)
    if rng.random() < 0.4:
        yard = largest(yard.difference(shapely.box(side * 0.45, side * 0.4, side + 9, side + 9)))
    if rng.random() < 0.3:
        yard = largest(yard.difference(shapely.Point(side * 0.3, side * 0.3).buffer(rng.uniform(3, 12))))
    return affinity.rotate(yard, 0.7, origin=(0, 0))  # off the round numbers


def largest(shape: BaseGeometry) -> shapely.Polygon:
    pieces: list[shapely.Polygon] = list(shapely.get_parts(shape))
    return max(pieces, key=lambda piece: piece.area)


def _house(rng: np.random.Generator, x: float, y: float, *, reach: float) -> shapely.Polygon:
    long, deep = rng.uniform(8, 32), rng.uniform(6, 14)
    body = shapely.box(0, 0, long, deep)
    if rng.random() < 0.3:
        body = largest(body.union(shapely.box(0, 0, deep, min(30.0, long))))
    spread = rng.uniform(0, reach, 2) if reach else rng.uniform(0, 3, 2)
    moved = affinity.translate(body, x + 3 + spread[0], y + 3 + spread[1])
    return affinity.rotate(moved, rng.uniform(-TURN_DEG, TURN_DEG) if reach else rng.uniform(-4, 4))


def _wall(rng: np.random.Generator, size: int) -> shapely.LineString:
    return shapely.LineString(rng.uniform(-10, 40 * size + 10, (rng.integers(2, 4), 2)))


quarters = st.builds(
    quarter,
    seed=st.integers(0, 2**32 - 1),
    size=st.integers(1, 4),
    mistakes=st.booleans(),
    walls=st.booleans(),
)
