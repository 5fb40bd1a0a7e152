"""Where the offset of Chinese web maps applies: a switch for arithmetic, never a border and never drawn.

The public formula asks only "inside the box 72-137.8 E, 0.8-55.8 N?" and so shifts Hanoi, Seoul, Ulaanbaatar
and Singapore by half a kilometre, where the map firms themselves publish plain WGS-84. Here the test is the
extent that the EPSG registry gives for CGCS2000, one range of latitude for each 3-degree zone, plus the islands and
the sea that the 2-D map firms also shift. All of China lies inside with a margin, so no border town is missed.

A switch that jumps cannot be inverted beside the jump. So the offset fades out over ``FADE_DEG`` outside the
extent: conversion stays exact both ways everywhere, and from there outward it is the identity.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.crs.shift import LonLat

MARGIN_DEG = 0.1
FADE_DEG = 0.4

_WEST, _STEP = 73.5, 3.0
# South and north, in degrees, of each 3-degree zone from 73.5 E eastward: the areas of use of EPSG:4534-4554,
# widened in the south of 91.5-97.5 E, on the Yalu and on the Ussuri …
_ZONES = (
    (35.81, 40.65),
    (31.03, 41.83),
    (29.95, 45.88),
    (28.26, 47.23),
    (27.8, 49.18),
    (27.32, 48.42),
    (26.75, 45.13),
    (27.3, 44.5),
    (21.43, 42.76),
    (21.13, 42.69),
    (22.5, 42.21),
    (18.19, 42.47),
    (18.11, 45.11),
    (21.52, 45.45),
    (22.6, 49.88),
    (24.43, 53.33),
    (28.22, 53.56),
    (40.0, 53.2),
    (41.37, 50.25),
    (42.42, 48.88),
    (45.85, 48.5),
)
# … then, as west, south, east, north, Taiwan and its islands, the coast between, and the South China Sea.
_SEA = (
    (118.0, 21.7, 122.2, 26.5),
    (121.5, 25.5, 124.8, 28.3),
    (108.0, 3.3, 117.9, 23.0),
)


@cache
def _extent() -> shapely.Geometry:
    strips = [
        shapely.box(west, south, west + _STEP, north)
        for west, (south, north) in zip(np.arange(len(_ZONES)) * _STEP + _WEST, _ZONES, strict=True)
    ]
    boxes = strips + [shapely.box(*bounds) for bounds in _SEA]
    extent = shapely.buffer(shapely.union_all(boxes), MARGIN_DEG, join_style="mitre")
    shapely.prepare(extent)
    return extent


@cache
def _reach() -> shapely.Geometry:
    reach = shapely.buffer(_extent(), FADE_DEG, join_style="mitre")
    shapely.prepare(reach)
    return reach


def weight(points: LonLat) -> NDArray[np.float64]:
    """How much of the offset applies at each point: 1 in China, fading to 0 abroad; shape (n,).

    >>> weight(np.array([[104.06, 30.66], [105.85, 21.03], [126.98, 37.57]])).tolist()  # Chengdu, Hanoi, Seoul
    [1.0, 0.0, 0.0]
    """
    result = _in_zone(points).astype(np.float64)
    rest = np.flatnonzero(result == 0)
    if rest.size:
        result[rest] = shapely.intersects_xy(_extent(), points[rest])
        fading = rest[(result[rest] == 0) & shapely.intersects_xy(_reach(), points[rest])]
        away = shapely.distance(_extent(), shapely.points(points[fading]))
        t = np.clip(1.0 - away / FADE_DEG, 0.0, 1.0)
        result[fading] = t * t * (3.0 - 2.0 * t)
    return result


def _in_zone(points: LonLat) -> NDArray[np.bool_]:
    """Whether a point lies in its own 3-degree strip: the quick answer for nearly everyone who asks."""
    south, north = np.array(_ZONES).T
    column = np.floor((np.nan_to_num(points[:, 0], posinf=0.0, neginf=0.0) - _WEST) / _STEP)
    known: NDArray[np.bool_] = (column >= 0) & (column < len(_ZONES))
    at = np.where(known, column, 0).astype(np.intp)
    known &= (points[:, 1] >= south[at]) & (points[:, 1] <= north[at])
    return known
