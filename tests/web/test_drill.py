"""A shift without signal in a browser: the tab dies twice, the service once, replies are lost, all goes five times.

``MINQING_DRILL=200 pytest tests/web/test_drill.py`` is the large one; the suite's is small.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import piexif
import psycopg
import pytest
from PIL import Image
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import expect

from api.embedded.cluster import APP, OWNER
from api.operations import data_dir, service
from api.operations.listening import listen
from api.operations.store import Store
from api.settings import Settings
from tests.web.conftest import PATIENCE_MS, soon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

    from api.embedded.cluster import Cluster

REPORTS = int(os.environ.get("MINQING_DRILL", "6"))
DEATHS = {REPORTS // 3, 2 * REPORTS // 3}
WORDS = "演练"
HERE = """
SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_PointOnSurface(geometry) AS p FROM building ORDER BY code LIMIT 1) b
"""
BAD_LINE = """
const real = window.fetch
let sent = 0
window.fetch = async (request, how) => {
  const asked = new Request(request, how)
  if (asked.method !== 'PUT') return real(asked)
  if (localStorage.getItem('drill') !== 'signal') throw new TypeError('no signal')
  const answers = await Promise.all(Array.from({ length: 5 }, () => real(asked.clone())))
  if (sent++ % 10 < 3) throw new TypeError('the reply was lost')
  return answers[0]
}
"""
"""Without signal nothing that changes anything goes out; with it, five at once, and of ten replies three are lost."""
KEPT = """
async () => {
  const opened = (asked) => new Promise((done) => (asked.onsuccess = () => done(asked.result)))
  const store = (await opened(indexedDB.open('minqing-outbox'))).transaction(['parcel', 'body'])
  const parcels = await opened(store.objectStore('parcel').getAll())
  const bodies = store.objectStore('body')
  const photos = parcels.filter(({ kind }) => kind === 'photo').map(({ id }) => ({ id, asked: opened(bodies.get(id)) }))
  const hex = (sum) => Array.from(new Uint8Array(sum), (byte) => byte.toString(16).padStart(2, '0')).join('')
  const kept = await Promise.all(photos.map(async ({ id, asked }) => [id, await asked]))
  return Promise.all(kept.map(async ([id, body]) => [id, hex(await crypto.subtle.digest('SHA-256', body))]))
}
"""
"""Every photo in the outbox, and the SHA-256 of its bytes as they lie on the phone's disk."""
STORED = """
SELECT i.description, i.photos, p.id::text, encode(p.digest, 'hex'), p.taken_at, array_agg(b.bytes)
  FROM issue i JOIN photo p ON p.issue_id = i.id JOIN photo_body b ON b.photo_id = p.id
 WHERE i.description LIKE %s GROUP BY i.id, p.id
"""


class Server:
    """The service in a process of its own, which may be killed: its socket stays, so that callers wait at the door."""

    def __init__(self, store: Store, home: Path) -> None:
        self.store = store
        self.data = data_dir.claim(home / "data")
        self.listening = listen("127.0.0.1", 0)
        self.address = "http://{}:{}".format(*service.here(self.listening))
        self.start()

    def start(self) -> None:
        self.process = service.start(Settings(data_dir=self.data.root), self.data, self.store, self.listening)
        service.wait_until_ready(self.process, self.listening, self.data)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def server(sample: str, cluster: Cluster, sample_database: str) -> Iterator[Server]:
    """A service of one's own over the sample, which may be killed."""
    assert sample
    store = Store(cluster.url(OWNER, sample_database), cluster.url(APP, sample_database), None)
    with tempfile.TemporaryDirectory(prefix="mq-drill-") as home:
        running = Server(store, Path(home))
        yield running
        service.stop(running.process)
        running.listening.close()


