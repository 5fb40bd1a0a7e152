"""The standalone sheet in a real browser: opened from a file, the network unplugged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
import shapely
from playwright.sync_api import expect

from api.settings import ROOT
from geo.exchange.layer import Layer
from geo.sheets.scripts import Scripts
from geo.sheets.standalone_map import Choropleth, Film, Points, Stratum, standalone_map
from tests.web.conftest import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

GRIDS = 12
SPOTS = [(104.001 + n / 1000, 30.601, f"第{n}件 <b>烟</b>") for n in range(20)]
WEEKS = [(f"第{k}周", [(104.002 + k / 500, 30.601, 1.0)]) for k in range(4)]


@pytest.fixture
def told() -> list[str]:
    """Whatever the page asks for or says while it is open."""
    return []


@pytest.fixture
def sheet(request: pytest.FixtureRequest, chromium: Browser, tmp_path: Path, told: list[str]) -> Iterator[Page]:
    request.getfixturevalue("dist")
    boxes = [shapely.box(104 + n / 500, 30.6, 104 + (n + 1) / 500, 30.602) for n in range(GRIDS)]
    areas = np.array(boxes, dtype=object)
    table = pa.table({"name": [f"第{n}微网格<i>" for n in range(GRIDS)], "households": [n * 10 for n in range(GRIDS)]})
    grids = Stratum(
        Layer("grid", table, areas, 4326),
        "微网格",
        {"name": "名称", "households": "户数"},
        choropleth=Choropleth("households", "户数"),
    )
    file = tmp_path / "sheet.html"
    scripts = Scripts(ROOT / "web" / "dist" / "sheets")
    written = standalone_map("吉福社区", [grids], scripts, points=Points("事件", SPOTS), film=Film("热力", WEEKS))
    file.write_text(written, encoding="utf-8")
    context = chromium.new_context(offline=True)
    page = context.new_page()
    page.on("request", lambda request: told.append(request.url) if request.url != file.as_uri() else None)
    page.on("console", lambda said: told.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto(file.as_uri())
    yield page
    context.close()


def test_a_sheet_opens_with_the_network_unplugged_and_asks_for_nothing(sheet: Page, told: list[str]) -> None:
    expect(sheet.locator("path.leaflet-interactive")).to_have_count(GRIDS)
    expect(sheet.locator("canvas.heatmap-canvas")).to_be_visible()
    expect(sheet.locator(".legend")).to_contain_text("户数")
    assert [one for one in told if not one.startswith("data:")] == []


def test_the_policy_of_a_sheet_stops_what_would_ask(sheet: Page) -> None:
    asking = "fetch('https://example.org/')"
    sheet.evaluate(f"{asking}.then(() => (document.title = 'out'), () => (document.title = 'kept'))")
    until(sheet, "document.title === 'kept' || document.title === 'out'")
    assert sheet.title() == "kept"


def test_search_finds_a_grid_and_shows_it(sheet: Page) -> None:
    box = sheet.get_by_role("searchbox")
    box.press_sequentially("第7")
    sheet.locator(".search-tip").first.click()
    expect(sheet.locator(".leaflet-popup")).to_contain_text("第7微网格<i>")


def test_layers_can_be_switched(sheet: Page) -> None:
    sheet.get_by_label("微网格").uncheck()
    expect(sheet.locator("path.leaflet-interactive")).to_have_count(0)
    sheet.get_by_label("事件").check()
    expect(sheet.locator(".marker-cluster").first).to_be_visible()


def test_a_cluster_opens_to_its_cases_whose_words_stay_text(sheet: Page) -> None:
    sheet.get_by_label("热力").uncheck()
    sheet.get_by_label("微网格").uncheck()
    sheet.get_by_label("事件").check()
    sheet.locator(".marker-cluster").first.click()
    sheet.locator("path.leaflet-interactive").first.dispatch_event("click")
    expect(sheet.locator(".leaflet-popup")).to_contain_text("件 <b>烟</b>")


def test_time_moves_by_its_buttons(sheet: Page) -> None:
    date = sheet.locator(".timecontrol-date")
    expect(date).to_contain_text("第0周")
    sheet.locator(".timecontrol-forward").click()
    expect(date).to_contain_text("第1周")


def test_a_sheet_is_walked_by_keys(sheet: Page) -> None:
    before = sheet.locator(".leaflet-map-pane").get_attribute("style")
    sheet.locator(".leaflet-container").focus()
    sheet.keyboard.press("ArrowRight")
    until(sheet, f"document.querySelector('.leaflet-map-pane').getAttribute('style') !== {json.dumps(before)}")
