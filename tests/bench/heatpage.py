"""The heat page in a browser without a graphics card: a step of its slider, 120,000 grids recoloured, news on it.

The service is ours over a million issues; the grids' figures are written here, since what is measured is the page.
"""

from __future__ import annotations

import json
import math
import random
import statistics
import time
import uuid
from typing import TYPE_CHECKING, Any

import psycopg
from playwright.sync_api import sync_playwright

from api.heat.drawing import field, varint
from tests.bench.report import Figure
from tests.browser import launch, program

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, Route

    from tests.bench.report import Report

GRIDS = 120_000
STEPS = 20
A_TILE = 20_000
"""Grids of each tile that is served here: the whole city lies on one screen, as no real one does."""
AREAS = "**/api/heat/areas/micro_grid*"
TILES = "**/api/tiles/micro_grid/**"


def look(report: Report, address: str, owner_url: str, cookie: str) -> None:
    """Open the page and measure it."""
    if program() is None:
        report.note("no Chromium here: the heat page was not measured")
        return
    with sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(120_000)
        context.add_cookies([{"name": "minqing_session", "value": cookie, "url": address}])
        page = context.new_page()
        for drawn in ("kernel", "cells"):
            page.goto(f"{address}/heat.html?drawn={drawn}")
            page.wait_for_selector(".time input:not([max='-1'])")
            _slide(report, page, drawn)
        _news(report, page, owner_url)
        _recolour(report, page, address)
        browser.close()


def _script_ms(page: Page) -> float:
    """What the page itself measured of the last drawing."""
    return float(page.locator(".time output").get_attribute("data-step-ms") or "nan")


def _slide(report: Report, page: Page, drawn: str) -> None:
    slider = page.locator(".time input")
    slider.focus()
    took, script_ms = [], _script_of_the_page(page)
    for _ in range(STEPS):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(80)
        took.append(_script_ms(page))
    whole = script_ms() / STEPS
    worst = sorted(took)[int(0.95 * len(took))]
    beside = f"median {statistics.median(took):.1f}, with frames and forms {whole:.1f} on average"
    report.add(Figure(f"slider step over {drawn}, script p95", worst, "ms", beside, "<= 10", worst <= 10))


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
    """All grids of a city on one screen, from rates to counts: script of the drawing, and of the page meanwhile."""
    chance = random.Random(5)
    keys = [str(uuid.UUID(int=chance.getrandbits(128))) for _ in range(GRIDS)]
    served: dict[str, bytes] = {}
    asked: list[str] = []

    def areas(route: Route) -> None:
        told = {
            "seen": "cases",
            "version": 1,
            "level": "micro_grid",
            "areas": _areas(keys),
            "elsewhere": 0,
            "notes": [],
        }
        route.fulfill(body=json.dumps(told), content_type="application/json")

    def tile(route: Route) -> None:
        own = keys[len(served) * A_TILE : (len(served) + 1) * A_TILE]
        body = served.setdefault(route.request.url, _tile(own))
        route.fulfill(body=body, content_type="application/vnd.mapbox-vector-tile")

    page.route(AREAS, areas)
    page.route(TILES, tile)
    page.goto(f"{address}/heat.html?drawn=areas&level=micro_grid")
    page.wait_for_selector(".table-box")
    page.wait_for_timeout(12_000)
    first = _script_ms(page)
    page.on("request", lambda request: asked.append(request.url))
    script_ms, drawn = _script_of_the_page(page), page.locator(".time output").get_attribute("data-step-ms")
    page.get_by_label("显示为").locator("visible=true").last.select_option("count")
    page.wait_for_selector(f".time output:not([data-step-ms='{drawn}'])")
    page.wait_for_timeout(2_000)
    again, whole = _script_ms(page), script_ms()
    tiles = sum("/api/tiles/" in url for url in asked)
    on_screen = min(len(served) * A_TILE, GRIDS)
    beside = f"first time {first:.0f} ms, {on_screen:,} in the tiles on the screen"
    report.add(Figure(f"{GRIDS:,} grids recoloured, script", again, "ms", beside, "<= 50", again <= 50))
    report.add(Figure("all script of the page meanwhile", whole, "ms", "frames, forms, table"))
    report.add(Figure("tiles fetched for it", tiles, "", "", "0", tiles == 0))


def _script_of_the_page(page: Page) -> Callable[[], float]:
    """Begin to count: the answer tells all script that the page has run since, in ms, as Chromium counts it."""
    client = page.context.new_cdp_session(page)
    client.send("Performance.enable")  # counts from here, and as long as this session is open

    def told() -> float:
        metrics = client.send("Performance.getMetrics")["metrics"]
        return 1000 * float(next(m["value"] for m in metrics if m["name"] == "ScriptDuration"))

    before = told()
    return lambda: told() - before


def _tile(keys: list[str]) -> bytes:
    """A tile of square grids with these keys (vector tiles 2.1)."""
    across = math.ceil(math.sqrt(A_TILE))
    width = 4096 // across
    shapes = b"".join(
        field(2, b"\x12" + _counted(varint(0) + varint(k)) + b"\x18\x03\x22" + _counted(_square(k, across, width)))
        for k in range(len(keys))
    )
    names = b"".join(field(4, field(1, key.encode())) for key in keys)
    layer = field(1, b"micro_grid") + shapes + field(3, b"id") + names + b"\x28" + varint(across * width) + b"\x78\x02"
    return field(3, layer)


def _counted(content: bytes) -> bytes:
    return varint(len(content)) + content


def _square(k: int, across: int, width: int) -> bytes:
    side, back = varint(2 * width), varint(2 * width - 1)
    begin = varint(2 * width * (k % across)) + varint(2 * width * (k // across))
    return b"\x09" + begin + b"\x1a" + side + b"\0\0" + side + back + b"\0" + b"\x0f"


def _areas(keys: list[str]) -> list[dict[str, Any]]:
    return [
        {"id": key, "name": str(k), "name_en": "", "count": k * 7 % 40, "households": 60, "hours": None,
         "rate": k * 3 % 25, "state": "some"}
        for k, key in enumerate(keys)
    ]  # fmt: skip
