"""How fast a draft is edited on the server, alone and with twenty editors, and how fast the past answers.

Edits go over HTTP to our service in a process of its own: asked, proved, written, logged, committed. Beside them
stands the time of an empty write transaction over the same road, which no edit can undercut.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import numpy as np
import psycopg

from api.access.roles import Role
from api.embedded import cluster as clusters
from api.embedded.cluster import APP, DATABASE, OWNER
from api.embedded.roles import ensure_database, ensure_roles
from api.loading import load_sample
from api.migrations import upgrade
from tests.api.plans.redraw import Drafting, span
from tests.api.sign_in import sign_in
from tests.bench.report import Figure
from tests.bench.serving import ours

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.report import Report

COMMUNITY = "福汀社区"
EDITORS = 20
PAUSE_S = 1.0
# The days of ten years of plans, a new one each quarter, copied from the plan in force.
PAST = """
INSERT INTO plan (subdistrict_id, community_id, name, state, effective)
SELECT subdistrict_id, community_id, 'past ' || n, 'superseded',
       daterange(('2015-01-01'::date + n * 90), ('2015-01-01'::date + n * 90 + 90))
  FROM plan, generate_series(0, %(n)s - 1) n WHERE state = 'published'
"""
PAST_GRIDS = """
WITH fresh AS (
  SELECT q.id AS plan_id, m.id AS old, uuid7() AS new, m.community_id, m.compound_id, m.name, m.floor_lo, m.floor_hi,
         m.households, m.geometry
    FROM plan q JOIN plan p ON p.community_id = q.community_id AND p.state = 'published'
    JOIN micro_grid m ON m.plan_id = p.id WHERE q.state = 'superseded'
), grids AS (
  INSERT INTO micro_grid (id, plan_id, community_id, compound_id, name, floor_lo, floor_hi, households, geometry)
  SELECT new, plan_id, community_id, compound_id, name, floor_lo, floor_hi, households, geometry FROM fresh RETURNING id
)
INSERT INTO plan_member (plan_id, unit_id, community_id, micro_grid_id, floors)
SELECT f.plan_id, b.unit_id, b.community_id, f.new, b.floors FROM fresh f JOIN plan_member b ON b.micro_grid_id = f.old
"""
REIGNS = """
INSERT INTO plan_reign (plan_id, community_id, effective)
SELECT id, community_id, effective FROM plan WHERE state = 'superseded'
"""


def bench(report: Report, *, quick: bool) -> None:
    """Edits and as-of queries on the sample."""
    with _sample() as (owner_url, app_url):
        headers = sign_in(owner_url, Role.PLANNER, "store", None)
        with ours(app_url) as service:
            asyncio.run(_edits(report, service.address, headers, quick=quick))
            _past(owner_url, quarters=4 if quick else 40)
            asyncio.run(_as_of(report, service.address, headers, owner_url, quick=quick))


@contextmanager
def _sample() -> Iterator[tuple[str, str]]:
    """A store of its own with the sample in it: the owner's address and the service's."""
    with tempfile.TemporaryDirectory(prefix="mq-bench-", dir="/tmp") as folder:
        home = Path(folder)
        home.chmod(0o755)
        made = clusters.locate(home)
        clusters.create(made)
        server = clusters.start(made)
        try:
            ensure_database(made.url(OWNER, "postgres"), DATABASE)
            ensure_roles(made.url())
            upgrade(made.url())
            load_sample(made.url())
            yield made.url(), made.url(APP)
        finally:
            clusters.stop(server)


async def _edits(report: Report, address: str, headers: dict[str, str], *, quick: bool) -> None:
    times, floor = 40 if quick else 400, 20 if quick else 200
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as client:
        desk = await _draft(client)
        alone = [await _edit(desk, n) for n in range(times)]
        empty = [await _write(desk) for _ in range(floor)]
        rivals = [await _rival(desk) for _ in range(EDITORS)]
        together = await asyncio.gather(*(_keep_editing(one, 3 if quick else 15, n) for n, one in enumerate(rivals)))
    p95, low = _p95(alone), _p95(empty)
    report.add(Figure("edit, one editor, p95", p95, "ms", f"a remark of one row: {low:.1f}", "50", met=p95 <= 50))
    crowd = _p95([one for own in together for one in own])
    report.add(Figure("edit, 20 editors at one edit a second, p95", crowd, "ms", bar="100", met=crowd <= 100))


async def _draft(client: httpx.AsyncClient) -> Drafting:
    known = (await client.get("/api/plans", params={"state": "published"})).json()
    plan = next(one for one in known if one["place"] == COMMUNITY)
    said = {"name": "bench", "community_id": plan["community_id"], "source": "in_force"}
    desk = Drafting(client, (await client.post("/api/plans", json=said)).json(), plan["community_id"])
    await desk.load()
    await desk.edit(("rename", {"grid": desk.bench["grids"][0]["id"], "name": "begun"}))
    await desk.load()
    return desk


def _movable(bench: dict[str, Any]) -> list[tuple[dict[str, Any], str, str]]:
    """Units on the edge of a grid, with their own grid and the one next door."""
    grid = {unit: own for unit, _, _, own in bench["bands"]}
    found = []
    for a, b in bench["edges"]:
        if grid[a] != grid[b] and min(grid[a], grid[b]) >= 0:
            unit = bench["units"][a]
            found.append((span(bench, unit["id"]), bench["grids"][grid[a]]["id"], bench["grids"][grid[b]]["id"]))
    return found


async def _edit(desk: Drafting, n: int) -> float:
    """Move a unit next door, or back: milliseconds until the answer."""
    if n % 2:
        operation: tuple[str, dict[str, Any]] = ("undo", {})
    else:
        movable = _movable(desk.bench)
        for step in range(len(movable)):
            moved, _, into = movable[(n * 7 + step) % len(movable)]
            operation = ("reassign", {"spans": [moved], "to": into})
            began = time.perf_counter()
            answer = await desk.edit(operation)
            if answer.status_code == 200:
                return (time.perf_counter() - began) * 1000
    began = time.perf_counter()
    answer = await desk.edit(operation)
    assert answer.status_code == 200, answer.text
    return (time.perf_counter() - began) * 1000


async def _write(desk: Drafting) -> float:
    began = time.perf_counter()
    said = {"community_id": desk.community, "text": "floor"}
    assert (await desk.client.post(f"{desk.path}/comments", json=said)).status_code == 201
    return (time.perf_counter() - began) * 1000


async def _rival(desk: Drafting) -> Drafting:
    other = Drafting(desk.client, desk.plan, desk.community)
    await other.load()
    return other


async def _keep_editing(desk: Drafting, times: int, nth: int) -> list[float]:
    """Rename a grid of one's own again and again, with a pause as people make it."""
    grid, taken = desk.bench["grids"][nth + 1]["id"], []
    await asyncio.sleep(nth * PAUSE_S / EDITORS)
    for n in range(times):
        began = time.perf_counter()
        answer = await desk.edit(("rename", {"grid": grid, "name": f"{nth}-{n}-{uuid4()}"}))
        assert answer.status_code == 200, answer.text
        taken.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(PAUSE_S)
    return taken


