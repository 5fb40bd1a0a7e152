"""The sample's plan is in force from the first start, and every place finds the grid that serves it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from api.database import create_engine
from api.embedded.cluster import APP, OWNER, Cluster
from api.plans.serving import grid_at

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
DWELLINGS = """
SELECT u.id, ST_X(p), ST_Y(p), b.micro_grid_id, lower(b.floors), upper(b.floors) - 1
  FROM unit u JOIN plan_member b ON b.unit_id = u.id CROSS JOIN LATERAL ST_PointOnSurface(u.geometry) p
 WHERE GeometryType(u.geometry) <> 'POINT' ORDER BY u.id
"""


@pytest.fixture
async def nobody(cluster: Cluster, sample_database: str) -> AsyncIterator[AsyncSession]:
    """A session that sees no row: a resident's report must find its grid all the same."""
    engine = create_engine(cluster.url(APP, sample_database))
    async with AsyncSession(engine) as session:
        yield session
    await engine.dispose()


def test_everybody_of_the_sample_is_in_one_grid_in_force(cluster: Cluster, sample_database: str) -> None:
    with psycopg.connect(cluster.url(OWNER, sample_database)) as store:
        left_out = store.execute(
            "SELECT sum(u.households) FROM unit u WHERE NOT EXISTS (SELECT FROM plan_member b JOIN plan p"
            " ON p.id = b.plan_id AND p.in_force WHERE b.unit_id = u.id)"
        ).fetchone()
        counted = store.execute(
            "SELECT (SELECT sum(households) FROM unit), (SELECT sum(households) FROM micro_grid)"
        ).fetchone()
    assert left_out in {(None,), (0,)}
    assert counted is not None
    assert counted[0] == counted[1]


async def test_a_dwelling_finds_the_grid_that_it_belongs_to(
    nobody: AsyncSession, cluster: Cluster, sample_database: str
) -> None:
    with psycopg.connect(cluster.url(OWNER, sample_database)) as store:
        rows = store.execute(DWELLINGS).fetchall()[::25]
    for _, lon, lat, grid, low, _ in rows:
        found = await grid_at(nobody, lon, lat, NOW, floor=low)
        assert found is not None
        assert found.micro_grid_id == grid
        assert found.covered


async def test_before_the_first_plan_there_is_a_community_and_no_grid(
    nobody: AsyncSession, cluster: Cluster, sample_database: str
) -> None:
    with psycopg.connect(cluster.url(OWNER, sample_database)) as store:
        _, lon, lat, *_ = store.execute(DWELLINGS).fetchone() or (0, 0, 0)
    found = await grid_at(nobody, lon, lat, datetime(2025, 12, 31, 15, 59, tzinfo=UTC))
    assert found is not None
    assert (found.plan_id, found.micro_grid_id) == (None, None)
    first = await grid_at(nobody, lon, lat, datetime(2025, 12, 31, 16, 0, tzinfo=UTC))
    assert first is not None
    assert first.micro_grid_id is not None


async def test_outside_every_community_nobody_serves(nobody: AsyncSession) -> None:
    assert await grid_at(nobody, 0.0, 0.0, NOW) is None
