"""The heat map as an office uses it: its shapes change at a click."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.web.reading import faults

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

OFFICE = "demo-street-office"
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def heat(open_page: Callable[..., Page]) -> Callable[..., Page]:
    def open_(query: str = "", **options: Any) -> Page:
        page = open_page(f"heat.html{query}", **({"login": OFFICE} | options))
        expect(page.locator(".total strong")).to_contain_text(re.compile(r"\d"))
        page.locator("canvas.maplibregl-canvas").first.wait_for()
        return page

    return open_


def test_shapes_change_at_a_click_and_areas_come_as_a_table_too(heat: Callable[..., Page]) -> None:
    page = heat()
    page.get_by_role("button", name="六边", exact=True).click()
    expect(page.locator(".legend")).to_contain_text("H3")
    page.get_by_role("button", name="区域", exact=True).click()
    expect(page.locator(".legend")).to_contain_text("无数据")
    page.get_by_text("区域表", exact=True).click()
    expect(page.locator(".table-box tbody tr").first).to_be_visible()


@pytest.mark.parametrize("viewport", [{"width": 1440, "height": 900}, PHONE], ids=["desk", "phone"])
def test_the_heat_page_has_no_barrier(heat: Callable[..., Page], viewport: dict[str, int]) -> None:
    page = heat("?drawn=areas", viewport=viewport)
    expect(page.get_by_role("button", name="播放")).to_be_enabled()  # what is grey while it loads is no fault
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults(page) == []
