"""Writes what GDAL writes for us: GeoPackage, Shapefile (zipped), GeoJSON, KML, GPX; and GeoParquet."""

from __future__ import annotations

import json
import tempfile
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gpxpy.gpx
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio.raw
import pyproj
import shapely

from geo.errors import InvalidInputError
from geo.exchange.fields import short_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geo.exchange.layer import Layer

_SHAPE = "geometry"
_KINDS = {0: "Point", 1: "LineString", 2: "LinearRing", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString",
          6: "MultiPolygon", 7: "GeometryCollection"}  # fmt: skip
_DIMENSIONS = ("points", "lines", "areas")
_MULTI = {"Point": "MultiPoint", "LineString": "MultiLineString", "Polygon": "MultiPolygon"}
_MAKERS: dict[str, Any] = {"MultiPoint": shapely.multipoints, "MultiLineString": shapely.multilinestrings,
           "MultiPolygon": shapely.multipolygons}  # fmt: skip


def geopackage(layers: Sequence[Layer], path: Path, _text: str = "") -> None:
    """All layers in one GeoPackage."""
    for n, layer in enumerate(layers):
        _write(layer, path, "GPKG", append=n > 0)


def geojson(layer: Layer, path: Path, _text: str) -> None:
    """GeoJSON; degrees with nine decimals (0.1 mm)."""
    _write(layer, path, "GeoJSON", options={"COORDINATE_PRECISION": "9"})


def kml(layer: Layer, path: Path, _text: str) -> None:
    """KML, which holds degrees only."""
    _in_degrees(layer, "KML")
    _write(layer, path, "LIBKML")


def kmz(layer: Layer, path: Path, _text: str) -> None:
    """KML, zipped, as phones and globes like it."""
    with (
        tempfile.TemporaryDirectory(prefix="mq-export-") as folder,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        kml(layer, Path(folder) / "doc.kml", "")
        archive.write(Path(folder) / "doc.kml", "doc.kml")


def gpx(layer: Layer, path: Path, _text: str) -> None:
    """GPX: points as waypoints, lines as tracks, each with its ``name`` column; GPX has no place for other columns.

    Raises:
        InvalidInputError: for areas, which GPX does not know.
    """
    _in_degrees(layer, "GPX")
    kind = _kind(layer.geometry)
    if kind not in {"Point", "LineString", "MultiLineString"}:
        raise InvalidInputError(f"{layer.name}: GPX holds points or lines, not {kind}.")
    out = gpxpy.gpx.GPX()
    out.name, out.creator = layer.name, "minqing-map"
    titles = layer.column("name") if "name" in layer.columns else [None] * len(layer)
    for title, shape in zip(titles, layer.geometry, strict=True):
        name = None if title is None else str(title)
        if shape is None or shape.is_empty:
            continue
        if kind == "Point":
            out.waypoints.append(gpxpy.gpx.GPXWaypoint(shape.y, shape.x, name=name))
        else:
            out.tracks.append(_track(name, shape))
    path.write_text(out.to_xml(), encoding="utf-8")


def _track(name: str | None, shape: shapely.LineString | shapely.MultiLineString) -> gpxpy.gpx.GPXTrack:
    track = gpxpy.gpx.GPXTrack(name=name)
    for part in shapely.get_parts(shape):
        points = [gpxpy.gpx.GPXTrackPoint(lat, lon) for lon, lat in shapely.get_coordinates(part)]
        track.segments.append(gpxpy.gpx.GPXTrackSegment(points))
    return track


def shapefiles(layers: Sequence[Layer], path: Path, text: str) -> None:
    """A zip of Shapefiles; ``text`` is their encoding. Long names are shortened and listed in ``columns.txt``.

    A Shapefile holds one kind of shape, so a layer of points and areas becomes two, its rows without shape go with the
    first.
    """
    encoding = "GBK" if text.lower() in {"gbk", "gb18030", "cp936"} else "UTF-8"
    listed = []
    with (
        tempfile.TemporaryDirectory(prefix="mq-export-") as folder,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for number, layer in enumerate(part for each in layers for part in _by_kind(each)):
            names = short_names(layer.columns, encoding)
            renamed = layer.with_table(layer.table.rename_columns([names[name] for name in layer.columns]))
            home = Path(folder) / str(number)
            home.mkdir()
            _write(renamed, home / "layer.shp", "ESRI Shapefile", encoding=encoding)
            for part in sorted(home.iterdir()):
                archive.write(part, f"{_file_name(layer.name)}{part.suffix}")
            listed += [f"{layer.name}\t{short}\t{name}\n" for name, short in names.items()]
        archive.writestr("columns.txt", "".join(listed).encode("utf-8-sig"))


def shapefile(layer: Layer, path: Path, text: str) -> None:
    """One Shapefile, its parts side by side; long names are shortened.

    Raises:
        InvalidInputError: for a layer of several kinds of shapes, which a zip holds as several.
    """
    if len(_by_kind(layer)) > 1:
        raise InvalidInputError(f"{path.name} holds one kind of shape, {layer.name} has several: write a .zip.")
    encoding = "GBK" if text.lower() in {"gbk", "gb18030", "cp936"} else "UTF-8"
    names = short_names(layer.columns, encoding)
    renamed = layer.with_table(layer.table.rename_columns([names[name] for name in layer.columns]))
    with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=path.parent) as folder:
        _write(renamed, Path(folder) / "layer.shp", "ESRI Shapefile", encoding=encoding)
        for part in sorted(Path(folder).iterdir(), key=lambda part: part.suffix == ".shp"):  # the .shp comes last
            part.replace(path.with_suffix(part.suffix))


def _by_kind(layer: Layer) -> list[Layer]:
    """The layer, or where its shapes are of several kinds a layer of each."""
    if _kind(layer.geometry) != "Unknown":
        return [layer]
    dimensions = shapely.get_dimensions(layer.geometry)
    there = [d for d in np.unique(dimensions) if d >= 0]
    if not there:
        return [layer]
    parts = []
    for number, dimension in enumerate(there):
        rows = np.flatnonzero((dimensions == dimension) | ((dimensions < 0) & (number == 0)))
        parts.append(replace(layer.take(rows), name=f"{layer.name}_{_DIMENSIONS[int(dimension)]}"))
    return parts


def parquet(layer: Layer, path: Path, _text: str) -> None:
    """GeoParquet 1.1, WKB."""
    crs = pyproj.CRS.from_epsg(layer.epsg).to_json_dict() if layer.epsg else None
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": [], "crs": crs}
    described = {"version": "1.1.0", "primary_column": _SHAPE, "columns": {_SHAPE: column}}
    table = _with_shapes(layer, layer.geometry)
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(described)}), path)


