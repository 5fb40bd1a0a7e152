"""How well one layer lies on another: do outlines coincide, do they keep out of each other's houses?

A score alone says little: in a dense quarter every line is near some wall. So each layer is also laid down a few
hundred metres off in all directions, and what counts is how far the true position stands out from those.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

from geo.crs.metric import MetricZone, metric_zone_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.crs.shift import LonLat

SCALES_M = np.array([1.0, 3.0, 10.0, 30.0, 100.0])
"""Outlines are near when within one of these: the same file again, the same survey, …, another map firm."""

WIDER = 10.0
AMONG_HOUSES_M = 50.0
REFERENCE_POINTS = 200_000
AREA = 2  # shapely's dimension of a polygon

_TURNS = np.arange(8) * (np.pi / 4)
_CIRCLE = np.column_stack((np.cos(_TURNS), np.sin(_TURNS)))
CONTROLS_M = np.vstack([radius * _CIRCLE for radius in (230.0, 480.0, 800.0, 1240.0)])
ENOUGH = 8  # controls that still lie among houses; with fewer, the spread is taken to be WIDE
WIDE = 0.15


@dataclass(frozen=True, slots=True)
class Ground:
    """What is there already, ready to be compared with; metres of ``zone``.

    Attributes:
        zone: where it is measured.
        outline: points along every line and border.
        footprints: the areas among it.
        places: one point (n, 2) in the middle of each thing.
        bounds: west, south, east, north in degrees.
    """

    zone: MetricZone
    outline: cKDTree
    footprints: shapely.STRtree
    places: LonLat
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Fit:
    """A position judged by several measures: arrays of the same length.

    Attributes:
        scores: 0..1 each.
        usually: what the controls reach.
        stands_out: how many spreads of the controls the score lies above them.
    """

    scores: NDArray[np.float64]
    usually: NDArray[np.float64]
    stands_out: NDArray[np.float64]

    def gain(self, measure: int) -> float:
        """How much better than elsewhere, by one measure; never below 0."""
        return max(float(self.scores[measure] - self.usually[measure]), 0.0)


def ground_of(geometries: NDArray[np.object_]) -> Ground:
    """Prepare the geometries (degrees WGS-84, at least one) that a new layer is to be compared with."""
    known = geometries[~(shapely.is_missing(geometries) | shapely.is_empty(geometries))]
    west, south, east, north = (float(bound) for bound in shapely.total_bounds(known))
    zone = metric_zone_of(known)
    flat = zone.to_metres(known)
    areas = flat[shapely.get_dimensions(flat) == AREA]
    return Ground(
        zone=zone,
        outline=cKDTree(outline_points(flat, REFERENCE_POINTS)),
        footprints=shapely.STRtree(areas),
        places=shapely.get_coordinates(shapely.centroid(flat)),
        bounds=(west, south, east, north),
    )


def outline_points(flat: NDArray[np.object_], most: int) -> LonLat:
    """About ``most`` points (n, 2) along all borders and lines; points stay as they are."""
    step = max(float(shapely.length(flat).sum()) / most, 1.0)
    points: LonLat = shapely.get_coordinates(shapely.segmentize(flat, step))
    return points[:: max(len(points) // most, 1)]


def fit(ground: Ground, points: LonLat, *, of_points: bool) -> Fit:
    """Judge a position.

    Args:
        ground: what is there.
        points: shape (n, 2), n > 0, metres: along the outlines of the new layer, or its points themselves.
        of_points: whether the layer is one of points, which belong into houses; outlines belong outside them.
    """
    laid = np.array([_measures(ground, points + shift, of_points=of_points) for shift in ([0.0, 0.0], *CONTROLS_M)])
    measures, asked = laid[:, 0], laid[:, 1]
    comparable = asked[1:] >= asked[0] / 10
    judged = [_judged(measures[1:, k], comparable[:, k]) for k in range(measures.shape[1])]
    usually, spread = np.array(judged).T
    noise = 0.5 / np.sqrt(np.maximum(asked[0], 1.0))
    return Fit(measures[0], usually, (measures[0] - usually) / np.hypot(spread, noise))


def _judged(controls: NDArray[np.float64], comparable: NDArray[np.bool_]) -> tuple[float, float]:
    """What controls usually reach and how far they spread, robustly; those out in the fields do not count."""
    if np.count_nonzero(comparable) < ENOUGH:
        return float(np.median(controls)), WIDE
    usually = np.median(controls[comparable])
    return float(usually), float(1.4826 * np.median(np.abs(controls[comparable] - usually)))


def _measures(ground: Ground, points: LonLat, *, of_points: bool) -> NDArray[np.float64]:
    """Two rows: each measure, and of how many points it is the share.

    Only points with something tenfold as far away are asked, so that a thinner quarter is no worse a fit.
    """
    distance = np.asarray(ground.outline.query(points, distance_upper_bound=WIDER * SCALES_M[-1])[0])
    near = np.sum(1.0 / (1.0 + (distance[:, None] / SCALES_M) ** 2), axis=0)
    asked = np.sum(1.0 / (1.0 + (distance[:, None] / (WIDER * SCALES_M)) ** 2), axis=0)
    if len(ground.footprints):
        beside = points[distance < AMONG_HOUSES_M]
        hit = ground.footprints.query(np.asarray(shapely.points(beside)), predicate="within")[0]
        covered = float(len(np.unique(hit)))
        near = np.append(near, covered if of_points else len(beside) - covered)
        asked = np.append(asked, len(beside))
    return np.vstack((near / np.maximum(asked, 1.0), asked))
