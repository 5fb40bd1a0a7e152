"""Writes layers in the format that the file's ending asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.errors import InvalidInputError
from geo.exchange.writers import drawn, tables

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from geo.exchange.layer import Layer

MANY: dict[str, Callable[[Sequence[Layer], Path, str], None]] = {
    ".gpkg": drawn.geopackage,
    ".xlsx": tables.excel,
    ".zip": drawn.shapefiles,
}
"""Endings of the formats that hold several layers, and who writes them. A .zip holds Shapefiles."""

ONE: dict[str, Callable[[Layer, Path, str], None]] = {
    ".geojson": drawn.geojson,
    ".json": drawn.geojson,
    ".kml": drawn.kml,
    ".kmz": drawn.kmz,
    ".shp": drawn.shapefile,
    ".gpx": drawn.gpx,
    ".parquet": drawn.parquet,
    ".csv": tables.csv_text,
}
"""Endings of the formats that hold one."""


def write(layers: Sequence[Layer], path: Path, *, text: str = "") -> None:
    """Write layers; an existing file is replaced only when the new one is complete.

    Args:
        layers: what to write, at least one.
        path: where; its ending says how.
        text: ``"utf-8"`` or ``"gbk"`` for Shapefile and CSV; as the source had it when empty.

    Raises:
        InvalidInputError: for an ending that we do not write, or layers that the format cannot hold.
    """
    suffix = path.suffix.lower()
    if suffix not in MANY and suffix not in ONE:
        raise InvalidInputError(f"{path.name}: we write {', '.join((*MANY, *ONE))}, not “{path.suffix}”.")
    if suffix in ONE and len(layers) > 1:
        names = ", ".join(layer.name for layer in layers)
        raise InvalidInputError(f"{path.name} holds one layer; there are {len(layers)} ({names}): choose with --layer.")
    if suffix == ".shp":  # several files: it sees to their being complete itself
        drawn.shapefile(layers[0], path, text or layers[0].encoding)
        return
    unfinished = path.with_name(f".unfinished-{path.name}")
    try:
        if suffix in MANY:
            MANY[suffix](layers, unfinished, text or layers[0].encoding)
        else:
            ONE[suffix](layers[0], unfinished, text or layers[0].encoding)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
