"""Does every row have a place, and one that was measured? Failed geocoding leaves (0, 0), old systems whole degrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.exchange.faults import GEOMETRY, Fault, Kind, Mend, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geo.exchange.layer import Layer

NEAR_ZERO_DEG = 1e-6
EARTH = (-180.0, -90.0, 180.0, 90.0)
FAR = 8.0  # times the usual distance from the middle of the layer …
FAR_DEG = 1.0  # … and at least about 100 km …
FEW = 0.05  # … and so many at most: more are a second city, not a slip


def check(layer: Layer) -> Iterator[Fault]:
    """Rows without shape, at (0, 0), on whole degrees, off the earth, or far from all the others."""
    shapes = layer.geometry
    none = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    west, south, east, north = shapely.bounds(shapes).T
    points = shapely.get_type_id(shapes) == 0
    if none.all():  # a table without shapes, which is no fault of any row
        return
    zero = ~none & (np.abs(west) < NEAR_ZERO_DEG) & (np.abs(south) < NEAR_ZERO_DEG)
    west_most, south_most, east_most, north_most = EARTH
    off = ~none & ~((west >= west_most) & (east <= east_most) & (south >= south_most) & (north <= north_most))
    whole = points & ~none & ~zero & ~off & (west == np.round(west)) & (south == np.round(south))
    far = _far(west, south, ~(none | zero | off | whole))
    for row in np.flatnonzero(none):
        yield _fault(row, Kind.NO_SHAPE, "没有坐标或图形", "has no place", mend=None)
    gone = ((zero, Kind.AT_ZERO, "坐标为 (0, 0)，应为定位失败", "lies at (0, 0): its geocoding failed"),
            (off, Kind.OFF_THE_EARTH, "坐标超出经纬度范围", "lies off the earth"),
            (whole, Kind.TRUNCATED, "坐标被截断为整度", "has coordinates cut to whole degrees"))  # fmt: skip
    for rows, kind, zh, en in gone:
        for row in np.flatnonzero(rows):
            at = f"({west[row]:g}, {south[row]:g})"
            mend = Mend("去掉坐标，保留该行", "take the place away, keep the row", shapes={int(row): None})
            yield _fault(row, kind, f"{zh}：{at}", f"{en}: {at}", mend)
    for row in np.flatnonzero(far):
        at = f"({west[row]:.4f}, {south[row]:.4f})"
        yield _fault(row, Kind.FAR_AWAY, f"远离其他各行：{at}", f"lies far from all the others: {at}", None)


def _far(west: NDArray[np.float64], south: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if np.count_nonzero(known) < 10:  # noqa: PLR2004 - fewer have no middle to be far from
        return np.zeros(len(west), dtype=bool)
    away = np.maximum(np.abs(west - np.median(west[known])), np.abs(south - np.median(south[known])))
    far: NDArray[np.bool_] = known & (away > np.maximum(FAR * np.median(away[known]), FAR_DEG))
    return far if np.count_nonzero(far) <= FEW * len(far) else np.zeros(len(far), dtype=bool)


def _fault(row: np.intp, kind: Kind, zh: str, en: str, mend: Mend | None) -> Fault:
    severity = Severity.DOUBTFUL if kind is Kind.FAR_AWAY else Severity.BLOCKS
    number = int(row) + 1
    return Fault(number, GEOMETRY, kind, severity, f"第 {number} 行{zh}。", f"Row {number} {en}.", mend)
