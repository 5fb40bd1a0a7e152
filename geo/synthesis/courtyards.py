"""Old courtyards (院落): houses of one to three floors wall to wall along lanes, few households behind each door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.synthesis import frame, shapes
from geo.synthesis.massing import Massing, inside

if TYPE_CHECKING:
    import numpy as np
    import shapely
    from numpy.typing import NDArray

    from geo.synthesis.shapes import Rings

GAP_M = 0.4  # between the outer walls of two houses
LANE_M = 3.6
YARD = 0.13  # share of lots with a tree instead of a house
PASSAGE, PASSAGE_M = 0.12, 2.2  # now and then one walks through
SHAFT_M = 11.0  # a narrower house has no court


def lay(land: shapely.Polygon, rng: np.random.Generator) -> list[Massing]:
    """Two rows of houses back to back, a lane, two rows again, over the whole land (metres)."""
    angle = frame.bearing(land)
    ground = frame.turned(land, -angle).buffer(-1.5, join_style="mitre")
    if ground.is_empty:
        return []
    west, south, east, north = ground.bounds
    laid = []
    y_m, row = south + 0.3, 0
    while y_m < north:
        depth = float(rng.uniform(12, 19))
        x_m = west + rng.uniform(0, 6)
        while x_m < east:
            width = float(rng.uniform(10, 18))
            if rng.random() > YARD:
                laid.append(_house(width - GAP_M, depth - GAP_M, flip=row % 2 == 0, rng=rng).moved(0.0, x_m, y_m))
            x_m += width if rng.random() > PASSAGE else width + PASSAGE_M
        y_m += depth + (LANE_M if row % 2 else 0.0)
        row += 1
    return [m.moved(angle) for m in inside(laid, ground)]


def _house(width_m: float, depth_m: float, *, flip: bool, rng: np.random.Generator) -> Massing:
    """One house: a plain front, an L, a U, or four wings round a court."""
    floors = int(rng.choice([1, 1, 2, 2, 2, 3]))
    homes = int(rng.integers(1, 3 + floors))
    form = rng.choice(["front", "l", "u", "court"], p=[0.4, 0.25, 0.17, 0.18])
    if form == "court" and min(width_m, depth_m) > SHAFT_M:
        outer, hole, _ = shapes.court(width_m, depth_m, float(rng.uniform(3.2, 4.2)), 99.0)
        return _solid(outer, floors, homes + 2, (hole,))
    if form == "front":
        return _solid(shapes.box(0, 0, width_m, depth_m * float(rng.uniform(0.6, 0.95))), floors, homes)
    spine = [(0.0, 0.0), (width_m, 0.0), (width_m, depth_m)]
    if form == "u":
        spine = [(0.0, depth_m * 0.8), (0.0, 0.0), *spine[1:]]
    shell, _ = shapes.ribbon(spine, 4.2, 99.0)
    if flip:
        shell = shell * (-1, 1) + (width_m, 0)
    return _solid(shell, floors, homes)


def _solid(shell: NDArray[np.float64], floors: int, homes: int, holes: Rings = ()) -> Massing:
    """A house without stairwells of its own: its one unit is the house."""
    return Massing((shell,), (shell,), floors, 1, holes=holes, households=homes)