@pytest.fixture
def photo(tmp_path: Path) -> Callable[[int], Path]:
    """A photo that says where and when it was taken; each third is so large that it goes in pieces."""

    def take(number: int) -> Path:
        there = {piexif.GPSIFD.GPSLatitudeRef: b"N", piexif.GPSIFD.GPSLatitude: ((30, 1), (39, 1), (0, 1))}
        tags = piexif.dump({"Exif": {piexif.ExifIFD.DateTimeOriginal: b"2026:03:01 08:30:00"}, "GPS": there})
        path = tmp_path / f"{number}.jpg"
        plain = Image.new("RGB", (320, 240), (7 * number % 256, 90, 200 - number % 200))
        (Image.effect_noise((1000, 800), 80).convert("RGB") if number % 3 == 0 else plain).save(path, exif=tags)
        return path

    return take


@pytest.fixture
def phone(open_page: Callable[..., Page], server: Server, sample_url: str) -> Page:
    """A phone at the first building; no worker of the page's, so that every request is the page's own."""
    with psycopg.connect(sample_url) as store:
        row = store.execute(HERE).fetchone()
    assert row is not None
    given: dict[str, Any] = {
        "geolocation": {"longitude": row[0], "latitude": row[1], "accuracy": 9},
        "permissions": ["geolocation"],
        "viewport": {"width": 390, "height": 844},
    }
    given |= {"address": server.address, "login": "demo-grid-worker", "service_workers": "block"}
    page = open_page("patrol.html", **given)
    page.context.add_init_script(BAD_LINE)
    page.reload()
    page.wait_for_selector(".phone")
    return page


def killed(page: Page, address: str) -> Page:
    """Another tab after this one's process was killed."""
    context = page.context
    with pytest.raises(PlaywrightError):
        page.goto("chrome://crash")
    page.close()
    fresh = context.new_page()
    fresh.goto(address)
    fresh.wait_for_selector(".phone")
    return fresh


def fill(page: Page, number: int, photo: Path) -> None:
    page.locator(".here").click()
    page.locator(".tile").first.click()
    page.locator(".tile").first.click()
    page.fill("#words", f"{WORDS} {number}")
    page.set_input_files("input[type=file]", photo)
    expect(page.locator(".shot img")).to_be_visible()
    page.locator(".send").click()
    page.locator(".here").wait_for()


def hurried(page: Page) -> bool:
    """Press “send now”; whether everything has gone."""
    with suppress(PlaywrightError):  # it may have emptied this very moment
        page.locator(".act.chief").first.click(timeout=1_000)
    return page.locator(".empty-state").count() > 0


def test_nothing_is_lost_and_nothing_doubled(
    phone: Page, server: Server, sample_url: str, photo: Callable[[int], Path]
) -> None:
    page, address = phone, f"{server.address}/patrol.html"
    for number in range(REPORTS):
        fill(page, number, photo(number))
        if number in DEATHS:
            page = killed(page, address)
    expect(page.locator(".tab .count")).to_contain_text(str(2 * REPORTS))
    kept = dict(page.evaluate(KEPT))
    assert len(kept) == REPORTS
    page.evaluate("localStorage.setItem('drill', 'signal')")
    page.goto(f"{address}#outbox")
    page.locator(".act.chief").first.click()
    server.kill()
    server.start()
    assert soon(page, lambda: hurried(page), patience_ms=PATIENCE_MS * (1 + REPORTS // 10))
    with psycopg.connect(sample_url) as store:
        rows = store.execute(STORED, [f"{WORDS} %"]).fetchall()
        doubled = store.execute("SELECT count(*) FROM issue WHERE description LIKE %s", [f"{WORDS} %"]).fetchone()
    assert doubled == (REPORTS,)
    assert sorted(row[0] for row in rows) == sorted(f"{WORDS} {number}" for number in range(REPORTS))
    assert {photo_id: digest for _, _, photo_id, digest, _, _ in rows} == kept, "what lay on the phone has arrived"
    for _, photos, _, _, taken_at, sizes in rows:
        assert (photos, taken_at, len(sizes)) == (1, None, 2), "the phone had thrown away when it was taken"
        assert not any(b"Exif" in bytes(content) for content in sizes)
