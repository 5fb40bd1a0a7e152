"""More than a hundred files that no honest program writes, or that broke on the way; generated, never stored."""

from __future__ import annotations

import functools
import gzip
import io
import json
import stat
import struct
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import msoffcrypto.format.ooxml
import numpy as np
import openpyxl
import openpyxl.worksheet.worksheet
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

VRT = b"""<OGRVRTDataSource><OGRVRTLayer name="passwd"><SrcDataSource>/etc/passwd</SrcDataSource>
<SrcDataSource>/vsicurl/http://127.0.0.1:%d/leak</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"""
SUFFIXES = ("geojson", "gpkg", "kml", "gpx", "csv", "shp", "zip", "xlsx", "parquet", "pbf")
PORT = 9  # "discard": nobody listens
KML = b"""<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>%s</Document></kml>"""
PLACEMARK = b"<Placemark><name>x</name><Point><coordinates>104.06,30.66</coordinates></Point></Placemark>"
GPX = b"""<?xml version="1.0"?><gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">%s</gpx>"""
WAYPOINT = b'<wpt lat="30.66" lon="104.06"><name>x</name></wpt>'


def houses(count: int = 40) -> gpd.GeoDataFrame:
    x = 104.06 + 0.0005 * np.arange(count)
    frame = {"name": [f"{n}号楼" for n in range(count)], "hh": np.arange(count)}
    return gpd.GeoDataFrame(frame, geometry=shapely.box(x, 0 * x + 30.66, x + 0.0002, 0 * x + 30.6601), crs=4326)


