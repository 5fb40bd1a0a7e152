"""Recognises a file by what is in it, never by its name alone, and hands it to the reader of its format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geo.exchange import refusals
from geo.exchange.readers import archives, drawn, osm, parquet, sheets, texts
from geo.exchange.recognise import Format, recognise

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geo.exchange.sink import Sink


def read(path: Path, sink: Sink) -> None:
    """Read one file into the sink.

    Raises:
        UnreadableFileError: with the sentence for the user.
    """
    found = recognise(path, sink.name)
    if found is Format.ZIP:
        archives.read(path, sink, inner=_READERS)
    elif found is Format.GZIP:
        read(archives.gunzip_once(path, sink), sink)
    else:
        _READERS[found](path, sink)


def _bare_shapefile(_path: Path, sink: Sink) -> None:
    raise refusals.missing_part(sink.name, ".shx, .dbf")


_READERS: dict[Format, Callable[[Path, Sink], None]] = {
    Format.GEOPACKAGE: drawn.geopackage,
    Format.GEOJSON: drawn.geojson,
    Format.KML: drawn.kml,
    Format.GPX: drawn.gpx,
    Format.SHAPEFILE: _bare_shapefile,
    Format.EXCEL: sheets.read,
    Format.TEXT: texts.read,
    Format.OSM: osm.read,
    Format.PARQUET: parquet.read,
}
