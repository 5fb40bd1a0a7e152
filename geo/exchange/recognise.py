"""Looks at the first bytes of a file and says what it is; refuses what could reach for other files."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from geo.exchange import refusals

if TYPE_CHECKING:
    from pathlib import Path


class Format(StrEnum):
    """What we read; the value is its name in sentences."""

    GEOPACKAGE = "GeoPackage"
    GEOJSON = "GeoJSON"
    KML = "KML"
    GPX = "GPX"
    SHAPEFILE = "Shapefile"
    EXCEL = "Excel"
    TEXT = "CSV"
    OSM = "OSM .pbf"
    PARQUET = "GeoParquet"
    ZIP = "zip"
    GZIP = "gzip"


HEAD = 4096
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC = (
    (b"SQLite format 3\x00", Format.GEOPACKAGE),
    (b"PK\x03\x04", Format.ZIP),
    (b"PK\x05\x06", Format.ZIP),
    (b"\x1f\x8b", Format.GZIP),
    (b"PAR1", Format.PARQUET),
    (_OLE, Format.EXCEL),
    (b"\x00\x00\x27\x0a", Format.SHAPEFILE),
)
_ROOTS = {"kml": Format.KML, "gpx": Format.GPX}
_ENTITIES = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def recognise(path: Path, name: str) -> Format:
    """What this file is.

    Raises:
        UnreadableFileError: when it is nothing we read, or something that we refuse to.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    if b"OSMHeader" in head[:64]:
        return Format.OSM
    text = head.removeprefix(_UTF8_MARK).lstrip()
    if text.startswith(b"<") or head.startswith(_UTF16):
        return _of_xml(path, name, text)
    if text.startswith((b"{", b"[")):
        return Format.GEOJSON
    if b"\x00" in head:
        raise refusals.unknown(name)
    return Format.TEXT


def _of_xml(path: Path, name: str, head: bytes) -> Format:
    if head.startswith(_UTF16):
        raise refusals.refuse(
            "utf-16",
            f"{name} 使用 UTF-16 编码；请另存为 UTF-8 后再导入。",
            f"{name} is encoded in UTF-16; save it as UTF-8 and import again.",
        )
    refuse_entities(path, name)
    root = re.search(rb"<\s*(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)", re.sub(rb"<[?!][^>]*>", b"", head))
    tag = root[1].decode("ascii", "replace") if root else ""
    if tag.lower() in _ROOTS:
        return _ROOTS[tag.lower()]
    if tag.upper().startswith(("OGRVRT", "VRT", "GDAL", "OGRWFS", "WMS", "WCS", "WMT")):
        raise refusals.forbidden(name, tag)
    raise refusals.unknown(name)


def refuse_entities(path: Path, name: str) -> None:
    """Entities can unfold to gigabytes or fetch other files: KML and GPX need none.

    Raises:
        UnreadableFileError: if there is a document type or an entity anywhere.
    """
    carried = b""
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            if _ENTITIES.search(carried + chunk):
                raise refusals.entities(name)
            carried = chunk[-64:]
