"""Do neighbours share their borders, or overlap and leave gaps? Mended by GEOS coverage cleaning, in metres."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo.crs.metric import MetricZone, metric_zone_of
from geo.exchange.checks.twins import SAME
from geo.exchange.faults import GEOMETRY, Fault, Kind, Mend, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geo.exchange.layer import Layer

    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]

AREA = 2
NOTICED_M2 = 0.5
GAP_M = 3.0  # narrower than this between neighbours is a drawing error, wider is a lane


def check(layer: Layer, *, gaps: bool) -> Iterator[Fault]:
    """Overlaps of at least half a square metre; narrow gaps too for layers that cover the ground.

    A fault's mend cleans the whole cluster that it belongs to, so that accepting one or all gives the same borders.
    """
    valid = (shapely.get_dimensions(layer.geometry) == AREA) & shapely.is_valid(layer.geometry)
    rows = np.flatnonzero(valid & ~shapely.is_empty(layer.geometry))
    if not len(rows):
        return
    zone = metric_zone_of(layer.geometry[rows])
    flat = zone.to_metres(layer.geometry[rows])
    first, second, shared = _overlaps(flat)
    near = _near(flat) if gaps else (first, second)
    for cluster in _clusters(len(rows), *near):
        inside = np.isin(first, cluster)
        found = list(zip(first[inside], second[inside], shared[inside], strict=True))
        holes = _gaps(flat[cluster]) if gaps else []
        if not found and not holes:
            continue
        mend = _cleaned(_filled(flat[cluster], holes), rows[cluster], zone, gaps=gaps)
        yield from (_overlap(rows[a], rows[b], size, mend) for a, b, size in found)
        yield from (_gap(rows[cluster[at]], float(shapely.area(hole)), mend) for at, hole in holes)


def _overlaps(flat: Shapes) -> tuple[Rows, Rows, NDArray[np.float64]]:
    first, second = shapely.STRtree(flat).query(flat, predicate="intersects")
    pairs = (first < second) & ~shapely.touches(flat[first], flat[second])
    first, second = first[pairs], second[pairs]
    shared = shapely.area(shapely.intersection(flat[first], flat[second]))
    size = np.minimum(shapely.area(flat[first]), shapely.area(flat[second]))
    counts = (shared > NOTICED_M2) & (shared < SAME * size)  # more is a twin, which has its own question
    return first[counts], second[counts], shared[counts]


def _near(flat: Shapes) -> tuple[Rows, Rows]:
    first, second = shapely.STRtree(flat).query(flat, predicate="dwithin", distance=GAP_M)
    return first, second


def _clusters(size: int, first: Rows, second: Rows) -> Iterator[Rows]:
    """Groups of at least two that hang together."""
    graph = coo_array((np.ones(len(first)), (first, second)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    order = np.argsort(label, kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(label[order])) + 1):
        if len(group) > 1:
            yield group


def _gaps(flat: Shapes) -> list[tuple[int, shapely.Geometry]]:
    """Narrow ground between the areas of this cluster, each with the area that bounds it longest."""
    whole = shapely.union_all(flat)
    closed = shapely.buffer(shapely.buffer(whole, GAP_M / 2, join_style="mitre"), -GAP_M / 2, join_style="mitre")
    holes = shapely.get_parts(shapely.difference(closed, whole))
    found = []
    for hole in holes[shapely.area(holes) > NOTICED_M2]:
        beside = shapely.length(shapely.intersection(shapely.boundary(flat), shapely.buffer(hole, 0.01)))
        if np.count_nonzero(beside > 0.1) > 1:  # noqa: PLR2004 - metres; a notch in one outline is no gap
            found.append((int(np.argmax(beside)), hole))
    return found


def _filled(flat: Shapes, holes: list[tuple[int, shapely.Geometry]]) -> Shapes:
    """Gaps given to the area that bounds them longest; GEOS itself closes only those that have no open end."""
    out = flat.copy()
    for at, hole in holes:
        out[at] = shapely.union(out[at], shapely.buffer(hole, 0.001, join_style="mitre"))
    return out


def _cleaned(flat: Shapes, rows: Rows, zone: MetricZone, *, gaps: bool) -> Mend | None:
    clean = shapely.coverage_clean(  # type: ignore[attr-defined] # new in 2.2, not yet in the stubs
        flat, gap_width=GAP_M if gaps else 0.0
    )
    if shapely.is_empty(clean).any():
        return None
    back = zone.to_degrees(clean)
    shapes = {int(row): shape for row, shape in zip(rows, back, strict=True)}
    return Mend("按公共边界清理重叠与缝隙", "clean the shared borders", shapes=shapes)


def _overlap(one: np.intp, other: np.intp, size: float, mend: Mend | None) -> Fault:
    zh = f"第 {other + 1} 行与第 {one + 1} 行重叠 {size:.1f} 平方米。"
    en = f"Row {other + 1} overlaps row {one + 1} by {size:.1f} m²."
    return Fault(int(other) + 1, GEOMETRY, Kind.OVERLAP, Severity.DOUBTFUL, zh, en, mend)


def _gap(row: np.intp, size: float, mend: Mend | None) -> Fault:
    zh = f"第 {row + 1} 行与相邻区域之间有 {size:.1f} 平方米的缝隙。"
    en = f"Between row {row + 1} and its neighbours lies a gap of {size:.1f} m²."
    return Fault(int(row) + 1, GEOMETRY, Kind.GAP, Severity.DOUBTFUL, zh, en, mend)
