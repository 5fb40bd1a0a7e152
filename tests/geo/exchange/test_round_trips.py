"""What goes out comes in again: every format, both encodings, every datum."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import numpy as np
import openpyxl
import pyarrow as pa
import pyogrio
import pytest
import shapely

from geo.crs.datum import Datum
from geo.crs.reading import Reading
from geo.errors import InvalidInputError, UnreadableFileError
from geo.exchange.carry import carried, declared_reading, said_to_be
from geo.exchange.layer import Layer
from geo.exchange.pointing import pointed
from geo.exchange.writers import MANY, ONE, write

if TYPE_CHECKING:
    from pathlib import Path

    from geo.exchange.sandbox import Sandbox

NAMES = ["一号楼", "二号楼，东侧", '"三"号楼', "=4+4", None]


def houses(*, points: bool = False, epsg: int | None = 4326) -> Layer:
    x = 104.06 + 0.001 * np.arange(len(NAMES))
    shapes = np.asarray(shapely.box(x, 0 * x + 30.66, x + 0.0005, 0 * x + 30.6604))
    if points:
        shapes = np.asarray(shapely.centroid(shapes))
    table = pa.table({"小区名称": NAMES, "户数": pa.array([12, 0, 36, None, 8], pa.int32()), "code": ["007"] * 5})
    return Layer("楼栋", table, shapes, epsg)


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".kml", ".kmz", ".zip", ".shp", ".parquet", ".csv", ".xlsx"])
@pytest.mark.parametrize("points", [True, False])
def test_every_format_brings_back_what_was_written(
    suffix: str, sandbox: Sandbox, tmp_path: Path, *, points: bool
) -> None:
    layer = houses(points=points)
    write([layer], tmp_path / f"out{suffix}")
    (back,) = sandbox.read(tmp_path / f"out{suffix}").layers
    assert shapely.hausdorff_distance(back.geometry, layer.geometry).max() < 1e-8
    names = next(name for name in back.columns if name.startswith(("小区名", "小区")))
    assert [name or None for name in back.column(names)] == NAMES
    counts = next(name for name in back.columns if name == "户数")
    assert [None if value is None else int(value) for value in back.column(counts)] == [12, 0, 36, None, 8]
    assert back.column("code") == ["007"] * 5


def test_phone_tracks_go_out_and_in(sandbox: Sandbox, tmp_path: Path) -> None:
    line = shapely.LineString([(104.06, 30.66), (104.07, 30.67)])
    track = Layer("巡查", pa.table({"name": ["早班"]}), np.array([line]), 4326)
    write([track], tmp_path / "out.gpx")
    tracks = {layer.name: layer for layer in sandbox.read(tmp_path / "out.gpx").layers}
    assert len(tracks["track_points"]) == 2
    assert tracks["tracks"].column("name") == ["早班"]
    assert shapely.hausdorff_distance(tracks["tracks"].geometry[0], line) < 1e-8


@pytest.mark.parametrize("text", ["gbk", "utf-8"])
@pytest.mark.parametrize("note", ["kept", "lost", "wrong"])
def test_a_dbf_is_decoded_whatever_its_cpg_says(text: str, note: str, sandbox: Sandbox, tmp_path: Path) -> None:
    write([houses()], tmp_path / "a.zip", text=text)
    with zipfile.ZipFile(tmp_path / "a.zip") as old, zipfile.ZipFile(tmp_path / "b.zip", "w") as new:
        for member in old.infolist():
            if not member.filename.endswith(".cpg") or note == "kept":
                new.writestr(member, old.read(member))
            elif note == "wrong":
                new.writestr(member, "UTF-8" if text == "gbk" else "936")
    (back,) = sandbox.read(tmp_path / "b.zip").layers
    assert back.column(back.columns[0])[:2] == ["一号楼", "二号楼，东侧"]
    assert back.encoding == ("GB18030" if text == "gbk" else "UTF-8")


def test_a_zip_packed_by_chinese_windows_keeps_its_names(sandbox: Sandbox, tmp_path: Path) -> None:
    write([houses()], tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as old, zipfile.ZipFile(tmp_path / "b.zip", "w") as new:
        for member in old.infolist():
            suffix = member.filename.rsplit(".", 1)[1]
            name = f"GBK/quarter.{suffix}"
            new.writestr(name, old.read(member))
    raw = (tmp_path / "b.zip").read_bytes().replace(b"quarter", "小区层".encode("gbk") + b"_")
    (tmp_path / "b.zip").write_bytes(raw)
    (back,) = sandbox.read(tmp_path / "b.zip").layers
    assert back.name == "小区层_"


@pytest.mark.parametrize("datum", list(Datum))
def test_a_layer_goes_to_any_datum_and_home_again(datum: Datum, sandbox: Sandbox, tmp_path: Path) -> None:
    layer = houses()
    away = carried(layer, Reading(), datum)
    write([away], tmp_path / "away.gpkg")
    (back,) = sandbox.read(tmp_path / "away.gpkg").layers
    home = carried(back, said_to_be(back, datum), Datum.WGS84)
    assert shapely.hausdorff_distance(home.geometry, layer.geometry).max() < 1e-8


def test_what_a_file_declares_is_how_it_is_read() -> None:
    assert declared_reading(houses(epsg=None)) == Reading()
    assert declared_reading(houses(epsg=4490)) == Reading(Datum.CGCS2000)
    assert declared_reading(houses(epsg=4544)) == Reading(Datum.CGCS2000, epsg=4544)
    assert declared_reading(houses(epsg=3857)) == Reading(Datum.WEB_MERCATOR)
    assert said_to_be(houses(epsg=3857), Datum.GCJ02) == Reading(Datum.GCJ02, epsg=3857)


def test_two_layers_share_a_geopackage_and_a_book_but_not_a_csv(sandbox: Sandbox, tmp_path: Path) -> None:
    other = Layer("门", houses().table, houses(points=True).geometry, 4326)
    for suffix in MANY:
        write([houses(), other], tmp_path / f"two{suffix}")
        assert [layer.name for layer in sandbox.read(tmp_path / f"two{suffix}").layers] == ["楼栋", "门"]
    for suffix in ONE:
        with pytest.raises(InvalidInputError, match="--layer"):
            write([houses(), other], tmp_path / f"two{suffix}")


def test_exports_open_in_gdal_by_itself(tmp_path: Path) -> None:
    for suffix in (".gpkg", ".geojson", ".kml", ".zip", ".csv", ".xlsx"):
        path = tmp_path / f"out{suffix}"
        write([houses()], path)
        assert pyogrio.read_info(f"/vsizip/{path}" if suffix == ".zip" else path)["features"] >= 5


def test_a_failed_export_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "out.gpx"
    path.write_text("the old one")
    with pytest.raises(InvalidInputError, match="points or lines"):
        write([houses()], path)
    assert path.read_text() == "the old one"
    assert list(tmp_path.iterdir()) == [path]


def test_a_shapefile_without_its_parts_beside_it_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    write([houses()], tmp_path / "out.shp")
    assert {path.suffix for path in tmp_path.iterdir()} >= {".shp", ".shx", ".dbf", ".prj", ".cpg"}
    (tmp_path / "out.shx").unlink()
    with pytest.raises(UnreadableFileError, match=r"\.shx"):
        sandbox.read(tmp_path / "out.shp")


def test_a_person_says_which_columns_are_the_place() -> None:
    table = pa.table({"东": ["104.06", "", "x"], "北": ["30.66", "30.66", "30.66"]})
    given = Layer("t", table, np.full(3, None, dtype=object))
    shapes = pointed(given, {"lon": "东", "lat": "北"}).geometry
    assert shapely.get_coordinates(shapes[:1]).tolist() == [[104.06, 30.66]]
    assert [shape is None for shape in shapes] == [False, True, True]
    with pytest.raises(InvalidInputError, match="lat"):
        pointed(given, {"lon": "东"})


def test_an_unknown_ending_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"\.dwg"):
        write([houses()], tmp_path / "out.dwg")


def test_csv_coordinates_are_changed_in_their_own_columns(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,lon,lat,note\n01,104.06,30.66,a\n02,,,b\n03,x,30,c\n")
    (layer,) = sandbox.read(tmp_path / "in.csv").layers
    write([carried(layer, Reading(), Datum.GCJ02)], tmp_path / "out.csv")
    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines[0] == "id,lon,lat,note"
    assert lines[1].startswith("01,104.062")
    assert lines[2:] == ["02,,,b", "03,x,30,c"]


def test_an_office_book_is_read_below_its_title_lines(sandbox: Sandbox, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["某某街道楼栋信息汇总表"])
    sheet.append(["填报单位：", None, "2026年"])
    sheet.append(["序号", "小区名称", "经度", "纬度", "户数"])
    sheet.append([1, "吉福苑", 104.06, 30.66, 96])
    sheet.append([2, "清源里", "１０４.０７°", 30.67, 48])
    book.save(tmp_path / "a.xlsx")
    (layer,) = sandbox.read(tmp_path / "a.xlsx").layers
    assert layer.columns == ("序号", "小区名称", "经度", "纬度", "户数")
    assert layer.column("户数") == ["96", "48"]
    np.testing.assert_allclose(shapely.get_coordinates(layer.geometry), [[104.06, 30.66], [104.07, 30.67]])


def test_shapes_alone_are_read_too(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},'
        '"geometry":{"type":"Point","coordinates":[104.06,30.66]}}]}'
    )
    (layer,) = sandbox.read(tmp_path / "a.geojson").layers
    assert layer.column("row") == [1]
    assert shapely.get_coordinates(layer.geometry).tolist() == [[104.06, 30.66]]
