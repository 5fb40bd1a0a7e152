"""Layers and plans go out in every format, and open again in GDAL; what somebody may not see is not in them."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING
from uuid import UUID

import geopandas as gpd
import numpy as np
import openpyxl
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from psycopg import sql

from api.exports.files import Ordered, write_file
from geo.crs.datum import Datum, convert_geometry
from geo.exchange.layer import Layer
from geo.sheets.scripts import SCRIPTS, STYLES
from tests.api.places.small_city import COMMUNITY, COMPOUND, UNITS

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

PLAN_ID = UUID(int=77)
FORMATS = ("gpkg", "zip", "geojson", "xlsx", "kml", "kmz", "csv", "parquet")
TABLES = {
    **{level: level for level in ("district", "subdistrict", "community", "compound", "building", "unit")},
    "grid": "micro_grid",
    "member": "plan_member",
}
"""What a visitor can take out, and the table whose rows it has; the napkin has neither roads nor water nor issues."""


@pytest.fixture
def plan(city_url: str) -> None:
    """A published plan with one grid, drawn over the napkin's compound."""
    with psycopg.connect(city_url) as store:
        if store.execute("SELECT 1 FROM plan WHERE id = %s", [PLAN_ID]).fetchone():
            return
        store.execute(
            "INSERT INTO plan (id, subdistrict_id, community_id, name, state, effective)"
            " SELECT %s, subdistrict_id, id, '2026年方案', 'published', daterange('2026-01-01', NULL) FROM community",
            [PLAN_ID],
        )
        store.execute(
            "INSERT INTO micro_grid (id, plan_id, community_id, compound_id, code, name, households, geometry)"
            " SELECT %s, %s, community_id, id, 'W001', '第一微网格', 36, geometry FROM compound",
            [UUID(int=78), PLAN_ID],
        )
        store.execute(
            "INSERT INTO plan_member (plan_id, unit_id, community_id, micro_grid_id, floors)"
            " SELECT %s, id, community_id, %s, int4range(floor_lo, floor_hi, '[]') FROM unit WHERE id = %s",
            [PLAN_ID, UUID(int=78), UNITS[0].id],
        )


async def taken_out(client: httpx.AsyncClient, what: str, **asked: str) -> bytes:
    answer = await client.get(f"/api/exports/{what}", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.content


def opened(file: Path) -> list[gpd.GeoDataFrame]:
    """Every layer of a file as GDAL, or for GeoParquet Arrow, reads it."""
    if file.suffix == ".parquet":
        table = pq.read_table(file).to_pandas()
        shapes = np.asarray(shapely.from_wkb(table.pop("geometry").to_numpy()), dtype=object)
        return [gpd.GeoDataFrame(table, geometry=shapes)]
    return [gpd.GeoDataFrame(pyogrio.read_dataframe(file, layer=name)) for name, _ in pyogrio.list_layers(file)]


@pytest.mark.usefixtures("plan")
@pytest.mark.parametrize("what", TABLES)
async def test_every_layer_opens_in_every_format(
    client: httpx.AsyncClient, city_url: str, tmp_path: Path, what: str
) -> None:
    with psycopg.connect(city_url) as store:
        counting = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(TABLES[what]))
        [wanted] = store.execute(counting).fetchone() or [0]
    rows = {}
    for kind in FORMATS:
        file = tmp_path / f"{what}.{kind}"
        of_plan = {"plan": str(PLAN_ID)} if what in {"grid", "member"} else {}
        file.write_bytes(await taken_out(client, what, format=kind, **of_plan))
        rows[kind] = sum(len(each) for each in opened(file))
    assert wanted > 0
    assert rows == dict.fromkeys(FORMATS, wanted)


@pytest.mark.parametrize("datum", Datum)
async def test_every_format_holds_the_same_place_in_every_datum(
    client: httpx.AsyncClient, tmp_path: Path, datum: Datum
) -> None:
    wanted = convert_geometry(COMPOUND.geometry, Datum.WGS84, datum)
    for kind in FORMATS:
        if datum is Datum.WEB_MERCATOR and kind in {"kml", "kmz"}:
            answer = await client.get("/api/exports/compound", params={"format": kind, "datum": datum.value})
            assert answer.status_code == 422  # KML knows degrees only
            continue
        file = tmp_path / f"compound.{kind}"
        file.write_bytes(await taken_out(client, "compound", format=kind, datum=datum.value))
        [layer] = opened(file)
        if kind == "xlsx":
            assert isinstance(layer["lon"][0], float)  # a number, not a text that looks like one
        shape = shapely.from_wkt(layer["wkt"][0]) if kind in {"csv", "xlsx"} else layer.geometry[0]
        assert shapely.hausdorff_distance(shape, wanted) < (0.001 if datum is Datum.WEB_MERCATOR else 1e-8), kind
        if datum.epsg and kind in {"gpkg", "zip", "geojson"}:
            assert layer.crs == datum.epsg


