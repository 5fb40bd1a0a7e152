"""Villages and scattered farmsteads (林盘): one household or two a house, turned as the lane and the owner liked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.synthesis.massing import Massing, inside

if TYPE_CHECKING:
    from numpy.typing import NDArray

PITCH_M = 21.0  # a house's diagonal and its yard
WAVER_M = 1.6  # how far a house stands off its lot; two of the widest still keep apart
BUILT = 0.85  # the other lots are vegetable plots
WINGED = 0.35  # share of houses with a wing for the kitchen and the pigs
STRETCH = (1.25, 0.9)  # hamlets lie along their lane
WAVE = (0.78, 1.15)
WIDEST = (STRETCH[0] * WAVE[1], STRETCH[1] * WAVE[1])  # outline over radius, at most


def hamlet(x_m: float, y_m: float, radius_m: float, rng: np.random.Generator) -> shapely.Polygon:
    """The ground of one hamlet: a round of trees and yards."""
    turns = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    reach = radius_m * rng.uniform(*WAVE, len(turns))
    return shapely.Polygon(
        np.stack([x_m + STRETCH[0] * reach * np.cos(turns), y_m + STRETCH[1] * reach * np.sin(turns)], axis=1)
    )


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
    grid += rng.uniform(-WAVER_M, WAVER_M, grid.shape)
    spots = middle + grid @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    spots = spots[shapely.contains_xy(ground, spots) & (rng.random(len(spots)) < BUILT)]
    return inside(_farmhouses(spots, turn, rng), ground)


def _farmhouses(spots: NDArray[np.float64], turn: float, rng: np.random.Generator) -> list[Massing]:
    """Houses of up to three floors on their spots: a bar, or a bar with a wing; one household or two."""
    count = len(spots)
    widths, depths = rng.uniform(9, 13, count).tolist(), rng.uniform(7, 9, count).tolist()
    winged = (rng.random(count) < WINGED).tolist()
    floors, homes = rng.choice([1, 2, 2, 3], count).tolist(), rng.choice([1, 1, 1, 2], count).tolist()
    angles = turn + rng.uniform(-0.12, 0.12, count)
    cosines, sines = np.cos(angles).tolist(), np.sin(angles).tolist()
    houses = []
    for k, (x_m, y_m) in enumerate(spots.tolist()):
        plan = _plan(widths[k], depths[k], winged=winged[k])
        shell = np.array([(x_m + x * cosines[k] - y * sines[k], y_m + x * sines[k] + y * cosines[k]) for x, y in plan])
        houses.append(Massing((shell,), (shell,), floors[k], 1, households=homes[k]))
    return houses


def _plan(width_m: float, depth_m: float, *, winged: bool) -> list[tuple[float, float]]:
    """A house's corners about the middle of its box."""
    x, y = width_m / 2, (depth_m + 3.0 * winged) / 2
    if not winged:
        return [(-x, -y), (x, -y), (x, y), (-x, y)]
    return [(-x, -y), (x, -y), (x, y), (x - 5.5, y), (x - 5.5, 5.5 - y), (-x, 5.5 - y)]
