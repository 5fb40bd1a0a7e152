"""Can a building be as large as a town? Districts taken for buildings by mistake are told at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.exchange.faults import GEOMETRY, Fault, Kind, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.exchange.layer import Layer

MOST_M2 = 3e6
"""Twice the largest footprint on earth."""
METRES_A_DEGREE = 111_320.0


def check(layer: Layer) -> Iterator[Fault]:
    """Buildings (degrees WGS-84) that no building can be."""
    south, north = shapely.bounds(layer.geometry).T[[1, 3]]
    squares = shapely.area(layer.geometry) * METRES_A_DEGREE**2 * np.cos(np.radians((south + north) / 2))
    for row in np.flatnonzero(squares > MOST_M2):
        zh = f"第 {row + 1} 行占地 {squares[row] / 1e6:.1f} 平方公里，不是一栋楼。"
        en = f"Row {row + 1} covers {squares[row] / 1e6:.1f} km², which is no building."
        yield Fault(int(row) + 1, GEOMETRY, Kind.TOO_LARGE, Severity.BLOCKS, zh, en)
