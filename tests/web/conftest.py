"""The real page in a real browser over the real service: the sample in a throw-away PostGIS, Debian's Chromium.

Every page opened here is watched: a request that leaves the machine, or an error in the page, fails the test that
opened it.

Fixtures:
    sample      module: the address of a service with the sample subdistrict, its pages built
    chromium    module: the browser
    proper_names  module: the names in the sample, which alone may stay Chinese in English (``reading.untranslated``)
    open_desk   a function ``(address=…, **context) -> Page`` that opens the desk and waits for it
    open_page   a function ``("people.html", login="demo-community", …) -> Page`` that opens any page of the house as
                somebody; ``language``, ``viewport`` and the browser's other options as for the desk
    painted     a function ``(page)`` that waits until the map and its names are on the screen
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from api.access.demo import PASSWORD, welcome_visitors
from api.embedded.cluster import APP, OWNER, Cluster
from api.main import create_app
from api.settings import ROOT, Settings
from tests import browser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WEB = ROOT / "web"
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
DESK = {"width": 1024, "height": 640}


@dataclass
class Service:
    """The service on a port of its own, which can go away and come back."""

    database_url: str
    port: int = 0
    data_dir: Path | None = None
    _server: uvicorn.Server | None = field(default=None, repr=False)
    _thread: threading.Thread | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        settings = Settings(app_database_url=self.database_url, pool_size=6)
        home = {} if self.data_dir is None else {"data_dir": self.data_dir}
        app = create_app(settings.model_copy(update=home))
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=2))
        self._thread = threading.Thread(target=self._server.run, args=([listener],), daemon=True)
        self._thread.start()
        while not self._server.started:
            assert self._thread.is_alive(), "the service did not start"
            time.sleep(0.02)

    def stop(self) -> None:
        assert self._server is not None
        assert self._thread is not None
        self._server.should_exit = True
        self._thread.join()


@contextmanager
def serving(database_url: str, data_dir: Path | None = None) -> Iterator[Service]:
    service = Service(database_url, data_dir=data_dir)
    service.start()
    try:
        yield service
    finally:
        service.stop()


def _built_after_its_sources(dist: Path) -> bool:
    if not dist.exists():
        return False
    skipped = {"node_modules", "dist", "test"}
    sources = [
        p for top in WEB.iterdir() if top.name not in skipped for p in ([top] if top.is_file() else top.rglob("*"))
    ]
    return all(source.stat().st_mtime <= dist.stat().st_mtime for source in sources if source.is_file())


@pytest.fixture(scope="session")
def dist() -> None:
    """The pages as built from today's sources; built here when ``./minqing test`` has not done so."""
    with (WEB / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        page = WEB / "dist" / "index.html"
        if not _built_after_its_sources(page):
            npm = shutil.which("npm")
            assert npm, "npm is needed to build the pages; ./minqing test brings it"
            subprocess.run([npm, "run", "--silent", "build"], cwd=WEB, check=True, capture_output=True)
            page.touch()


@pytest.fixture(scope="module")
def sample(request: pytest.FixtureRequest) -> str:
    """The service looks for its pages once, when it starts: they have to be built by then."""
    request.getfixturevalue("dist")
    address: str = request.getfixturevalue("sample_address")
    return address


@pytest.fixture(scope="module")
def sample_url(cluster: Cluster, sample_database: str) -> str:
    return cluster.url(OWNER, sample_database)


@pytest.fixture(scope="module")
def proper_names(sample_url: str) -> list[str]:
    """Every Chinese name and address in the store, the longest first: these alone may stay Chinese in English."""
    with psycopg.connect(sample_url) as store:
        rows = store.execute(
            """SELECT name FROM district UNION SELECT name FROM subdistrict UNION SELECT name FROM community
               UNION SELECT name FROM compound UNION SELECT address FROM compound UNION SELECT name FROM building
               UNION SELECT address FROM building UNION SELECT name FROM unit
               UNION SELECT name FROM micro_grid UNION SELECT name FROM plan UNION SELECT name FROM person"""
        ).fetchall()
    return sorted((name for (name,) in rows if name), key=len, reverse=True)


@pytest.fixture
def empty_store(cluster: Cluster, template: str, copy_of: Callable[[str], str]) -> str:
    """A store without places that lets strangers in."""
    name = copy_of(template)
    with psycopg.connect(cluster.url(OWNER, name)) as connection:
        welcome_visitors(connection)
    return cluster.url(APP, name)


# Playwright's loop must be gone before the next module's asyncio tests, hence a browser a module.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = browser.launch(playwright)
        yield launched
        launched.close()


def until(page: Page, truth: str) -> None:
    """Wait until the expression holds. Playwright's own way evaluates strings in the page, which our policy forbids."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not page.evaluate(truth):
        assert time.monotonic() < deadline, f"not within {PATIENCE_MS} ms: {truth}"
        page.wait_for_timeout(50)


def soon(page: Page, holds: Callable[[], bool], *, patience_ms: int = PATIENCE_MS) -> bool:
    """Whether something that is measured from here (pixels, a store's rows) comes true before patience ends."""
    deadline = time.monotonic() + patience_ms / 1000
    while not (true := holds()) and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    return true


def still(page: Page) -> None:
    """Wait until the page has drawn what it was told, and nothing fades or slides any more."""
    page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    until(page, "document.getAnimations().every((a) => a.effect.getComputedTiming().endTime === Infinity)")


def pictured(page: Page, name: str, *, whole: bool = False) -> None:
    """Keep a picture of the page in the folder ``MINQING_PICTURES``, for whoever looks at screens; else nothing."""
    if folder := os.environ.get("MINQING_PICTURES"):
        still(page)
        page.wait_for_timeout(500)
        page.screenshot(path=f"{folder}/{name}.png", full_page=whole)


@dataclass
class Watch:
    """What a page did that it should not."""

    service: str
    strayed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        page.on("request", lambda request: self._request(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self._said(message.text))

    def _said(self, words: str) -> None:
        if "Content Security Policy" in words:
            self.errors.append(words)

    def _request(self, url: str) -> None:
        if not url.startswith((self.service + "/", "data:", "blob:" + self.service)):
            self.strayed.append(url)


def log_in(context: BrowserContext, service: str, login: str) -> None:
    """Let the browser in as a demo account of the sample."""
    proof = {"login": login, "password": PASSWORD}
    answer = context.request.post(f"{service}/api/session", data=proof, headers={"Origin": service})
    assert answer.ok, answer.text()


@pytest.fixture
def open_page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    opened: list[tuple[BrowserContext, Watch]] = []

    def open_(
        path: str, *, address: str | None = None, login: str = "", language: str | None = None, **options: Any
    ) -> Page:
        service = address or request.getfixturevalue("sample")
        options = {"viewport": DESK, "reduced_motion": "reduce", "locale": "de-DE"} | options
        context = chromium.new_context(**options)
        context.set_default_timeout(PATIENCE_MS)
        if language:
            context.add_init_script(f"localStorage.setItem('minqing.language', '{language}')")
        if login:
            log_in(context, service, login)
        page, watch = context.new_page(), Watch(service)
        watch.over(page)
        opened.append((context, watch))
        page.goto(f"{service}/{path}")
        page.wait_for_selector(".page")
        return page

    yield open_
    for context, watch in opened:
        context.close()
        assert watch.strayed == []
        assert watch.errors == []


@pytest.fixture
def open_desk(open_page: Callable[..., Page]) -> Callable[..., Page]:
    def open_(
        address: str | None = None, hash_: str = "", language: str | None = None, login: str = "", **options: Any
    ) -> Page:
        page = open_page(hash_, address=address, login=login, language=language, **options)
        page.wait_for_selector(".desk")
        return page

    return open_


@pytest.fixture
def painted() -> Callable[[Page], None]:
    def wait(page: Page) -> None:
        until(page, "performance.getEntriesByName('map-painted').length > 0")

    return wait
