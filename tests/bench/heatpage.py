"""The heat page in a browser without a graphics card: a step of its slider, 120,000 grids recoloured, news on it.

The service is ours over a million issues; the grids' figures are written here, since what is measured is the page.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import time
import uuid
from typing import TYPE_CHECKING, Any

import psycopg
from playwright.sync_api import sync_playwright

from tests.bench.report import Figure

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from tests.bench.report import Report

GRIDS = 120_000
STEPS = 20
AREAS = "**/api/heat/areas/micro_grid*"


def look(report: Report, address: str, owner_url: str, cookie: str) -> None:
    """Open the page and measure it."""
    program = os.environ.get("MINQING_CHROMIUM") or shutil.which("chromium")
    if program is None:
        report.note("no Chromium here: the heat page was not measured")
        return
    with sync_playwright() as playwright:
        args = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=program, args=args)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(120_000)
        context.add_cookies([{"name": "minqing_session", "value": cookie, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/heat.html?drawn=cells")
        page.wait_for_selector(".time input:not([max='-1'])")
        _slide(report, page)
        _news(report, page, owner_url)
        _recolour(report, page, address)
        browser.close()


def _script_ms(page: Page) -> float:
    """What the page itself measured of the last drawing."""
    return float(page.locator(".time output").get_attribute("data-step-ms") or "nan")


def _slide(report: Report, page: Page) -> None:
    slider = page.locator(".time input")
    slider.focus()
    took = []
    for _ in range(STEPS):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(80)
        took.append(_script_ms(page))
    worst = sorted(took)[int(0.95 * len(took))]
    report.add(
        Figure("slider step, script p95", worst, "ms", f"median {statistics.median(took):.1f}", "<= 10", worst <= 10)
    )


def _news(report: Report, page: Page, owner_url: str) -> None:
    """From the commit of a new issue to the number on the open page."""
    before = page.locator(".total strong").inner_text()
    began = time.perf_counter()
    with psycopg.connect(owner_url, autocommit=True) as store:
        store.execute(
            "INSERT INTO heat_fact (issue_id, cell, at, category, top, kind, severity, status, source, body, community,"
            " compound, grid) SELECT gen_random_uuid(), cell, at, category, top, kind, severity, 1, source, body,"
            " community, compound, grid FROM heat_fact LIMIT 1"
        )
    while page.locator(".total strong").inner_text() == before and time.perf_counter() - began < 30:
        page.wait_for_timeout(20)
    took = time.perf_counter() - began
    report.add(Figure("new issue on an open page", took, "s", bar="<= 2", met=took <= 2))


def _recolour(report: Report, page: Page, address: str) -> None:
    keys = [str(uuid.UUID(int=k)) for k in range(GRIDS)]

    def answer(route: Route) -> None:
        told = {
            "seen": "cases",
            "version": 1,
            "level": "micro_grid",
            "areas": _areas(keys),
            "elsewhere": 0,
            "notes": [],
        }
        route.fulfill(body=json.dumps(told), content_type="application/json")

    asked: list[str] = []
    page.route(AREAS, answer)
    page.goto(f"{address}/heat.html?drawn=areas&level=micro_grid")
    page.wait_for_selector(".table-box")
    page.wait_for_timeout(3000)
    first = _script_ms(page)
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("显示为").locator("visible=true").last.select_option("count")
    page.wait_for_timeout(6000)
    again = _script_ms(page)
    tiles = sum("/api/tiles/" in url for url in asked)
    beside = f"first time {first:.0f} ms"
    report.add(Figure(f"{GRIDS:,} grids recoloured, script", again, "ms", beside, "<= 50", again <= 50))
    report.add(Figure("tiles fetched for it", tiles, "", "", "0", tiles == 0))


def _areas(keys: list[str]) -> list[dict[str, Any]]:
    return [
        {"id": key, "name": str(k), "name_en": "", "count": k * 7 % 40, "households": 60, "hours": None,
         "rate": k * 3 % 25, "state": "some"}
        for k, key in enumerate(keys)
    ]  # fmt: skip