def _past(url: str, *, quarters: int) -> None:
    with psycopg.connect(url) as store:
        store.execute("ALTER TABLE micro_grid DISABLE TRIGGER USER")
        for statement in (PAST, PAST_GRIDS, REIGNS):
            store.execute(statement, {"n": quarters})
        store.execute("ALTER TABLE micro_grid ENABLE TRIGGER USER")
    with psycopg.connect(url, autocommit=True) as store:
        store.execute("ANALYZE")


async def _as_of(report: Report, address: str, headers: dict[str, str], url: str, *, quick: bool) -> None:
    with psycopg.connect(url) as store:
        units = [str(row[0]) for row in store.execute("SELECT id FROM unit ORDER BY id LIMIT 200").fetchall()]
        count = store.execute("SELECT count(*) FROM micro_grid").fetchone()
    times = 40 if quick else 400
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as client:
        taken = []
        for n in range(times):
            day = f"{2015 + n % 10}-03-01"
            began = time.perf_counter()
            answer = await client.get("/api/history/at", params={"unit": units[n % len(units)], "date": day})
            assert answer.status_code == 200, answer.text
            taken.append((time.perf_counter() - began) * 1000)
    p95 = _p95(taken)
    report.add(Figure("who served a unit, ten years of plans, p95", p95, "ms", bar="50", met=p95 <= 50))
    report.note(f"{count[0] if count else 0} grids in the past and today")


def _p95(taken: list[float]) -> float:
    return float(np.percentile(taken, 95))
