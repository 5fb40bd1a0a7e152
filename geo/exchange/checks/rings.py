"""Are the areas areas? Rings that cross themselves, and slivers that nobody ever meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.crs.metric import metric_zone_of
from geo.exchange.faults import GEOMETRY, Fault, Kind, Mend, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geo.exchange.layer import Layer

AREA = 2
SLIVER_M2 = 1.0
THIN = 0.01  # of the area that a circle of this circumference would have
THIN_M2 = 50.0


def check(layer: Layer) -> Iterator[Fault]:
    """Invalid rings, with the repaired shape; slivers, to be dropped."""
    areas = np.flatnonzero((shapely.get_dimensions(layer.geometry) == AREA) & ~shapely.is_empty(layer.geometry))
    shapes = layer.geometry[areas]
    on_earth = (np.abs(shapely.bounds(shapes)) <= 180).all(axis=1) if len(areas) else np.zeros(0, dtype=bool)  # noqa: PLR2004
    areas, shapes = areas[on_earth], shapes[on_earth]
    valid = shapely.is_valid(shapes)
    for row, shape in zip(areas[~valid], shapes[~valid], strict=True):
        yield _invalid(int(row), shape)
    if not valid.any():
        return
    flat = metric_zone_of(shapes[valid]).to_metres(shapes[valid])
    size, round_ = shapely.area(flat), shapely.length(flat) ** 2 / (4 * np.pi)
    thin = (size < SLIVER_M2) | ((size < THIN * round_) & (size < THIN_M2))
    for row, area in zip(areas[valid][thin], size[thin], strict=True):
        number = int(row) + 1
        mend = Mend("删除该行", "drop the row", drop=frozenset({int(row)}))
        zh = f"第 {number} 行是碎片：面积只有 {area:.2f} 平方米。"
        en = f"Row {number} is a sliver of {area:.2f} m²."
        yield Fault(number, GEOMETRY, Kind.SLIVER, Severity.DOUBTFUL, zh, en, mend)


def _invalid(row: int, shape: shapely.Geometry) -> Fault:
    """Repaired here, in the reading side's process: vertices are capped, and the database never sees the scribble."""
    why = shapely.is_valid_reason(shape).split("[")[0].strip().lower()
    whole = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    mend = None
    if not whole.is_empty and shapely.get_dimensions(whole) == AREA:
        kept = f"{whole.area / max(shapely.convex_hull(shape).area, 1e-30):.0%}"
        mend = Mend(f"修复图形（面积为外包的 {kept}）", f"repair the shape ({kept} of its hull)", shapes={row: whole})
    zh = f"第 {row + 1} 行的边界自相交或不闭合（{why}）。"
    en = f"Row {row + 1} has an invalid outline ({why})."
    return Fault(row + 1, GEOMETRY, Kind.INVALID_RING, Severity.BLOCKS, zh, en, mend)
