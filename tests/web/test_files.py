"""The files page as a new user meets it: a layer in another datum goes in, is converted, mended, and taken back."""

from __future__ import annotations

import json
import re
import threading
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import shapely
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from api.embedded.cluster import APP
from api.imports.jobs import Job, carry_out
from geo.crs.datum import Datum, convert_geometry
from tests.web.conftest import serving
from tests.web.reading import untranslated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from api.embedded.cluster import Cluster

WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
STEPS = {"waiting": "read", "checking": "check", "entering": "enter", "undoing": "undo"}
HOUSES = """
SELECT b.code, b.name, b.floors, b.households, ST_AsBinary(b.geometry) FROM building b
 WHERE b.compound_id = (SELECT compound_id FROM building GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1) ORDER BY b.code
"""
DUE = "SELECT id, state FROM import WHERE state = ANY(%s) ORDER BY id"


@pytest.fixture(scope="module")
def office(
    dist: None, cluster: Cluster, sample_database: str, sample_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A service over the sample with a worker of its own for what is brought."""
    del dist
    home, ended = tmp_path_factory.mktemp("house"), threading.Event()
    app_url = cluster.url(APP, sample_database)

    def work() -> None:
        while not ended.wait(0.1):
            with psycopg.connect(sample_url) as connection:
                due = connection.execute(DUE, [list(STEPS)]).fetchall()
            for key, state in due:
                carry_out(Job(app_url, key, home / "imports" / str(key)), STEPS[state])

    worker = threading.Thread(target=work)
    worker.start()
    with serving(app_url, home) as service:
        yield service.address
    ended.set()
    worker.join()


@pytest.fixture(scope="module")
def delivery(sample_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The houses of the largest compound as a map firm has them: in GCJ-02, one with no household, one twice."""
    with psycopg.connect(sample_url) as connection:
        rows = connection.execute(HOUSES).fetchall()
    features = [_feature(row, households=None if at == 0 else row[3]) for at, row in enumerate(rows)]
    path = tmp_path_factory.mktemp("given") / "物业楼栋.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def _feature(row: tuple[Any, ...], *, households: int | None) -> dict[str, Any]:
    shape = convert_geometry(shapely.from_wkb(row[4]), Datum.WGS84, Datum.GCJ02)
    said = {"编码": row[0], "楼栋号": row[1], "层数": row[2], "总户数": 0 if households is None else households}
    return {"type": "Feature", "properties": said, "geometry": json.loads(shapely.to_geojson(shape))}


@pytest.fixture
def files(open_page: Callable[..., Page], office: str) -> Callable[..., Page]:
    def open_(**options: Any) -> Page:
        asked = {"login": "demo-administrator", "viewport": WIDE, "address": office} | options
        page = open_page("files.html", **asked)
        page.locator("input[type=file]").wait_for()
        return page

    return open_


def standing(page: Page) -> Locator:
    """How the import at hand stands."""
    return page.locator(".current h2 [role=status]")


def brought(page: Page, file: Path) -> None:
    page.locator("input[type=file]").set_input_files(file)
    expect(standing(page)).to_have_text("已读取")


def test_a_layer_in_another_datum_is_named_converted_mended_entered_and_taken_back(
    files: Callable[..., Page], delivery: Path
) -> None:
    page = files()
    brought(page, delivery)
    assert page.get_by_role("combobox", name="户数", exact=True).input_value() == "总户数"
    page.get_by_role("button", name="检查", exact=True).click()
    expect(page.locator(".finding")).to_contain_text("GCJ-02")
    page.get_by_role("button", name="按识别结果转换").click()
    expect(page.get_by_role("button", name="按识别结果转换")).to_have_count(0)
    expect(standing(page)).to_have_text("已检查")
    assert Axe().run(page).response["violations"] == []
    mend = page.locator("tbody input[type=checkbox]").first
    mend.click()
    expect(page.get_by_text("已接受 1 处")).to_be_visible()
    page.get_by_role("button", name="写入", exact=True).click()
    expect(standing(page)).to_have_text("已写入")
    page.get_by_role("button", name="撤销这次导入").first.click()
    page.get_by_role("dialog").get_by_role("button", name="撤销这次导入").click()
    expect(standing(page)).to_have_text("已撤销")


def test_an_unreadable_file_is_refused_in_words(files: Callable[..., Page], tmp_path: Path) -> None:
    page = files()
    (tmp_path / "x.geojson").write_text("<OGRVRTDataSource/>", encoding="utf-8")
    page.locator("input[type=file]").set_input_files(tmp_path / "x.geojson")
    expect(page.locator(".current").get_by_role("alert")).to_contain_text("x.geojson")


def test_a_list_of_reports_shows_its_categories(files: Callable[..., Page], tmp_path: Path) -> None:
    page = files()
    lines = ["工单编号,诉求类型,受理时间,经度,纬度", "1,路灯不亮,2026-05-03 08:00,104.06,30.67"]
    (tmp_path / "诉求.csv").write_text("\n".join(lines), encoding="utf-8")
    brought(page, tmp_path / "诉求.csv")
    page.get_by_role("button", name="检查", exact=True).click()
    expect(page.get_by_role("combobox", name="路灯不亮")).to_have_value("facility.streetlight")


def test_the_page_speaks_english_and_fits_a_phone(
    files: Callable[..., Page], delivery: Path, proper_names: list[str]
) -> None:
    page = files(language="en", viewport=PHONE)
    page.locator("input[type=file]").set_input_files(delivery)
    page.get_by_role("button", name="Look it over", exact=True).click()
    expect(page.locator(".finding")).to_contain_text("GCJ-02")
    expect(standing(page)).to_have_text("looked over")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert Axe().run(page).response["violations"] == []
    known = [*proper_names, "物业楼栋", "编码", "楼栋号", "层数", "总户数", "诉求", "路灯不亮", "演示管理员"]
    left = untranslated(page, known)
    assert left == [], left


def test_a_plan_and_an_encoding_can_be_chosen_for_what_goes_out(files: Callable[..., Page]) -> None:
    page = files()
    out = page.locator("section").filter(has=page.get_by_role("heading", name="导出", exact=True))
    out.get_by_role("combobox", name="图层", exact=True).select_option("plan")
    expect(out.get_by_role("combobox", name="整个方案", exact=True).locator("option")).not_to_have_count(1)
    out.get_by_role("combobox", name="格式", exact=True).select_option("zip")
    out.get_by_role("combobox", name="文字编码", exact=True).select_option("gbk")
    address = out.get_by_role("link", name="下载").get_attribute("href") or ""
    assert re.search(r"/api/exports/plan\?format=zip&datum=wgs84&lang=zh&text=gbk", address)
