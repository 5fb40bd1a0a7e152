"""Compound walls with their gates: what makes a neighbour ten metres away a walk of three hundred."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import ops

if TYPE_CHECKING:
    from numpy.typing import NDArray

GATE_M = 9.0


def round_about(land: shapely.Polygon, gates: int, rng: np.random.Generator) -> list[NDArray[np.float64]]:
    """The wall along a compound's outline (metres), one piece from each gate to the next."""
    ring = shapely.LineString(land.exterior.coords)
    first = rng.uniform(0, ring.length)
    marks = np.sort((first + np.arange(gates) * ring.length / gates + rng.uniform(-9, 9, gates)) % ring.length)
    pieces = []
    for here, there in zip(marks, [*marks[1:], marks[0] + ring.length], strict=True):
        start, end = here + GATE_M / 2, there - GATE_M / 2
        if end <= start:
            continue
        if end <= ring.length:
            pieces.append(shapely.get_coordinates(ops.substring(ring, start, end)))
        elif start >= ring.length:
            pieces.append(shapely.get_coordinates(ops.substring(ring, start - ring.length, end - ring.length)))
        else:
            tail = shapely.get_coordinates(ops.substring(ring, start, ring.length))
            pieces.append(np.vstack([tail, shapely.get_coordinates(ops.substring(ring, 0, end - ring.length))[1:]]))
    return [piece for piece in pieces if len(piece) > 1]
