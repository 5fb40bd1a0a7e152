"""Opens a GeoPackage and hands out its layers; says in a sentence why a file is none.

The file's first bytes are checked before GDAL sees it: a text file of another name (a VRT) could make GDAL read
other files.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from geo.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

NAMES = {
    "building": ("building", "buildings", "楼栋", "房屋"),
    "unit": ("unit", "units", "单元"),
    "compound": ("compound", "compounds", "小区"),
    "barrier": ("barrier", "barriers", "隔断"),
    "gate": ("gate", "gates", "门"),
}
"""Names of layers and tables, ours first."""
SQLITE = b"SQLite format 3\x00"


@dataclass(frozen=True, slots=True)
class Package:
    """A GeoPackage and its layers: name and geometry type (None for a table)."""

    path: Path
    layers: tuple[tuple[str, str | None], ...]

    def read(self, layer: str) -> gpd.GeoDataFrame:
        """All rows of a layer; a table comes back without geometry.

        Raises:
            InvalidInputError: when GDAL cannot read it.
        """
        try:
            with _gdal_speaks_through_us():
                return pyogrio.read_dataframe(self.path, layer=layer, fid_as_index=False)
        except (DataLayerError, DataSourceError, ValueError) as error:
            raise InvalidInputError(f"{self.path.name}, layer {layer}: cannot be read ({error}).") from error

    def table(self, kind: str) -> pd.DataFrame | None:
        """An optional table; None when it is missing or empty."""
        name = self.find(NAMES[kind])
        rows = None if name is None else self.read(name)
        return None if rows is None or rows.empty else rows

    def find(self, names: Sequence[str], *, geometry: Sequence[str] = ()) -> str | None:
        """The layer under one of these names, else the only layer with such a geometry, else None."""
        lowered = {name.lower(): name for name, _ in self.layers}
        named = next((lowered[n] for n in names if n in lowered), None)
        if named or not geometry:
            return named
        fitting = [name for name, kind in self.layers if kind and kind.removeprefix("Multi").split(" ")[0] in geometry]
        return fitting[0] if len(fitting) == 1 else None


def open_package(path: Path) -> Package:
    """Look into a GeoPackage.

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
        with _gdal_speaks_through_us():
            rows = pyogrio.list_layers(path)
    except DataSourceError as error:
        raise InvalidInputError(f"{path.name} is damaged or no GeoPackage: {error}") from error
    return Package(path, tuple((str(name), None if kind is None else str(kind)) for name, kind in rows))


@contextmanager
def _gdal_speaks_through_us() -> Iterator[None]:
    """Hold back GDAL's own warnings: what matters to the planner comes as an error or as a fault."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield
