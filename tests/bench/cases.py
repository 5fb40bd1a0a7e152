"""Cases at the size of a city: the first page of a list of a million by any filter, and random histories."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg

from api.access.roles import Role
from api.embedded.cluster import APP
from api.issues.workdays import DAY_S, around
from api.main import create_app
from api.places.load import load_city
from api.settings import Settings
from tests.api.issues import slow_calendar
from tests.api.issues.conftest import SET_UP, WEST
from tests.api.issues.histories import play
from tests.api.places.small_city import CITY, SUBDISTRICT
from tests.api.sign_in import sign_in
from tests.bench.access import store
from tests.bench.report import Figure, Report
from tests.bench.reporting import percentile

FILL = """
INSERT INTO issue (id, code, kind, top, category, severity, title, description, geometry, raw_x, raw_y, subdistrict_id,
  community_id, compound_id, micro_grid_id, source, reported_at, occurred_at, stage_since, changed_at, status, is_open,
  due_at, supervised, body_id)
SELECT gen_random_uuid(), lpad(n::text, 10, '0'), c.kind, c.parent, c.code, 1 + n %% 4, c.zh, '内容' || n,
  ST_SetSRID(ST_MakePoint(104.03 + random() * 0.02, 30.63 + random() * 0.02), 4326), 0, 0, %(subdistrict)s,
  m.community_id, m.compound_id, m.id, 'hotline', t.at, t.at, t.at, t.at, s.status,
  s.status NOT IN ('closed', 'surveyed'),
  t.at + interval '5 days', n %% 500 = 0, b.id
  FROM generate_series(1, %(count)s) n
  JOIN LATERAL (SELECT now() - random() * interval '365 days' AS at WHERE n > 0) t ON true
  JOIN (SELECT code, parent, kind, zh, row_number() OVER (ORDER BY code) - 1 AS k FROM issue_category
         WHERE parent IS NOT NULL) c ON c.k = n %% 46
  JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS k FROM micro_grid) m ON m.k = n %% 2
  JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS k FROM body) b ON b.k = n %% 3
  JOIN LATERAL (SELECT CASE WHEN n %% 50 = 0 THEN 'handling' WHEN n %% 3 = 0 THEN 'closed' ELSE 'surveyed' END
    AS status) s ON true
"""
ASKED: tuple[dict[str, Any], ...] = (
    {},
    {"open": True},
    {"late": True, "sort": "due"},
    {"status": "handling"},
    {"category": "safety"},
    {"category": "safety.gas", "severity": 4},
    {"micro_grid_id": str(WEST)},
    {"supervised": True},
    {"kind": "hazard", "open": True},
    {"since": "2026-06-01", "until": "2026-06-30"},
    {"q": "内容77777"},
    {"bbox": "104.035,30.635,104.036,30.636"},
    {"sort": "old"},
    {"reopened": True},
    {"soon": True, "sort": "due"},
    {"whistle": True},
    {"mine": True},
    {"sort": "changed"},
    {"source": "open311"},
    {"reworked": True},
    {"place_is_open": True},
    {"sort": "distance", "near": "104.04,30.64"},
    {"sort": "distance", "near": "104.04,30.64", "open": True},
    {"status": "closed", "category": "green", "severity": 1},
)


def histories(report_: Report, count: int) -> None:
    """Random histories against the plain model, and a random deadline for each against the slow calendar."""
    began, step = time.perf_counter(), max(1, count // 200)
    with ProcessPoolExecutor(2) as workers:
        found = list(workers.map(some_histories, range(0, count, step), [step] * len(range(0, count, step))))
    done, refused, unlike, late = (sum(counts) for counts in zip(*found, strict=True))
    report_.add(Figure(f"{count:,} histories unlike the plain model", unlike, "histories", "", "0", unlike == 0))
    name = "their deadlines unlike an independent calendar, to the second"
    report_.add(Figure(name, late, "deadlines", "", "0", late == 0))
    report_.note(f"{done:,} acts done, {refused:,} refused by both, {time.perf_counter() - began:.0f} s on two cores")


def some_histories(first: int, count: int) -> tuple[int, int, int, int]:
    """Acts done and refused; histories that differ from the plain model, deadlines from the slow calendar."""
    done = refused = unlike = late = 0
    for seed in range(first, first + count):
        try:
            some, others = play(seed)
        except AssertionError:
            unlike += 1
            continue
        done, refused = done + some, refused + others
        rng = random.Random(seed)
        start = datetime(2025, 1, 2, tzinfo=UTC) + timedelta(seconds=rng.randrange(300 * 86_400))
        seconds = rng.randrange(1, 12 * DAY_S)
        late += around(start).advance(start, seconds) != slow_calendar.due(start, seconds)
    return done, refused, unlike, late


async def listing(report_: Report, url: str, headers: dict[str, str], count: int) -> None:
    """The first page by every filter."""
    app = create_app(Settings(app_database_url=url))
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client,
    ):
        slowest: dict[str, float] = {}
        every: list[float] = []
        for asked in ASKED:
            took = []
            for _ in range(8):
                began = time.perf_counter()
                answer = await client.get("/api/issues", params={**asked, "limit": 50})
                took.append((time.perf_counter() - began) * 1000)
                assert answer.status_code == 200, answer.text
            every += took[1:]
            slowest[str(asked)] = statistics.median(took[1:])
    p95, worst = percentile(every, 0.95), max(slowest, key=lambda name: slowest[name])
    beside = f"slowest {worst}: {slowest[worst]:.0f} ms"
    report_.add(Figure(f"list of {count:,}, any filter, first page p95", p95, "ms", beside, "<= 100 ms", p95 <= 100))


def bench(report: Report, *, quick: bool) -> None:
    """The list, then the histories."""
    count = 10_000 if quick else 1_000_000
    with store() as cluster:
        url = cluster.url()
        load_city(url, [CITY], doors=True)
        with psycopg.connect(url, autocommit=True) as behind:
            behind.execute(SET_UP)
            fill(behind, count)
        office = sign_in(url, Role.STREET_OFFICE, "subdistrict", SUBDISTRICT.id)
        asyncio.run(listing(report, cluster.url(APP), office, count))
    histories(report, 500 if quick else 100_000)


def fill(behind: psycopg.Connection, count: int) -> None:
    """The cases, with their indexes made afterwards: row by row they would take a quarter of an hour."""
    made = behind.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'issue'"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    ).fetchall()
    for name, _ in made:
        behind.execute(f"DROP INDEX {name}")
    behind.execute("SET session_replication_role = replica")
    behind.execute(FILL, {"subdistrict": SUBDISTRICT.id, "count": count})
    behind.execute("SET session_replication_role = origin; SET maintenance_work_mem = '512MB'")
    for _, definition in made:
        behind.execute(definition)
    behind.execute("VACUUM ANALYZE issue")
