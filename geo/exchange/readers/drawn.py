"""Reads what GDAL reads for us: GeoPackage, Shapefile, GeoJSON, KML and GPX, streamed batch by batch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow as pa
import pyogrio
import pyogrio.raw
import pyproj
from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError
from pyproj.exceptions import CRSError

from geo.exchange import refusals
from geo.exchange.recognise import Format
from geo.exchange.sink import BATCH_ROWS

if TYPE_CHECKING:
    from pathlib import Path

    from geo.exchange.sink import Sink

GDAL_TROUBLE = (DataLayerError, DataSourceError, FieldError, GeometryError, pa.ArrowException, ValueError, RuntimeError)
ROW = pa.field("row", pa.int64())
_GPX_LAYERS = ("waypoints", "routes", "tracks", "track_points")


def geopackage(path: Path, sink: Sink) -> None:
    """All layers and tables of a GeoPackage."""
    _all_layers(path, sink, Format.GEOPACKAGE)


def geojson(path: Path, sink: Sink) -> None:
    """The features of a GeoJSON."""
    _all_layers(path, sink, Format.GEOJSON)


def kml(path: Path, sink: Sink) -> None:
    """The folders of a KML."""
    _all_layers(path, sink, Format.KML)


def gpx(path: Path, sink: Sink) -> None:
    """Tracks, their points with times, routes and waypoints of a GPX."""
    _all_layers(path, sink, Format.GPX)


def shapefile(path: Path, sink: Sink, *, name: str, encoding: str) -> None:
    """One shapefile whose parts lie side by side in a folder of their own."""
    _layer(path, None, sink, Format.SHAPEFILE, name=name, encoding=encoding)


def _all_layers(path: Path, sink: Sink, found: Format) -> None:
    try:
        layers = [str(layer) for layer, _ in pyogrio.list_layers(path)]
    except GDAL_TROUBLE as error:
        raise refusals.broken(sink.name, found) from error
    if len(layers) > sink.limits.layers:
        raise refusals.too_large("图层数", "Layers", len(layers), sink.limits.layers)
    for layer in layers:
        if found is not Format.GPX or layer in _GPX_LAYERS:
            _layer(path, layer, sink, found, name=_layer_name(layer, path, sink), encoding=None)


def _layer_name(layer: str, path: Path, sink: Sink) -> str:
    """The layer's own name, but the user's name of the file where GDAL made one up from ours."""
    if layer in {path.stem, "OGRGeoJSON", ""}:
        return sink.stem
    return f"{sink.stem} {layer}" if "/" in sink.name else layer


def _layer(path: Path, layer: str | None, sink: Sink, found: Format, *, name: str, encoding: str | None) -> None:
    where = "" if layer is None else layer
    try:
        with pyogrio.raw.open_arrow(path, layer=layer, encoding=encoding, batch_size=BATCH_ROWS, use_pyarrow=True) as (
            described,
            stream,
        ):
            geometry = described["geometry_name"] or "wkb_geometry"
            names = [n for n in stream.schema.names if n != geometry]
            if not names and found is Format.SHAPEFILE:  # its table always has a column, unless it is no table
                raise refusals.broken(sink.name, found, ".dbf")
            schema = pa.schema([pa.field(n, _plain(stream.schema.field(n).type)) for n in names] or [ROW])
            epsg, words = declared(described["crs"])
            with sink.layer(name, schema, epsg=epsg, crs=words, encoding=encoding or "utf-8") as taker:
                for batch in stream:
                    table = pa.Table.from_batches([batch])
                    shapes = _shapes(table, geometry)
                    taker.take(table.select(names).cast(schema) if names else _numbered(taker.rows, table), shapes)
    except MemoryError:  # Arrow has one of its own that is also an ArrowException
        raise
    except GDAL_TROUBLE as error:
        raise refusals.broken(sink.name, found, _said(where, error)) from error


def _numbered(before: int, table: pa.Table) -> pa.Table:
    """Rows that have a shape and nothing else, by their number: a table needs a column."""
    return pa.table({ROW.name: pa.array(range(before + 1, before + table.num_rows + 1), ROW.type)})


def _shapes(table: pa.Table, geometry: str) -> pa.Array:
    if geometry not in table.column_names:
        return pa.nulls(table.num_rows, pa.binary())
    return table.column(geometry).cast(pa.binary()).combine_chunks()


def _plain(kind: pa.DataType) -> pa.DataType:
    """Types that every writer knows; lists and structures become text elsewhere and are left as they are here."""
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    return kind


def declared(crs: str | None) -> tuple[int | None, str]:
    """The EPSG code and the name of what a file declares; (None, "") when it declares nothing usable."""
    if not crs:
        return None, ""
    try:
        known = pyproj.CRS.from_user_input(crs)
    except CRSError:
        return None, crs[:200]
    return known.to_epsg(min_confidence=60), known.name


def _said(where: str, error: Exception) -> str:
    """GDAL's own words without our scratch paths."""
    words = re.sub(r"(/[^\s'\":]+)+", "…", str(error)).strip()[:200]
    return "; ".join(part for part in (where, words) if part)
