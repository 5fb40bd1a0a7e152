"""The heat map as an office uses it: its total is SQL's, its shapes change at a click, and it is never behind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from playwright.sync_api import expect

from tests.web.conftest import soon
from tests.web.reading import faults, inks, rested, untranslated

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page

OFFICE = "demo-street-office"
PHONE = {"width": 390, "height": 844}
COUNTED = "status NOT IN ('merged', 'split', 'void')"


@pytest.fixture
def heat(open_page: Callable[..., Page]) -> Callable[..., Page]:
    def open_(query: str = "", **options: Any) -> Page:
        page = open_page(f"heat.html{query}", **({"login": OFFICE} | options))
        expect(page.locator(".total strong")).to_contain_text(re.compile(r"\d"))
        page.locator("canvas.maplibregl-canvas").first.wait_for()
        return page

    return open_


def counted(sample_url: str, where: str) -> int:
    with psycopg.connect(sample_url) as connection:
        row = connection.execute(f"SELECT count(*) FROM issue WHERE {COUNTED} AND {where}").fetchone()
    assert row is not None
    return int(row[0])


def total(page: Page, number: int) -> None:
    """Wait until the page's total is this number."""
    expect(page.locator(".total strong")).to_contain_text(re.compile(rf"(?<![\d,]){number:,}(?![\d,])"))


def test_the_total_is_that_of_sql_whatever_the_filter_and_follows_what_changes(
    heat: Callable[..., Page], sample_url: str
) -> None:
    page = heat()
    before = counted(sample_url, "true")
    total(page, before)
    listed = page.locator(".total a").get_attribute("href") or ""
    site = page.url.partition("/heat")[0]
    cases = page.context.request.get(f"{site}/api/issues/counts{listed[len('/issues.html') :]}").json()
    assert cases["total"] == before, "the list behind the total has as many"
    page.get_by_role("button", name="严重", exact=True).click()
    severe = counted(sample_url, "severity = 3")
    total(page, severe)
    expect(page).to_have_url(re.compile("severity=3"))
    with psycopg.connect(sample_url, autocommit=True) as store:
        row = store.execute("SELECT id FROM issue WHERE status = 'surveyed' AND severity = 3 LIMIT 1").fetchone()
        assert row is not None
        store.execute("UPDATE issue SET status = 'void' WHERE id = %s", [row[0]])
        total(page, severe - 1)
        store.execute("UPDATE issue SET status = 'surveyed' WHERE id = %s", [row[0]])
        total(page, severe)


def test_shapes_change_at_a_click_and_areas_come_as_a_table_too(heat: Callable[..., Page]) -> None:
    page = heat()
    kernel = rested(page)
    page.get_by_role("button", name="六边", exact=True).click()
    expect(page.locator(".legend")).to_contain_text("H3")
    assert soon(page, lambda: inks(page) != kernel)
    whole = rested(page)
    page.get_by_role("slider", name="时间").fill("3")
    assert soon(page, lambda: 0 < inks(page) < whole), "a week has fewer hexagons than the year"
    page.get_by_role("button", name="区域", exact=True).click()
    expect(page.locator(".legend")).to_contain_text("无数据")
    page.get_by_text("区域表", exact=True).click()
    expect(page.locator(".table-box tbody tr").first).to_be_visible()
    page.get_by_role("slider", name="时间").fill("-1")
    assert soon(page, lambda: inks(page) > 100)


def test_two_categories_stand_side_by_side_and_as_a_difference(heat: Callable[..., Page], tmp_path: Path) -> None:
    page = heat("?category=environment&other=property&compare=side&drawn=areas")
    expect(page.locator(".maplibregl-canvas")).to_have_count(2)
    assert soon(page, lambda: min(inks(page, 0), inks(page, 1)) > 30), "both maps show something"
    page.locator(".view-form label", has_text="不比较").locator("select").select_option("difference")
    expect(page.locator(".legend")).to_contain_text("比对照多")
    expect(page.locator(".maplibregl-canvas")).to_have_count(1)
    assert soon(page, lambda: inks(page) > 30)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="图片 PNG").click()
    picture = tmp_path / "heat.png"
    waiting.value.save_as(picture)
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_what_is_shown_leaves_as_excel_geopackage_and_a_map_without_a_network(heat: Callable[..., Page]) -> None:
    page = heat("?category=environment")
    site = page.url.partition("/heat")[0]
    begins = {"xlsx": b"PK", "gpkg": b"SQLite format 3", "html": b"<!DOCTYPE html>"}
    for form, begin in begins.items():
        href = page.locator(f"a[href*='/export/{form}']").get_attribute("href") or ""
        assert "category=environment" in href
        got = page.context.request.get(site + href)
        assert got.ok, got.text()
        assert got.body()[:20].startswith(begin), form


@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE], ids=["desk", "phone"])
def test_the_heat_page_has_no_barrier_in_either_language(
    heat: Callable[..., Page], viewport: dict[str, int], proper_names: list[str]
) -> None:
    page = heat("?drawn=areas&compare=months", viewport=viewport, language="en")
    expect(page.get_by_role("button", name="Play")).to_be_enabled()  # what is grey while it loads is no fault
    expect(page.locator(".months canvas").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults(page) == []
    assert untranslated(page, proper_names) == []
