"""Lays a spread of a layer's features on the ground under one reading, near enough to be compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs.fit import Fit, Ground, fit, outline_points
from geo.crs.reading import middle
from geo.crs.vertices import moved

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.crs.metric import MetricZone
    from geo.crs.reading import Reading
    from geo.crs.shift import LonLat

FEATURES = 600  # laid down under each reading, spread evenly through the file
SAMPLES = 900  # points along their outlines
SCANNED = 50_000  # features asked whether they lie near what is there
NEAR_DEG = 0.03  # "near": about 3 km, more than any datum shifts
BESIDE_M = 500.0  # outlines farther than this from all that is there are not compared


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """Features that come near the ground: in the file's own numbers, and in the ground's metres."""

    numbers: LonLat
    flat: NDArray[np.object_]


def lay(imported: NDArray[np.object_], reading: Reading, ground: Ground) -> Laid | None:
    """A spread of the features that come near the ground under this reading; None when none does."""
    scanned = imported[:: max(len(imported) // SCANNED, 1)]
    boxes = shapely.bounds(scanned)
    low, high = reading.to_wgs84(boxes[:, :2]), reading.to_wgs84(boxes[:, 2:])
    west, south, east, north = ground.bounds
    near = (np.minimum(low, high) <= [east + NEAR_DEG, north + NEAR_DEG]).all(axis=1)
    near &= (np.maximum(low, high) >= [west - NEAR_DEG, south - NEAR_DEG]).all(axis=1)
    if not near.any():
        return None
    chosen = scanned[near]
    chosen = chosen[:: max(len(chosen) // FEATURES, 1)]
    flat = ground.zone.to_metres(moved(chosen, reading.to_wgs84))
    return Laid(shapely.get_coordinates(chosen), flat)


def fit_of(laid: Laid, ground: Ground) -> Fit:
    """How well features lie where they were laid."""
    points = outline_points(laid.flat, 20 * SAMPLES)
    inside = (points >= ground.outline.mins - BESIDE_M).all(axis=1)
    inside &= (points <= ground.outline.maxes + BESIDE_M).all(axis=1)
    if inside.any():
        points = points[inside]
    of_points = bool((shapely.get_dimensions(laid.flat) == 0).all())
    return fit(ground, points[:: max(len(points) // SAMPLES, 1)], of_points=of_points)


def displacement(reading: Reading, said: Reading, numbers: LonLat, zone: MetricZone) -> tuple[float, float]:
    """Metres east and north from where ``said`` puts the middle of the numbers to where ``reading`` puts it."""
    centre = np.array([middle(numbers)])
    east, north = (zone.points_to_metres(reading.to_wgs84(centre)) - zone.points_to_metres(said.to_wgs84(centre)))[0]
    return float(east), float(north)