def _write(
    layer: Layer,
    path: Path,
    driver: str,
    *,
    append: bool = False,
    encoding: str | None = None,
    options: dict[str, str] | None = None,
) -> None:
    kind = _kind(layer.geometry)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # GDAL names each shortened text; the zip lists the columns
        warnings.filterwarnings("ignore", "'crs' was not provided")  # GCJ-02 and BD-09 have none to provide
        pyogrio.raw.write_arrow(
            _with_shapes(layer, _as(kind, layer.geometry)),
            path,
            layer=layer.name,
            driver=driver,
            geometry_name=_SHAPE,
            geometry_type=kind,
            crs=f"EPSG:{layer.epsg}" if layer.epsg else None,
            encoding=encoding,
            append=append,
            **(options or {}),
        )


def _with_shapes(layer: Layer, shapes: NDArray[np.object_]) -> pa.Table:
    table = layer.table
    if _SHAPE in table.column_names:
        table = table.rename_columns([f"{n}_" if n == _SHAPE else n for n in table.column_names])
    return table.append_column(_SHAPE, pa.array(shapely.to_wkb(shapes), pa.binary()))


def _kind(shapes: NDArray[np.object_]) -> str:
    """One kind that holds all shapes: singles become multis where both occur; "Unknown" for a true mixture."""
    kinds = {_KINDS[k] for k in np.unique(shapely.get_type_id(shapes)) if k >= 0}
    if len(kinds) == 1:
        return kinds.pop()
    multis = {_MULTI.get(kind, kind) for kind in kinds}
    return multis.pop() if len(multis) == 1 else "Unknown"


def _as(kind: str, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    if kind not in _MAKERS:
        return shapes
    singles = np.array([s is not None and not s.geom_type.startswith("Multi") for s in shapes], dtype=bool)
    out = shapes.copy()
    for row in np.flatnonzero(singles):
        out[row] = _MAKERS[kind]([shapes[row]])
    return out


def _in_degrees(layer: Layer, name: str) -> None:
    if layer.epsg is not None and not pyproj.CRS.from_epsg(layer.epsg).is_geographic:
        raise InvalidInputError(f"{name} holds degrees; convert to wgs84, cgcs2000, gcj02 or bd09.")


def _file_name(name: str) -> str:
    return "".join("_" if char in '/\\:*?"<>|' or not char.isprintable() else char for char in name)[:80] or "layer"
