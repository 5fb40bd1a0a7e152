"""Reports at fifty a second, faults as a phone meets them, a million points to their grids.

The faults are played as a phone meets them: two hundred reports with a photo each, every request sent five times in
parallel, three replies in ten lost, the service killed on the way; exactly two hundred must be there afterwards.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import numpy as np
import psycopg
import shapely
from PIL import Image

from api.access.roles import Role
from api.embedded.cluster import APP
from api.operations import data_dir, service
from api.operations.listening import listen
from api.operations.store import Store
from api.places.load import load_city
from api.settings import Settings
from geo.assignment.points import assign
from tests.api.issues.conftest import SET_UP, WEST, report
from tests.api.places.small_city import CITY
from tests.api.sign_in import sign_in
from tests.bench.access import store
from tests.bench.report import Figure, Report
from tests.bench.reporting import reporting, stored_alone

if TYPE_CHECKING:
    from api.embedded.cluster import Cluster


def points_to_grids(report_: Report, count: int) -> None:
    """A million points to 120,000 grids, beside asking one by one."""
    side = 346
    grids = np.array([shapely.box(x, y, x + 1, y + 1) for y in range(side) for x in range(side)], dtype=object)
    ids = [UUID(int=int(n)) for n in np.random.default_rng(1).permutation(len(grids)) + 1]
    points = np.random.default_rng(2).uniform(0, side, (count, 2))
    points[::10] = np.round(points[::10])
    points[1::10, 0] = np.round(points[1::10, 0])
    began = time.perf_counter()
    found = assign(points, grids, ids)
    took = time.perf_counter() - began
    wrong = sum(bool(found[n] != _brute(points[n], ids, side)) for n in range(0, count, max(1, count // 200_000)))
    report_.add(
        Figure(f"{count:,} points to {len(grids):,} grids", took, "s", "", "<= 4 s", took <= 4 or count < 10**6)
    )
    report_.add(
        Figure("of them unlike brute force (a fifth on edges and corners)", wrong, "points", "", "0", wrong == 0)
    )


def _brute(point: Any, ids: list[UUID], side: int) -> int:
    """The covering square of the lowest key, by arithmetic alone."""
    columns = {int(np.floor(point[0])), int(np.ceil(point[0])) - 1}
    rows = {int(np.floor(point[1])), int(np.ceil(point[1])) - 1}
    inside = [y * side + x for x in columns for y in rows if 0 <= x < side and 0 <= y < side]
    return min(inside, key=lambda index: ids[index])


def photo(number: int) -> bytes:
    """A photo of its own, with EXIF that has to go."""
    exif = Image.Exif()
    exif[0x010E] = f"secret {number}"
    written = io.BytesIO()
    Image.new("RGB", (320, 240), (number % 256, number // 256, 90)).save(written, "JPEG", exif=exif)
    return written.getvalue()


class Phone:
    """Sends everything five times at once; loses three replies in ten; goes on until it knows."""

    def __init__(self, client: httpx.AsyncClient, rng: random.Random) -> None:
        self.client = client
        self.rng = rng

    async def send(self, address: str, **more: Any) -> None:
        """Send until a reply has come through."""
        while True:
            answers = await asyncio.gather(*(self._once(address, **more) for _ in range(5)))
            if any(answer in (200, 201) for answer in answers):
                return
            await asyncio.sleep(0.2)

    async def _once(self, address: str, **more: Any) -> int | None:
        try:
            answer = await self.client.put(address, **more)
        except httpx.HTTPError:
            return None
        return None if self.rng.random() < 0.3 else answer.status_code  # the reply is lost


async def drill(address: str, headers: dict[str, str], keys: list[UUID], kill: Any) -> None:
    """Report everything, a few at a time, while the service is killed once."""
    rng, gate = random.Random(5), asyncio.Semaphore(4)
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=20) as client:
        phone = Phone(client, rng)

        async def one(number: int, key: UUID) -> None:
            async with gate:
                image = UUID(int=key.int ^ 1)
                await phone.send(f"/api/photos/{image}", content=photo(number), headers={"Content-Type": "image/jpeg"})
                await phone.send(f"/api/issues/{key}", json=report(title=f"{number}", photos=[str(image)]))
                if number == len(keys) // 2:
                    kill()  # here: a service started by a thread would be told to go when the thread does

        await asyncio.gather(*(one(number, key) for number, key in enumerate(keys)))


def faults(report_: Report, cluster: Cluster, headers: dict[str, str], count: int) -> None:
    """The drill, and what is in the store afterwards."""
    keys = [uuid4() for _ in range(count)]
    with tempfile.TemporaryDirectory(prefix="mq-bench-data-") as home, listen("127.0.0.1", 0) as listening:
        data = data_dir.claim(Path(home) / "data")
        settings, stored = Settings(data_dir=data.root), Store(cluster.url(), cluster.url(APP), None)
        running = [service.start(settings, data, stored, listening)]
        service.wait_until_ready(running[0], listening, data)

        def kill() -> None:
            running[-1].kill()
            running[-1].wait()
            running.append(service.start(settings, data, stored, listening))
            service.wait_until_ready(running[-1], listening, data)

        host, port = service.here(listening)
        asyncio.run(drill(f"http://{host}:{port}", headers, keys, kill))
        asyncio.run(reporting(report_, f"http://{host}:{port}", headers, 20 if count >= 200 else 2))
        service.stop(running[-1])
    with psycopg.connect(cluster.url()) as behind:
        rows = behind.execute("SELECT count(*) FROM issue WHERE id = ANY(%s)", [keys]).fetchone()
        events = behind.execute("SELECT count(*) FROM issue_event WHERE issue_id = ANY(%s)", [keys]).fetchone()
        photos = behind.execute(
            "SELECT p.id, p.digest, b.bytes FROM photo p JOIN photo_body b ON b.photo_id = p.id AND b.size = 'full'"
            " WHERE p.issue_id = ANY(%s)",
            [keys],
        ).fetchall()
    sent = {UUID(int=key.int ^ 1): hashlib.sha256(photo(number)).digest() for number, key in enumerate(keys)}
    unlike = sum(sent.get(key) != bytes(digest) for key, digest, _ in photos) + (count - len(photos))
    exif = sum(b"Exif" in bytes(content) or b"secret" in bytes(content) for _, _, content in photos)
    assert rows is not None
    assert events is not None
    report_.add(
        Figure("rows after the drill", rows[0], "rows", f"{events[0]} events", f"exactly {count}", rows[0] == count)
    )
    report_.add(Figure("photos unlike what was sent", unlike, "photos", "", "0", unlike == 0))
    report_.add(Figure("photos with EXIF left", exif, "photos", "", "0", exif == 0))


def bench(report: Report, *, quick: bool) -> None:
    """Reports and their faults, and a million points to their grids."""
    points_to_grids(report, 50_000 if quick else 1_000_000)
    with store(durable=True) as cluster:
        url = cluster.url()
        load_city(url, [CITY], doors=True)
        with psycopg.connect(url) as behind:
            behind.execute(SET_UP)
        worker = sign_in(url, Role.GRID_WORKER, "micro_grid", WEST)
        faults(report, cluster, worker, 20 if quick else 200)
        asyncio.run(stored_alone(report, cluster.url(APP), worker, 100 if quick else 1_000))
