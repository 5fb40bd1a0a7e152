"""Tower compounds: point towers of 25 to 34 floors in a chequered pattern, four to six flats a floor, one stair each.

One unit alone exceeds a micro-grid's hundred households here; grids have to be stacked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.synthesis import frame, shapes
from geo.synthesis.massing import Massing, inside

if TYPE_CHECKING:
    import shapely
    from numpy.typing import NDArray

PITCH_M = (58.0, 52.0)
FLOORS = (25, 34)
TWIN = 0.2  # share of towers that stand back to back
PLAIN = 4  # flats on a floor of the narrower plan


def lay(
    land: shapely.Polygon,
    rng: np.random.Generator,
) -> list[Massing]:
    """Point towers and twin towers on the land (metres), every second row shifted by half a pitch."""
    angle = frame.facing(land)
    ground = frame.turned(land, -angle).buffer(-7.0, join_style="mitre")
    if ground.is_empty:
        return []
    flats = int(rng.choice([4, 4, 4, 6]))
    storeys = int(rng.integers(FLOORS[0], FLOORS[1] + 1))
    plan = (shapes.CROSS, shapes.BUTTERFLY, shapes.COMB)[int(rng.integers(3))]
    laid = [
        _tower(plan, flats, int(np.clip(storeys + rng.choice([-2, 0, 0, 0, 1]), *FLOORS)), rng).moved(0.0, *spot)
        for spot in _spots(ground, rng)
    ]
    return [m.moved(angle) for m in inside(laid, ground)]


def _spots(ground: shapely.Polygon, rng: np.random.Generator) -> list[tuple[float, float]]:
    """South-west corners of the towers' boxes: a quincunx that uses the land as evenly as it can."""
    west, south, east, north = ground.bounds
    width, height = 27.0, 24.0
    rows = max(1, int((north - south - height) // PITCH_M[1]) + 1)
    columns = max(1, int((east - west - width) // PITCH_M[0]) + 1)
    pitch_x = PITCH_M[0] + (east - west - width - (columns - 1) * PITCH_M[0]) / max(columns, 2)
    pitch_y = PITCH_M[1] + (north - south - height - (rows - 1) * PITCH_M[1]) / max(rows, 2)
    x_m = (west + east - width - (columns - 1) * pitch_x) / 2
    y_m = (south + north - height - (rows - 1) * pitch_y) / 2
    return [
        (x_m + (k + 0.5 * (row % 2)) * pitch_x + rng.uniform(-2, 2), y_m + row * pitch_y + rng.uniform(-2, 2))
        for row in range(rows)
        for k in range(columns)
    ]


def _tower(plan: NDArray[np.float64], flats: int, floors: int, rng: np.random.Generator) -> Massing:
    if rng.random() < TWIN:
        shell, units = shapes.twin(20.0, 19.0)
        return Massing((shell,), units, floors, min(flats, 4), within=FLOORS).moved(0.0, -6.0)
    shell = shapes.tower(plan, 26.0 if flats == PLAIN else 30.0, 22.0)
    return Massing((shell,), (shell,), floors, flats, within=FLOORS)
