"""The standalone sheet in a real browser: opened from a file, the network unplugged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
import shapely
from playwright.sync_api import expect

from geo.exchange.layer import Layer
from geo.sheets.standalone_map import Choropleth, Stratum, standalone_map

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    Opened = Callable[[], tuple[Page, list[str]]]


@pytest.fixture
def sheet(chromium: Browser, tmp_path: Path) -> Opened:
    def opened() -> tuple[Page, list[str]]:
        areas = np.array(
            [shapely.box(104 + n / 500, 30.6, 104 + (n + 1) / 500, 30.602) for n in range(12)], dtype=object
        )
        table = pa.table({"name": [f"第{n}微网格<i>" for n in range(12)], "households": [n * 10 for n in range(12)]})
        grids = Stratum(
            Layer("grid", table, areas, 4326),
            "微网格",
            {"name": "名称", "households": "户数"},
            choropleth=Choropleth("households", "户数"),
        )
        file = tmp_path / "sheet.html"
        file.write_text(standalone_map("吉福社区", [grids]), encoding="utf-8")
        context = chromium.new_context(offline=True)
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda said: asked.append(said.text))
        page.on("pageerror", lambda error: asked.append(str(error)))
        page.goto(file.as_uri())
        return page, asked[1:]

    return opened


def test_a_sheet_opens_with_the_network_unplugged_and_asks_for_nothing(sheet: Opened) -> None:
    page, asked = sheet()
    expect(page.locator("path.leaflet-interactive")).to_have_count(12)
    page.wait_for_timeout(200)
    assert asked == []


def test_the_policy_of_a_sheet_stops_what_would_ask(sheet: Opened) -> None:
    page, _ = sheet()
    page.evaluate("fetch('https://example.org/').then(() => (document.title = 'out'), () => (document.title = 'kept'))")
    page.wait_for_timeout(100)
    assert page.title() == "kept"


def test_search_finds_a_grid_and_shows_it(sheet: Opened) -> None:
    page, _ = sheet()
    page.get_by_role("searchbox").fill("第7")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("第7微网格<i>")
    page.keyboard.press("Escape")


def test_layers_can_be_switched_off(sheet: Opened) -> None:
    page, _ = sheet()
    page.get_by_label("微网格").uncheck()
    expect(page.locator("path.leaflet-interactive")).to_have_count(0)


def test_a_sheet_is_walked_by_keys(sheet: Opened) -> None:
    page, _ = sheet()
    drawing = page.locator(".leaflet-pane > g")
    before = drawing.get_attribute("transform")
    page.locator(".leaflet-container").focus()
    page.keyboard.press("ArrowRight")
    assert drawing.get_attribute("transform") != before
