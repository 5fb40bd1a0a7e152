"""Reads zips: shapefiles with their parts, KMZ, an Excel book (which is a zip itself), or several files in one."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from geo.exchange import refusals
from geo.exchange.archive import Member, gunzip, unpack
from geo.exchange.dbf import encoding_of
from geo.exchange.readers import drawn, sheets
from geo.exchange.recognise import Format, recognise

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path, PurePosixPath

    from geo.exchange.sink import Sink

_NEEDED = (".shx", ".dbf")
_PARTS = (".shp", ".shx", ".dbf", ".prj")
_IGNORED = ("readme", "license", "licence")


def read(path: Path, sink: Sink, *, inner: Mapping[Format, Callable[[Path, Sink], None]]) -> None:
    """Read an archive.

    Raises:
        UnreadableFileError: with the sentence for the user.
    """
    members = unpack(path, sink.scratch("unpacked"), sink.name, sink.limits)
    names = {str(member.name).lower() for member in members}
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        sheets.read(path, sink)
        return
    shapes = [member for member in members if member.name.suffix.lower() == ".shp"]
    for shape in shapes:
        _shapefile(shape, members, sink)
    rest = [member for member in members if not shapes and _is_data(member.name)]
    for member in rest:
        _inner(member, sink, inner)
    if not shapes and not rest:
        parts = [member for member in members if member.name.suffix.lower() in {".dbf", ".shx"}]
        raise refusals.missing_part(sink.name, ".shp") if parts else refusals.unknown(sink.name)


def gunzip_once(path: Path, sink: Sink) -> Path:
    """The one file inside a .gz; a .gz inside a .gz is refused.

    Raises:
        UnreadableFileError: with the sentence for the user.
    """
    unpacked = gunzip(path, sink.scratch("unpacked"), sink.name, sink.limits)
    if recognise(unpacked, sink.name) in {Format.GZIP, Format.ZIP}:
        raise refusals.unknown(sink.name)
    return unpacked


def _is_data(name: PurePosixPath) -> bool:
    hidden = any(part.startswith((".", "__MACOSX")) for part in name.parts)
    known = name.suffix.lower() in {
        ".kml", ".gpx", ".geojson", ".json", ".gpkg", ".csv", ".pbf", ".parquet", ".xlsx", ".xls"
    }  # fmt: skip
    return known and not hidden and not name.stem.lower().startswith(_IGNORED)


def _inner(member: Member, sink: Sink, inner: Mapping[Format, Callable[[Path, Sink], None]]) -> None:
    found = recognise(member.path, str(member.name))
    if found is Format.ZIP and member.name.suffix.lower() == ".xlsx":
        found = Format.EXCEL
    if found not in inner:
        raise refusals.unknown(f"{sink.name}/{member.name}")
    outer, sink.name = sink.name, f"{sink.name}/{member.name.name}"
    try:
        inner[found](member.path, sink)
    finally:
        sink.name = outer


def _shapefile(shape: Member, members: Sequence[Member], sink: Sink) -> None:
    """Lay the parts of one shapefile side by side under a name of ours, and read it."""
    stem = shape.name.with_suffix("")
    parts = {
        member.name.suffix.lower(): member.path
        for member in members
        if str(member.name.with_suffix("")).lower() == str(stem).lower()
    }
    for needed in _NEEDED:
        if needed not in parts:
            raise refusals.missing_part(str(shape.name), needed)
    folder = sink.scratch("shape")
    for suffix in _PARTS:
        if suffix in parts:
            shutil.move(parts[suffix], folder / f"layer{suffix}")
    said = parts[".cpg"].read_text("ascii", "replace") if ".cpg" in parts else ""
    encoding = encoding_of(folder / "layer.dbf", str(shape.name), said=said)
    drawn.shapefile(folder / "layer.shp", sink, name=stem.name, encoding=encoding)
