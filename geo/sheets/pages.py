"""Sorts a plan's layers into the pages of a booklet: each compound with its grids, buildings and who serves them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from geo.crs.metric import metric_zone_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.exchange.layer import Layer


@dataclass(frozen=True, slots=True)
class GridLine:
    """One micro-grid on a page; ``shape`` in metres, None where the plan has drawn none."""

    code: str
    name: str
    households: int
    units: int
    buildings: str
    worker: str
    shape: shapely.Geometry | None


@dataclass(frozen=True, slots=True)
class CompoundPage:
    """One page: ``outline`` and ``buildings`` (name, shape) in the metres of one zone."""

    name: str
    community: str
    households: int
    outline: shapely.Geometry | None
    grids: tuple[GridLine, ...]
    buildings: tuple[tuple[str, shapely.Geometry], ...]


def pages_of(layers: Mapping[str, Layer]) -> list[CompoundPage]:
    """A page for each compound that has grids, in the order of the file; all compounds where there is no plan.

    Args:
        layers: "grid", "compound", "building", degrees WGS-84; whatever of them there is.
    """
    grids, compounds, buildings = (_records(layers.get(name)) for name in ("grid", "compound", "building"))
    named = {c["name"]: c for c in compounds}
    order = dict.fromkeys(
        [(g["community"], g["compound"]) for g in grids] or [(c["community"], c["name"]) for c in compounds]
    )
    return [_page(key, grids, buildings, named.get(key[1])) for key in order]


def _page(
    key: tuple[str, str], grids: list[dict[str, Any]], buildings: list[dict[str, Any]], compound: dict[str, Any] | None
) -> CompoundPage:
    community, name = key
    own = [g for g in grids if (g["community"], g["compound"]) == key]
    houses = [b for b in buildings if (b["community"], b["compound"]) == key]
    shapes = [s for s in (compound and compound["shape"], *(g["shape"] for g in own)) if s is not None]
    zone = metric_zone_of(shapes or [b["shape"] for b in houses])
    lines = tuple(
        GridLine(g["code"] or "", g["name"], g["households"] or 0, g["units"] or 0, g["buildings"] or "",
                 g["worker"] or "", None if g["shape"] is None else zone.to_metres(g["shape"]))
        for g in own
    )  # fmt: skip
    outline = zone.to_metres(compound["shape"]) if compound and compound["shape"] is not None else None
    drawn = tuple((b["name"], zone.to_metres(b["shape"])) for b in houses if b["shape"] is not None)
    total = sum(line.households for line in lines) if lines else int((compound or {}).get("households") or 0)
    return CompoundPage(name, community, total, outline, lines, drawn)


def _records(layer: Layer | None) -> list[dict[str, Any]]:
    if layer is None:
        return []
    shapes = layer.geometry.copy()
    shapes[shapely.is_empty(shapes)] = None
    return [{**row, "shape": shape} for row, shape in zip(layer.table.to_pylist(), shapes, strict=True)]