@functools.cache
def good(suffix: str) -> bytes:
    """A sound file of the format."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"good.{suffix}"
        if suffix == "parquet":
            houses().to_parquet(path)
        elif suffix == "xlsx":
            path.write_bytes(zipped_book([["名称", "经度", "纬度"], *([["x", "104.06", "30.66"]] * 200)]))
        else:
            houses().to_file(path, driver={"gpkg": "GPKG", "geojson": "GeoJSON"}[suffix])
        return path.read_bytes()


@functools.cache
def shapefile_parts() -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        houses().to_file(Path(folder) / "a.shp", encoding="GBK")
        return {path.suffix: path.read_bytes() for path in Path(folder).iterdir()}


def zipped(members: dict[str, bytes], **options: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = options.get("attributes", 0o644) << 16
            archive.writestr(info, data)
    return out.getvalue()


def shape_zip(*parts: str, **replaced: bytes) -> bytes:
    every = shapefile_parts() | {f".{key}": value for key, value in replaced.items()}
    return zipped({f"层/a{part}": every[part] for part in parts})


def scribble(vertices: int = 100_000) -> list[list[float]]:
    t = np.linspace(0, 6000, vertices)
    ring = np.column_stack((104.06 + 0.01 * np.cos(t * 1.7), 30.66 + 0.01 * np.sin(t)))
    return [*ring.tolist(), ring[0].tolist()]


def feature(geometry: object, properties: object = None) -> bytes:
    one = {"type": "Feature", "properties": properties or {"a": 1}, "geometry": geometry}
    return json.dumps({"type": "FeatureCollection", "features": [one]}).encode()


def locked_book() -> bytes:
    out = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(good("xlsx"))).encrypt("secret", out)
    return out.getvalue()


def locked_zip() -> bytes:
    plain = bytearray(zipped({"a.geojson": good("geojson")}))
    for at in (6, plain.find(b"PK\x01\x02") + 8):
        plain[at] |= 1
    return bytes(plain)


def wrong_crc() -> bytes:
    data = bytearray(zipped({"a.geojson": good("geojson")}))
    at = data.find(b"PK\x01\x02") + 16
    data[at] ^= 0xFF
    return bytes(data)


def lying_size() -> bytes:
    data = bytearray(zipped({"a.geojson": b"0" * 50_000_000}))
    at = data.find(b"PK\x01\x02") + 24
    data[at : at + 4] = struct.pack("<I", 1000)
    return bytes(data)


def pbf(header: bytes, *, blob: int) -> bytes:
    described = b"\x0a\x09OSMHeader" + b"\x18" + bytes([blob & 0x7F | 0x80, blob >> 7 & 0x7F | 0x80, blob >> 14 & 0x7F])
    return struct.pack(">I", len(described)) + described + header


def parquet(metadata: dict[bytes, bytes], column: pa.Array | None = None) -> bytes:
    out = io.BytesIO()
    table = pa.table({"a": [1, 2], "geometry": column or pa.array([b"\x01\x02", b"xx"])})
    pq.write_table(table.replace_schema_metadata(metadata), out)
    return out.getvalue()


def geo(**column: object) -> dict[bytes, bytes]:
    described = {"version": "1.0.0", "primary_column": "geometry", "columns": {"geometry": column}}
    return {b"geo": json.dumps(described).encode()}


def laughs(root: bytes, body: bytes, shell: bytes) -> bytes:
    lol = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    kind = b'<!DOCTYPE %s [<!ENTITY l0 "ha">%s]>' % (root, lol)
    return (shell % (body.replace(b"x", b"&l9;"))).replace(b"?>", b"?>" + kind, 1)


def fill(shell: bytes, body: bytes, encoding: str = "utf-8") -> bytes:
    return (shell % body).decode().encode(encoding)


def outside(root: bytes, body: bytes, shell: bytes) -> bytes:
    kind = b'<!DOCTYPE %s [<!ENTITY e SYSTEM "file:///etc/passwd">]>' % root
    return (shell % (body.replace(b"x", b"&e;"))).replace(b"?>", b"?>" + kind, 1)


def cut() -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """Cut short at several places."""
    for suffix in ("gpkg", "geojson", "xlsx", "parquet"):
        for share in (0.02, 0.3, 0.6, 0.95):
            yield f"cut-{share}.{suffix}", "", functools.partial(_part, suffix, share)
    for share in (0.2, 0.6, 0.9):
        yield f"cut-{share}.zip", "broken", functools.partial(_head, shape_zip(".shp", ".shx", ".dbf"), share)
        yield f"cut-{share}.kml", "broken", functools.partial(_head, KML % (PLACEMARK * 50), share)
        yield f"cut-{share}.gpx", "broken", functools.partial(_head, GPX % (WAYPOINT * 50), share)
        yield (
            f"cut-{share}.csv.gz",
            "broken",
            functools.partial(_head, gzip.compress(b"lon,lat\n" + b"1,2\n" * 9999), share),
        )


def _head(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


def _part(suffix: str, share: float) -> bytes:
    return _head(good(suffix), share)


def disguised() -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """Something else under a name we read."""
    for suffix in SUFFIXES:
        yield f"vrt.{suffix}", "forbidden-format", lambda: VRT % PORT
        yield f"nothing.{suffix}", "empty", lambda: b""
        yield f"noise.{suffix}", "", lambda: np.random.default_rng(7).bytes(20_000)
    yield "vrt-declared.geojson", "forbidden-format", lambda: b'<?xml version="1.0"?>\n<!-- hello -->\n' + VRT % PORT
    yield (
        "raster.kml",
        "forbidden-format",
        lambda: b"<VRTDataset><SourceFilename>/etc/passwd</SourceFilename></VRTDataset>",
    )
    yield "wfs.gpx", "forbidden-format", lambda: b"<OGRWFSDataSource><URL>http://127.0.0.1/</URL></OGRWFSDataSource>"
    yield "page.geojson", "unknown-format", lambda: b"<!-- x --><html><body>login first</body></html>"
    yield "drawing.kml", "unknown-format", lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    yield "map.gpx", "unknown-format", lambda: b'<osm version="0.6"><node id="1" lat="1" lon="1"/></osm>'
    yield "program.gpkg", "unknown-format", lambda: b"\x7fELF\x02\x01\x01" + bytes(5000)
    yield "picture.shp", "unknown-format", lambda: b"\x89PNG\r\n\x1a\n" + bytes(5000)
    yield "paper.xlsx", "", lambda: b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n" + bytes(100)
    yield "address.geojson", "", lambda: b"/vsicurl/http://127.0.0.1/x.geojson"
    yield "connection.csv", "", lambda: b"PG:host=127.0.0.1 dbname=x"


def archives() -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """Zips with ill will."""
    sound = {"a.geojson": b"{}"}
    for n, name in enumerate(
        ("../a.geojson", "/etc/cron.d/a.geojson", "x/../../a.geojson", "..\\a.geojson", "C:\\a.geojson")
    ):
        yield f"traversal-{n}.zip", "unsafe-archive", functools.partial(zipped, {name: b"{}"})
    yield "link.zip", "unsafe-archive", lambda: zipped({"a.geojson": b"/etc/passwd"}, attributes=stat.S_IFLNK | 0o777)
    yield "bomb.zip", "archive-bomb", lambda: zipped({"a.geojson": bytes(40_000_000)})
    yield "bomb.kmz", "archive-bomb", lambda: zipped({"doc.kml": b" " * 40_000_000})
    yield (
        "bomb.xlsx",
        "archive-bomb",
        lambda: zipped({"xl/workbook.xml": b"<", "xl/sharedStrings.xml": b" " * 40_000_000}),
    )
    yield "bomb.csv.gz", "archive-bomb", lambda: gzip.compress(bytes(40_000_000))
    yield "lying-size.zip", "", lying_size
    yield "nested.zip", "unknown-format", lambda: zipped({"b.zip": zipped(sound)})
    yield "nested.csv.gz", "unknown-format", lambda: gzip.compress(gzip.compress(b"lon,lat\n1,2\n"))
    yield "hollow.zip", "unknown-format", lambda: zipped({})
    yield "folders.zip", "unknown-format", lambda: zipped({"a/": b""})
    yield "letters.zip", "unknown-format", lambda: zipped({"readme.txt": b"see attached", "a.docx": b"x"})
    yield "crowd.zip", "too-large", lambda: zipped({f"{n}.csv": b"a,b\n" for n in range(2100)})
    yield "locked.zip", "locked", locked_zip
    yield "crc.zip", "broken", wrong_crc
    yield "vrt-inside.zip", "forbidden-format", lambda: zipped({"a.geojson": VRT % PORT})
    yield "vrt-inside.kmz", "forbidden-format", lambda: zipped({"doc.kml": VRT % PORT})


def shapefiles() -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """Shapefiles with parts missing or wrong."""
    yield "no-shx.zip", "missing-part", lambda: shape_zip(".shp", ".dbf", ".prj")
    yield "no-dbf.zip", "missing-part", lambda: shape_zip(".shp", ".shx")
    yield "no-shp.zip", "missing-part", lambda: shape_zip(".shx", ".dbf")
    yield "bare.shp", "missing-part", lambda: shapefile_parts()[".shp"]
    yield "other-names.zip", "missing-part", lambda: zipped({f"{p[1:]}{p}": d for p, d in shapefile_parts().items()})
    yield "dbf-noise.zip", "", lambda: shape_zip(".shp", ".shx", ".dbf", dbf=np.random.default_rng(3).bytes(800))
    yield "dbf-short.zip", "", lambda: shape_zip(".shp", ".shx", ".dbf", dbf=b"\x03")
    yield "shp-noise.zip", "", lambda: shape_zip(".shp", ".shx", ".dbf", shp=np.random.default_rng(3).bytes(800))
    yield "shp-short.zip", "", lambda: shape_zip(".shp", ".shx", ".dbf", shp=shapefile_parts()[".shp"][:60])
    yield "shx-noise.zip", "", lambda: shape_zip(".shp", ".shx", ".dbf", shx=np.random.default_rng(3).bytes(800))


def markup() -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """KML and GPX that are up to something."""
    for root, body, shell in ((b"kml", PLACEMARK, KML), (b"gpx", WAYPOINT, GPX)):
        suffix = root.decode()
        yield f"laughs.{suffix}", "xml-entities", functools.partial(laughs, root, body, shell)
        yield f"outside.{suffix}", "xml-entities", functools.partial(outside, root, body, shell)
        late = body + b" " * 3_000_000 + b"<!DOCTYPE x>"
        split = body + b" " * 1_048_000 + b"<!ENTITY x>" * 100
        small = shell.replace(b"?>", b"?><!doctype x>", 1)
        yield f"late.{suffix}", "xml-entities", functools.partial(fill, shell, late)
        yield f"split.{suffix}", "xml-entities", functools.partial(fill, shell, split)
        yield f"small.{suffix}", "xml-entities", functools.partial(fill, small, body)
        yield f"wide.{suffix}", "utf-16", functools.partial(fill, shell, body, "utf-16")
        yield f"hollow.{suffix}", "empty", functools.partial(fill, shell, b"")
    yield (
        "link.kml",
        "",
        lambda: KML % (b"<NetworkLink><Link><href>http://127.0.0.1:%d/a.kml</href></Link></NetworkLink>" % PORT),
    )
    yield "deep.kml", "", lambda: KML % (b"<Folder>" * 50_000 + PLACEMARK + b"</Folder>" * 50_000)
    line = " ".join(f"{x},{y}" for x, y in scribble()).encode()
    yield (
        "scribble.kml",
        "too-large",
        lambda: KML % (b"<Placemark><LineString><coordinates>%s</coordinates></LineString></Placemark>" % line),
    )


def texts() -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """JSON and tables that are not what they say, or far too much of it."""
    yield "scribble.geojson", "too-large", lambda: feature({"type": "Polygon", "coordinates": [scribble()]})
    yield "columns.geojson", "too-large", lambda: feature(None, {f"c{n}": n for n in range(5000)})
    yield "deep.geojson", "", lambda: b'{"type":"Polygon","coordinates":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    yield "hollow.geojson", "empty", lambda: b'{"type": "FeatureCollection", "features": []}'
    yield "other.geojson", "", lambda: b'{"rows": [1, 2, 3]}'
    yield "numbers.geojson", "", lambda: b"[1, 2, 3]"
    yield "comma.geojson", "", lambda: good("geojson")[:-40] + b",,,]}"
    yield "million-columns.csv", "too-large", lambda: b",".join(b"c%d" % n for n in range(1_000_000)) + b"\n1\n"
    yield "one-line.csv", "", lambda: b"lon,lat,name\n1,2," + b'"' + b"x" * 9_000_000
    yield "header.csv", "empty", lambda: b"lon,lat\n"
    yield "one-column.csv", "unknown-format", lambda: b"hello\nworld\n"
    yield "neither.csv", "encoding", lambda: b"lon,lat,name\n104.1,30.6,\xff\xff\xfe\x80\n"
    yield "binary.csv", "unknown-format", lambda: b"lon,lat\n1,2\n" + b"\x00" * 100
    yield "locked.xlsx", "locked", locked_book
    yield "bare-book.xlsx", "", lambda: zipped({"xl/workbook.xml": b"<workbook/>"})
    yield "old-noise.xls", "", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + np.random.default_rng(5).bytes(4000)
    yield "hollow.xlsx", "empty", lambda: zipped_book([])
    yield "titles.xlsx", "empty", lambda: zipped_book([["某某街道楼栋表"]])


def zipped_book(rows: list[list[str]]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert isinstance(sheet, openpyxl.worksheet.worksheet.Worksheet)
    for row in rows:
        sheet.append(row)
    book.save(out)
    return out.getvalue()


def binaries() -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """Databases, columns and map extracts that lie."""
    yield "only-sqlite.gpkg", "", lambda: b"SQLite format 3\x00" + bytes(4080)
    yield "flipped.gpkg", "", flipped_package
    yield "header-only.pbf", "", lambda: pbf(b"", blob=0)
    yield "endless.pbf", "", lambda: pbf(bytes(100), blob=2_000_000)
    yield "noise.osm.pbf", "", lambda: pbf(np.random.default_rng(1).bytes(5000), blob=5000)
    yield "no-geo.parquet", "no-geometry", lambda: parquet({})
    yield "geo-noise.parquet", "broken", lambda: parquet({b"geo": b"{{{{"})
    yield "geo-list.parquet", "broken", lambda: parquet({b"geo": b"[]"})
    yield "geo-lost.parquet", "broken", lambda: parquet({b"geo": b'{"primary_column": "gone", "columns": {}}'})
    yield "wkt.parquet", "encoding", lambda: parquet(geo(encoding="WKT"))
    yield "numbers.parquet", "broken", lambda: parquet(geo(encoding="WKB"), pa.array([1, 2]))


def flipped_package() -> bytes:
    data = bytearray(good("gpkg"))
    noise = np.random.default_rng(2)
    for at in noise.integers(100, len(data), 4000):
        data[at] ^= 0xFF
    return bytes(data)


BAD: dict[str, tuple[str, Callable[[], bytes]]] = {
    name: (code, make)
    for group in (cut, disguised, archives, shapefiles, markup, texts, binaries)
    for name, code, make in group()
}
"""File name → the code of the refusal ("" where several are right) and how to make the bytes."""
