"""Blocks between streets: a community's ground cut again and again across its long side, a street along each cut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import ops

from geo.synthesis.frame import largest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

WIDTH_M = {"arterial": 42.0, "secondary": 28.0, "branch": 15.0, "alley": 7.0}
BRANCH_BLOCK_M2 = 90_000.0  # a cut through more ground than this is a branch road, through less an alley


@dataclass(frozen=True, slots=True, eq=False)
class Street:
    """A street's centre line (n, 2) in metres, by class; rivers come here too, with the class ``river``."""

    line: NDArray[np.float64]
    road_class: str
    width_m: float
    name: str = ""
    name_en: str = ""


def cut(
    ground: shapely.Polygon, pieces: int, rng: np.random.Generator, through: Sequence[Street] = ()
) -> tuple[list[shapely.Polygon], list[Street]]:
    """Cut the ground (metres) into so many blocks, always the largest next; and the streets along the new cuts.

    Streets ``through`` the ground cut it first.
    """
    blocks, streets = [ground], []
    for street in through:
        line = shapely.LineString(street.line)
        blocks = [part for block in blocks for part in shapely.get_parts(ops.split(block, line)).tolist()]
    while len(blocks) < pieces:
        block = blocks.pop(max(range(len(blocks)), key=lambda k: blocks[k].area))
        line = _across(block, rng)
        parts = [part for part in shapely.get_parts(ops.split(block, line)).tolist() if part.area > 1]
        blocks += parts
        if len(parts) == 1:
            break
        road_class = "branch" if block.area > BRANCH_BLOCK_M2 else "alley"
        course = max(shapely.get_parts(shapely.intersection(block, line)).tolist(), key=shapely.length)
        streets.append(Street(shapely.get_coordinates(course), road_class, WIDTH_M[road_class]))
    return blocks, streets


def _across(block: shapely.Polygon, rng: np.random.Generator) -> shapely.LineString:
    """A slightly bent line across the middle of the block's long side, reaching beyond it."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(block))
    sides = np.diff(corners, axis=0)[:2]
    lengths = np.hypot(*sides.T)
    long, short = (0, 1) if lengths[0] >= lengths[1] else (1, 0)
    middle = corners[0] + sides[long] * rng.uniform(0.42, 0.58) + sides[short] / 2
    reach = sides[short] * 0.55 + sides[long] * rng.uniform(-0.03, 0.03)
    sway = sides[long] / lengths[long] * rng.uniform(-4.0, 4.0)
    return shapely.LineString([middle - reach, middle + sway, middle + reach])


def paved(streets: Sequence[Street], *, walk_m: float = 3.0) -> BaseGeometry:
    """The ground that streets and their pavements take, in metres."""
    lines = shapely.linestrings(
        np.concatenate([s.line for s in streets]),
        indices=np.repeat(np.arange(len(streets)), [len(s.line) for s in streets]),
    )
    reach = np.array([s.width_m / 2 + walk_m for s in streets])
    return shapely.union_all(np.asarray(shapely.buffer(lines, reach, quad_segs=2)))


def land(block: shapely.Polygon, taken: BaseGeometry) -> shapely.Polygon:
    """What is left of a block (metres) behind the pavements of its streets, its corners rounded."""
    rest = shapely.difference(block, taken).buffer(-7.0, join_style="mitre").buffer(7.0, quad_segs=2).buffer(-0.1)
    return largest(shapely.Polygon(largest(rest).exterior).simplify(0.3))
