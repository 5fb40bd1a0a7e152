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
BUILT = 0.85  # the other lots are vegetable plots


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
    grid = np.stack(np.meshgrid(marks, marks), axis=-1).reshape(-1, 2)
    grid += rng.uniform(-1.8, 1.8, grid.shape)
    spots = middle + grid @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    built = shapely.contains_xy(ground, spots) & (rng.random(len(spots)) < BUILT)
    laid = [_farmhouse(rng).moved(turn + float(rng.uniform(-0.12, 0.12)), x, y) for x, y in spots[built].tolist()]
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
