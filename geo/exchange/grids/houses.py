"""The building layer of a planner's file: usable rows, identifiers, shapes in metres, floors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geo.errors import InvalidInputError
from geo.exchange.grids import counts
from geo.exchange.grids.columns import column
from geo.exchange.grids.faults import Fault
from geo.exchange.grids.package import NAMES
from geo.exchange.grids.shapes import judged, polygons_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from geo.crs.local_plane import LocalPlane
    from geo.exchange.grids.package import Package

WANTED = ("building_id", "compound_id", "households", "floors", "height")


@dataclass(frozen=True, slots=True, eq=False)
class Houses:
    """Usable rows of the building layer.

    Attributes:
        rows: (n,) the row of the file, from 1.
        keys: n identifiers, each once.
        shapes: (n,) footprints or points in metres.
        floors: (n,) with their estimates.
        stated: the columns that are there, by our names.
    """

    rows: NDArray[np.int64]
    keys: list[str]
    shapes: NDArray[np.object_]
    floors: counts.Counts
    stated: Mapping[str, pd.Series[Any]]


def building_rows(package: Package, faults: list[Fault]) -> gpd.GeoDataFrame:
    """Rows of the building layer that have a place, indexed by their row in the file.

    Raises:
        InvalidInputError: when there is no such layer, or nothing usable in it.
    """
    layer = package.find(NAMES["building"], geometry=("Polygon", "Point"))
    if layer is None:
        there = ", ".join(name for name, _ in package.layers) or "none"
        raise InvalidInputError(f"{package.path.name} has no layer 'building'; its layers: {there}.")
    frame = package.read(layer)
    if not hasattr(frame, "geometry") or frame.empty:
        raise InvalidInputError(f"{package.path.name}, layer {layer}: there is no building in it.")
    good, poor = judged(layer, frame.geometry.to_numpy())
    if not good.any():
        raise InvalidInputError(f"{package.path.name}, layer {layer}: no building has a usable geometry.")
    faults.extend(poor)
    frame.index = frame.index + 1
    return frame[good]


def houses_of(frame: gpd.GeoDataFrame, plane: LocalPlane, chosen: Mapping[str, str], faults: list[Fault]) -> Houses:
    """Understand the columns of the building layer; ``chosen`` names those that the planner chose."""
    present = [str(c) for c in frame.columns]
    found = {ours: column(ours, present, chosen) for ours in WANTED}
    stated = {ours: frame[theirs] for ours, theirs in found.items() if theirs is not None}
    keys = unique_keys("building", stated.get("building_id", frame.index.to_series()), faults)
    floors = counts.floors("building", stated.get("floors"), stated.get("height"), len(frame))
    faults.extend(floors.faults)
    shapes = plane.to_metres(np.array(polygons_of(frame.geometry.to_numpy()), dtype=object))
    return Houses(frame.index.to_numpy(), keys, shapes, floors, stated)


def unique_keys(layer: str, ids: pd.Series[Any], faults: list[Fault]) -> list[str]:
    """Identifiers as text, each once: a repeated one gets a number behind it, and is named as a fault."""
    seen: dict[str, int] = {}
    keys: list[str] = []
    for row, value in enumerate(ids, start=1):
        key = text(value) or f"row-{row}"
        seen[key] = seen.get(key, 0) + 1
        if seen[key] > 1:
            new = f"{key}#{seen[key]}"
            faults.append(Fault(layer, row, f"{layer}_id", key, f"编号重复，改为 {new}", f"repeated, now {new}"))
            key = new
        keys.append(key)
    return keys


def text(value: object) -> str:
    """An identifier as text: 7, 7.0 and '7' are the same.

    >>> text(7.0), text(" a1 "), text(None), text(float("nan"))
    ('7', 'a1', '', '')
    """
    if value is None or value != value:  # noqa: PLR0124 - NaN differs from itself
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
