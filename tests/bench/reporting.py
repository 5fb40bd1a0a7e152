"""Fifty reports a second from one client, beside what a request costs that does nothing, and the store alone.

The floor has two parts: the same transaction asked of the store over one connection, and a request of the same
client at the same pace that only says who asks. What is left between their sum and the report is ours.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import statistics
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import httpx

from api.access.admission import COOKIE
from api.issues.report import code_of
from tests.api.issues.conftest import report
from tests.bench.report import Figure, Report

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

A_SECOND = 50
PREPARE = "SELECT * FROM prepare_report($1, $2, $3, 5, current_date, 'environment.garbage', NULL, $4)"
WRITE = """
SELECT write_report($1::jsonb, 'grid_worker', '{}'::jsonb, NULL, NULL, NULL, NULL, '', '', NULL, $2, '{}'::jsonb,
  '{}'::uuid[], '{50,80,100,150,200}'::integer[], array_fill($3::timestamptz, ARRAY[5]))
"""
AUDIT = """
INSERT INTO audit_event (chain, seq, at, hash, action, kind, details)
VALUES (0, 0, now(), '', 'request.made', 'route', '{"method": "PUT"}')
"""


def percentile(values: list[float], share: float) -> float:
    """The value below which ``share`` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


async def paced(one: Callable[[int], Awaitable[None]], seconds: int) -> list[float]:
    """Start ``one`` fifty times a second, whatever the earlier ones do; how long each took (milliseconds)."""
    took: list[float] = []

    async def timed(number: int) -> None:
        began = time.perf_counter()
        await one(number)
        took.append((time.perf_counter() - began) * 1000)

    await asyncio.gather(*(timed(-n) for n in range(1, 21)))
    took.clear()
    running = []
    begun = time.perf_counter()
    for number in range(A_SECOND * seconds):
        running.append(asyncio.create_task(timed(number)))
        await asyncio.sleep(max(0.0, begun + (number + 1) / A_SECOND - time.perf_counter()))
    await asyncio.gather(*running)
    return took


async def reporting(report_: Report, address: str, headers: dict[str, str], seconds: int) -> None:
    """Fifty reports a second, each awaited by its own clock, after fifty requests a second that do nothing."""
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=120) as client:

        async def nothing(_: int) -> None:
            answer = await client.get("/api/me")
            assert answer.status_code == 200, answer.text

        async def one(number: int) -> None:
            rng = random.Random(number)
            said = report(104.031 + rng.random() * 0.018, 30.631 + rng.random() * 0.018, title=f"第{number}件")
            answer = await client.put(f"/api/issues/{uuid4()}", json=said)
            receipt = answer.json()
            assert answer.status_code == 201, answer.text
            assert receipt["micro_grid"], receipt
            assert receipt["body"], receipt

        floor = await paced(nothing, max(2, seconds // 2))
        took = await paced(one, seconds)
    p95, beside = percentile(took, 0.95), f"median {statistics.median(took):.1f} ms"
    report_.add(Figure("report stored with grid and body, p95 at 50/s", p95, "ms", beside, "<= 50 ms", p95 <= 50))
    beside = f"median {statistics.median(floor):.1f} ms"
    report_.add(
        Figure("  its floor: a request that only says who asks, p95 at 50/s", percentile(floor, 0.95), "ms", beside)
    )


async def stored_alone(report_: Report, url: str, headers: dict[str, str], count: int) -> None:
    """The same transaction by the store alone, one after the other over one connection."""
    cookie = headers["Cookie"].removeprefix(f'{COOKIE}="').removesuffix('"')
    who, took = hashlib.sha256(cookie.encode()).digest(), []
    connection = await asyncpg.connect(url)
    rng = random.Random(1)
    for _ in range(count):
        key, now = uuid4(), datetime.now(UTC)
        lon, lat = 104.031 + rng.random() * 0.018, 30.631 + rng.random() * 0.018
        began = time.perf_counter()
        async with connection.transaction():
            await connection.fetch("SELECT * FROM enter_by_session($1)", who)
            found = await connection.fetchrow(PREPARE, key, lon, lat, now)
            assert found is not None
            row = {"id": key, "code": code_of(key), "top": "environment", "category": "environment.garbage"}
            row |= {"title": "", "description": "", "address": "", "located": "gps", "datum": "wgs84"}
            row |= {"lon": lon, "lat": lat, "raw_x": lon, "raw_y": lat, "kind": found["kind"], "stage": "verify"}
            row |= {name: found[name] for name in ("severity", "subdistrict_id", "community_id", "compound_id")}
            row |= {"micro_grid_id": json.loads(found["grids"])[0]["id"], "routed_body_id": found["body_id"]}
            row |= dict.fromkeys(("reported_at", "occurred_at", "stage_since", "changed_at"), now)
            row |= {"clock_skew_s": 0, "clock_spent_s": 0, "place_is_open": False, "due_is_provisional": False}
            row |= {"wants_proof": True, "source": "grid_worker"}
            await connection.fetchval(WRITE, json.dumps(row, default=str), b"0" * 32, now)
            await connection.execute(AUDIT)
        took.append((time.perf_counter() - began) * 1000)
    await connection.close()
    beside = f"median {statistics.median(took):.1f} ms; six trips with begin and commit"
    report_.add(
        Figure("  its floor: the same transaction by the store alone, p95", percentile(took, 0.95), "ms", beside)
    )
