"""How soon the desk shows its map on a warm server, and how much JavaScript it takes to get there.

The page is opened in Debian's Chromium without a graphics card, every time with an empty cache. "First paint of the
map" is the first frame that shows the communities in view; "complete" is every tile and every name. The floor beside
them is the same browser showing the page's static shell from the same server.
"""

from __future__ import annotations

import gzip
import os
import re
import statistics
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from api.embedded import cluster as clusters
from api.embedded.cluster import APP, OWNER
from api.embedded.roles import ensure_database, ensure_roles
from api.loading import load_sample
from api.migrations import upgrade
from api.operations import data_dir, service
from api.operations.listening import listen
from api.operations.store import Store
from api.settings import ROOT, Settings
from tests.bench.report import Figure, Report
from tests.browser import launch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

DIST = ROOT / "web" / "dist"
DESK = {"width": 1440, "height": 900}
MARKS = """() => Object.fromEntries([...performance.getEntriesByType('paint'), ...performance.getEntriesByType('mark')]
  .map((entry) => [entry.name, entry.startTime]))"""
KILOBYTE = 1000


def bench(report: Report, *, quick: bool) -> None:
    """Weigh the built page, then open it again and again on a warm server."""
    weigh(report)
    with serving() as address:
        timed = opened(address, times=3 if quick else 11)
    shell = statistics.median(marks["first-contentful-paint"] for marks in timed)
    beside = f"static shell of the same page: {shell:.0f} ms"
    first = statistics.median(marks["map-first-paint"] for marks in timed)
    report.add(Figure("first map paint, median", first, "ms", beside, "≤ 1000 ms", first <= KILOBYTE))
    whole = statistics.median(marks["map-painted"] for marks in timed)
    report.add(Figure("map complete with every name, median", whole, "ms", beside))
    load = os.getloadavg()[0]
    report.note(f"Chromium draws on the processor here (SwiftShader); the machine's load was {load:.1f} on 2 cores.")


def weigh(report: Report) -> None:
    """What the desk loads before anybody clicks: the entry, what it imports, the map and its worker, gzipped."""
    page = (DIST / "index.html").read_text(encoding="utf-8")
    entry = re.findall(r'(?:src|href)="/(assets/[^"]+\.js)"', page)
    weights = {name: len(gzip.compress((DIST / name).read_bytes(), 9)) for name in closure(entry)}
    total = sum(weights.values()) / KILOBYTE
    for name, size in sorted(weights.items(), key=lambda item: -item[1])[:3]:
        report.note(f"{Path(name).name}: {size / KILOBYTE:.0f} kB gz")
    report.add(Figure("initial JavaScript of the desk", total, "kB gz", "", "≤ 850 kB gz", total <= 850))


def closure(entry: list[str]) -> set[str]:
    """The scripts at hand and those they import at once, with the map's worker; dialogs and base maps come later."""
    seen: set[str] = set()
    waiting = list(entry)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        source = (DIST / name).read_text(encoding="utf-8")
        near = re.findall(r'(?:from|import)\s*"\./([^"]+\.js)"', source)
        near += re.findall(r"/assets/(maplibre-gl-worker-[^\"'`]+\.js)", source)
        waiting += [f"assets/{other}" for other in near]
    return seen


@contextmanager
def serving() -> Iterator[str]:
    """The service over the sample in a throw-away store, asked once so that it is warm."""
    with ExitStack() as held:
        home = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="mq-", dir="/tmp")))
        home.chmod(0o755)
        (home / "store").mkdir(mode=0o711)
        cluster = clusters.locate(home / "store")
        clusters.create(cluster)
        held.callback(clusters.stop, clusters.start(cluster, durable=False))
        ensure_database(cluster.url(database="postgres"), "minqing")
        ensure_roles(cluster.url())
        upgrade(cluster.url())
        load_sample(cluster.url())
        data = data_dir.claim(home / "data")
        listening = held.enter_context(listen("127.0.0.1", 0))
        store = Store(cluster.url(OWNER), cluster.url(APP), None)
        process = service.start(Settings(data_dir=data.root), data, store, listening)
        held.callback(service.stop, process)
        service.wait_until_ready(process, listening, data)
        host, port = service.here(listening)
        yield f"http://{host}:{port}"


def opened(address: str, *, times: int) -> list[dict[str, float]]:
    """Open the desk so many times, each in a fresh profile; the first, which warms the server, is not counted."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        marks = [once(browser, address) for _ in range(times + 1)]
        browser.close()
    return marks[1:]


def once(browser: Browser, address: str) -> dict[str, float]:
    """The marks of one opening, in milliseconds from the navigation's start."""
    context = browser.new_context(viewport=DESK, reduced_motion="reduce")  # type: ignore[arg-type]  # a literal dict
    page = context.new_page()
    page.goto(address)
    # Playwright's own way of waiting evaluates strings in the page, which the page's policy forbids.
    while "map-painted" not in (marks := page.evaluate(MARKS)):
        page.wait_for_timeout(25)
    context.close()
    return {name: float(moment) for name, moment in marks.items()}
