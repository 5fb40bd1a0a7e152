"""Is a thing in the file twice? The same outline again, or nearly the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.exchange.faults import GEOMETRY, Fault, Kind, Mend, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.exchange.layer import Layer

AREA = 2
SAME = 0.9  # of their common ground


def check(layer: Layer) -> Iterator[Fault]:
    """The later of two areas that are the same; points may share a door and lines a road."""
    valid = (shapely.get_dimensions(layer.geometry) == AREA) & shapely.is_valid(layer.geometry)
    rows = np.flatnonzero(valid & ~shapely.is_empty(layer.geometry))
    shapes = layer.geometry[rows]
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = first < second
    first, second = first[pairs], second[pairs]
    shared = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    either = shapely.area(shapes[first]) + shapely.area(shapes[second]) - shared
    same = shared > SAME * either
    named: set[int] = set()
    for earlier, later in zip(rows[first[same]], rows[second[same]], strict=True):
        if int(later) not in named:
            named.add(int(later))
            yield _fault(int(earlier), int(later))


def _fault(earlier: int, later: int) -> Fault:
    zh = f"第 {later + 1} 行与第 {earlier + 1} 行是同一图形。"
    en = f"Row {later + 1} is the same area as row {earlier + 1}."
    mend = Mend("删除后一行", "drop the later row", drop=frozenset({later}))
    return Fault(later + 1, GEOMETRY, Kind.DUPLICATE, Severity.DOUBTFUL, zh, en, mend)
