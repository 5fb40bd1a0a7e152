"""Villages and scattered farmsteads (林盘): one household or two a house, turned as the lane and the owner liked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.synthesis import shapes
from geo.synthesis.massing import Massing, inside

if TYPE_CHECKING:
    from numpy.typing import NDArray

PITCH_M = 21.0  # a house's diagonal and its yard


def hamlet(x_m: float, y_m: float, radius_m: float, rng: np.random.Generator) -> shapely.Polygon:
    """The ground of one hamlet: a round of trees and yards."""
    turns = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    reach = radius_m * rng.uniform(0.78, 1.15, len(turns))
    ring: NDArray[np.float64] = np.stack(
        [x_m + 1.25 * reach * np.cos(turns), y_m + 0.9 * reach * np.sin(turns)], axis=1
    )
    return shapely.Polygon(ring)


def lay(land: shapely.Polygon, rng: np.random.Generator) -> list[Massing]:
    """Farmhouses on the hamlet's ground (metres), loosely in line with its lane."""
    ground = land.buffer(-3.0)
    if ground.is_empty:
        return []
    west, south, east, north = ground.bounds
    turn = float(rng.uniform(-0.5, 0.5))
    middle = np.array([(west + east) / 2, (south + north) / 2])
    reach = max(east - west, north - south)
    marks = np.arange(-reach, reach, PITCH_M)
    laid = []
    for x in marks:
        for y in marks:
            spot = np.array([x, y]) + rng.uniform(-1.8, 1.8, 2)
            place = middle + spot @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
            if rng.random() < 0.85:  # noqa: PLR2004 - the rest are vegetable plots
                laid.append(_farmhouse(rng).moved(turn + float(rng.uniform(-0.12, 0.12)), *place.tolist()))
    return inside(laid, ground)


def _farmhouse(rng: np.random.Generator) -> Massing:
    """A house of up to three floors about its own middle: a bar, or a bar with a wing."""
    width, depth = float(rng.uniform(9, 13)), float(rng.uniform(7, 9))
    shell = shapes.box(0, 0, width, depth)
    if rng.random() < 0.35:  # noqa: PLR2004 - a third have a wing for the kitchen and the pigs
        shell, _ = shapes.ribbon([(0.0, 0.0), (width, 0.0), (width, depth + 3.0)], 5.5, 99.0)
    shell = shell - shell.mean(axis=0)
    homes = int(rng.choice([1, 1, 1, 2]))
    return Massing((shell,), (shell,), int(rng.choice([1, 2, 2, 3])), 1, households=homes)