def test_a_neck_that_a_shift_turns_inside_out_is_made_whole(tmp_path: Path) -> None:
    neck = shapely.from_wkt(
        "POLYGON ((121.5 31.2, 121.501 31.2000000002, 121.502 31.2, 121.502 31.201, 121.501 31.2000000003,"
        " 121.5 31.201, 121.5 31.2))"
    )
    assert neck.is_valid

    def lowered(by: float) -> shapely.Geometry:
        return shapely.transform(neck, lambda points: points - [0, by] * (points == [121.501, 31.2000000003]))

    crossed = [lowered(0), lowered(2e-10)]
    shapes = np.array(crossed, dtype=object)
    layer = Layer("compound", pa.table({"name": ["a", "b"]}), shapes, 4326)
    assert shapely.is_valid(shapes).tolist() == [True, False]
    write_file([layer], tmp_path / "out.kml", Ordered("x"))
    [read] = opened(tmp_path / "out.kml")
    assert read.geometry.is_valid.tolist() == [True, True]


async def test_a_shapefile_in_gbk_is_gbk(client: httpx.AsyncClient) -> None:
    archive = zipfile.ZipFile(io.BytesIO(await taken_out(client, "compound", format="zip", text="gbk")))
    assert "锦绣花园".encode("gbk") in archive.read("compound.dbf")
    assert archive.read("compound.cpg").decode().strip().upper() in {"GBK", "936"}


@pytest.mark.usefixtures("plan")
async def test_a_whole_plan_is_one_geopackage(client: httpx.AsyncClient, tmp_path: Path) -> None:
    file = tmp_path / "plan.gpkg"
    file.write_bytes(await taken_out(client, "plan", plan=str(PLAN_ID)))
    assert {name for name, _ in pyogrio.list_layers(file)} == {"community", "compound", "grid", "building", "member"}
    assert pyogrio.read_dataframe(file, layer="grid").name.tolist() == ["第一微网格"]


@pytest.mark.usefixtures("plan")
async def test_a_plan_in_excel_has_a_sheet_a_layer(client: httpx.AsyncClient) -> None:
    book = openpyxl.load_workbook(io.BytesIO(await taken_out(client, "plan", plan=str(PLAN_ID), format="xlsx")))
    assert "grid" in book.sheetnames
    assert COMMUNITY.name in {cell.value for cell in book["community"][2]}


@pytest.fixture
def scripts_laid_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that stand in for the built ones: what a map looks like is looked at in tests/web."""
    (tmp_path / "sheets").mkdir()
    for name in {*SCRIPTS.values(), *STYLES.values()}:
        (tmp_path / "sheets" / name).write_text(f"/* {name} */", encoding="utf-8")
    monkeypatch.setenv("MINQING_WEB_DIST", str(tmp_path))


@pytest.mark.usefixtures("plan")
@pytest.mark.usefixtures("scripts_laid_out")
async def test_a_plan_is_a_map_that_needs_no_network(client: httpx.AsyncClient) -> None:
    page = (await taken_out(client, "plan", plan=str(PLAN_ID), format="html")).decode()
    assert "default-src 'none'" in page
    assert "http-equiv" in page
    assert "https://" not in page


@pytest.mark.usefixtures("plan")
async def test_a_plan_is_a_booklet_of_a3_pages(client: httpx.AsyncClient) -> None:
    file = await taken_out(client, "plan", plan=str(PLAN_ID), format="pdf")
    assert file.startswith(b"%PDF-")
    assert re.findall(rb"/MediaBox \[ 0 0 ([0-9.]+) ([0-9.]+)", file) == [(b"1190.551", b"841.8898")]
    assert b"/STSong-Light" in file


async def test_an_unknown_plan_is_not_found(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/exports/plan", params={"plan": str(UUID(int=1234))})
    assert answer.status_code == 404


async def test_an_unknown_option_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/exports/building", params={"where": "1=1"})).status_code == 422
