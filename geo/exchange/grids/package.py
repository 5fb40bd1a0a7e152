"""Opens a GeoPackage and hands out its layers; says in a sentence why a file is none.

It is read in the sandbox, as every file is that somebody brings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geo.errors import InvalidInputError, UnreadableFileError
from geo.exchange.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from geo.exchange.layer import Layer

NAMES = {
    "building": ("building", "buildings", "楼栋", "房屋"),
    "unit": ("unit", "units", "单元"),
    "compound": ("compound", "compounds", "小区"),
    "barrier": ("barrier", "barriers", "隔断"),
    "gate": ("gate", "gates", "门"),
}
"""Names of layers and tables, ours first."""
SQLITE = b"SQLite format 3\x00"
EMPTY = "empty"


_KINDS = {0: "Point", 1: "LineString", 3: "Polygon", 4: "Point", 5: "LineString", 6: "Polygon"}


@dataclass(frozen=True, slots=True, eq=False)
class Package:
    """A GeoPackage, read: its layers that have rows."""

    path: Path
    layers: tuple[Layer, ...]

    def read(self, name: str) -> gpd.GeoDataFrame:
        """All rows of a layer; a table comes back without geometry."""
        [layer] = [each for each in self.layers if each.name == name]
        rows = layer.table.to_pandas()
        if _kind(layer) is None:
            return rows
        return gpd.GeoDataFrame(rows, geometry=layer.geometry, crs=layer.wkt or None)

    def table(self, kind: str) -> pd.DataFrame | None:
        """An optional table; None when it is missing or empty."""
        name = self.find(NAMES[kind])
        rows = None if name is None else self.read(name)
        return None if rows is None or rows.empty else rows

    def find(self, names: Sequence[str], *, geometry: Sequence[str] = ()) -> str | None:
        """The layer under one of these names, else the only layer with such a geometry, else None."""
        lowered = {layer.name.lower(): layer.name for layer in self.layers}
        named = next((lowered[n] for n in names if n in lowered), None)
        if named or not geometry:
            return named
        fitting = [layer.name for layer in self.layers if _kind(layer) in geometry]
        return fitting[0] if len(fitting) == 1 else None


def open_package(path: Path, sandbox: Sandbox | None = None) -> Package:
    """Read a GeoPackage.

    Args:
        path: the file.
        sandbox: reads it; one of its own when None.

    Raises:
        InvalidInputError: when the file is missing, empty or no GeoPackage.
    """
    if not path.is_file():
        raise InvalidInputError(f"{path}: there is no such file.")
    with path.open("rb") as file:
        head = file.read(len(SQLITE))
    if head != SQLITE:
        raise InvalidInputError(f"{path.name} is no GeoPackage (it does not begin like one): save it as GPKG first.")
    try:
        if sandbox is not None:
            return Package(path, sandbox.read(path).layers)
        with Sandbox() as own:
            return Package(path, own.read(path).layers)
    except UnreadableFileError as error:
        if error.refusal.code == EMPTY:
            raise InvalidInputError(f"{path.name}: there is no building in it, nor anything else.") from error
        raise InvalidInputError(str(error)) from error


def _kind(layer: Layer) -> str | None:
    """Point, LineString or Polygon where all its shapes are of that kind; None for a table, "" for a mixture."""
    kinds = {_KINDS.get(int(kind), "") for kind in np.unique(shapely.get_type_id(layer.geometry)) if kind >= 0}
    if not kinds:
        return None
    return kinds.pop() if len(kinds) == 1 else ""
