"""The heat map as an office uses it: its total is SQL's, its shapes change at a click, and it is never behind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from playwright.sync_api import expect

from tests.web.reading import faults, untranslated

if TYPE_CHECKING:
    from collections.abc import Callable

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
    expect(page.locator(".total strong")).to_contain_text(re.compile(rf"(?<!\d){number:,}(?!\d)"))


def test_the_total_on_the_page_is_that_of_sql_whatever_the_filter(heat: Callable[..., Page], sample_url: str) -> None:
    page = heat()
    total(page, counted(sample_url, "true"))
    page.get_by_role("button", name="严重", exact=True).click()
    total(page, counted(sample_url, "severity = 3"))
    expect(page).to_have_url(re.compile("severity=3"))
    page.reload()
    total(page, counted(sample_url, "severity = 3"))


def test_shapes_change_at_a_click_and_areas_come_as_a_table_too(heat: Callable[..., Page]) -> None:
    page = heat()
    page.get_by_role("button", name="六边", exact=True).click()
    expect(page.locator(".legend")).to_contain_text("H3")
    page.get_by_role("button", name="区域", exact=True).click()
    expect(page.locator(".legend")).to_contain_text("无数据")
    page.get_by_text("区域表", exact=True).click()
    expect(page.locator(".table-box tbody tr").first).to_be_visible()


def test_two_categories_stand_side_by_side_and_as_a_difference(heat: Callable[..., Page]) -> None:
    page = heat("?category=environment.garbage&other=property.lift&compare=side")
    expect(page.locator(".maplibregl-canvas")).to_have_count(2)
    page.get_by_label("比较", exact=True).select_option("difference")
    expect(page.locator(".legend")).to_contain_text("比对照多")
    expect(page).to_have_url(re.compile("other=property.lift"))


def test_a_new_issue_is_on_the_open_page_without_a_click(heat: Callable[..., Page], sample_url: str) -> None:
    page = heat()
    before = counted(sample_url, "true")
    with psycopg.connect(sample_url, autocommit=True) as store:
        row = store.execute("SELECT id FROM issue WHERE status = 'surveyed' LIMIT 1").fetchone()
        assert row is not None
        store.execute("UPDATE issue SET status = 'void' WHERE id = %s", [row[0]])
        total(page, before - 1)
        store.execute("UPDATE issue SET status = 'surveyed' WHERE id = %s", [row[0]])
        total(page, before)


@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE], ids=["desk", "phone"])
def test_the_heat_page_has_no_barrier(heat: Callable[..., Page], viewport: dict[str, int]) -> None:
    page = heat("?drawn=areas", viewport=viewport)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults(page) == []


def test_the_heat_page_reads_in_english(heat: Callable[..., Page], proper_names: list[str]) -> None:
    page = heat("?compare=side&drawn=areas", language="en")
    assert untranslated(page, proper_names) == []
