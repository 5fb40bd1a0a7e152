"""Does each child lie in a parent? A building beside its compound, a compound across two communities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from geo.exchange.faults import GEOMETRY, Fault, Kind, Mend, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from geo.exchange.layer import Layer

INSIDE = 0.999  # of the child's area: less is worth saying …
MOSTLY = 0.9  # … and from here on cutting off the rest loses little
TOUCHES = 1e-6
AREA = 2


def check(layer: Layer, parents: NDArray[np.object_], *, outside: bool = True) -> Iterator[Fault]:
    """Rows whose best parent holds less than all of them.

    Args:
        layer: the children, degrees WGS-84.
        parents: areas, degrees WGS-84.
        outside: whether lying in no parent at all is a fault too; it is none where ground will stand in.
    """
    sound = parents[shapely.is_valid(parents) & (shapely.get_dimensions(parents) == AREA)]
    rows = np.flatnonzero(shapely.is_valid(layer.geometry) & ~shapely.is_empty(layer.geometry))
    share, best = _best(layer.geometry[rows], sound)
    for row, held, parent in zip(rows, share, best, strict=True):
        if held < INSIDE and (outside or held > TOUCHES):
            yield _fault(int(row), float(held), layer.geometry[row], sound[parent] if parent >= 0 else None)


def _best(children: NDArray[np.object_], parents: NDArray[np.object_]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """For each child the largest share that one parent holds, and which parent; points are in or out."""
    share, best = np.zeros(len(children)), np.full(len(children), -1, dtype=np.intp)
    if not len(parents):
        return share, best
    child, parent = shapely.STRtree(parents).query(children, predicate="intersects")
    areas = shapely.get_dimensions(children[child]) == AREA
    held = np.ones(len(child))
    common = shapely.area(shapely.intersection(children[child[areas]], parents[parent[areas]]))
    held[areas] = common / np.maximum(shapely.area(children[child[areas]]), 1e-30)
    order = np.argsort(held, kind="stable")
    share[child[order]], best[child[order]] = held[order], parent[order]
    return share, best


def _fault(row: int, held: float, shape: shapely.Geometry, parent: shapely.Geometry | None) -> Fault:
    mend = None
    if parent is not None and held >= MOSTLY:
        inside = shapely.intersection(shape, parent)
        mend = Mend("裁去上级范围以外的部分", "cut off what lies outside", shapes={row: inside})
    zh = f"第 {row + 1} 行只有 {held:.0%} 在上级区域内。"
    en = f"Row {row + 1} lies only {held:.0%} inside its parent."
    if parent is None:
        zh, en = f"第 {row + 1} 行不在任何上级区域内。", f"Row {row + 1} lies in no parent at all."
    severity = Severity.DOUBTFUL if held >= MOSTLY else Severity.BLOCKS
    return Fault(row + 1, GEOMETRY, Kind.OUTSIDE_PARENT, severity, zh, en, mend)
