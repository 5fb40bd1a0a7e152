"""Issues in the napkin city, written straight into the store by its owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.api.places.small_city import COMMUNITY, SUBDISTRICT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """One issue as a test tells it: metres east and north of the middle of its community, days after 2 March 2026."""

    east: float = 0.0
    north: float = 0.0
    day: float = 0.0
    category: str = "fire.exit"
    status: str = "reported"
    severity: int = 2
    source: str = "resident"
    reporter: int | None = None
    at: tuple[float, float] | None = None


def middle(store: psycopg.Connection) -> tuple[float, float]:
    """The middle of the community."""
    row = store.execute(
        "SELECT ST_X(c), ST_Y(c) FROM (SELECT ST_Centroid(geometry) AS c FROM community WHERE id = %s) AS m",
        [COMMUNITY.id],
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def tell(store: psycopg.Connection, issues: Sequence[Told]) -> list[UUID]:
    """Write the issues and say their keys."""
    for code in sorted({i.category.partition(".")[0] for i in issues} | {i.category for i in issues}):
        parent = code.partition(".")[0] if "." in code else None
        store.execute(
            "INSERT INTO issue_category (code, parent, kind, zh, en) VALUES (%s, %s, 'hazard', %s, %s)"
            " ON CONFLICT DO NOTHING",
            [code, parent, code[:40], code],
        )
    keys = []
    for issue in issues:
        lon, lat = issue.at or _moved(middle(store), issue)
        key = uuid4()
        when = NOON + timedelta(days=issue.day)
        store.execute(
            "INSERT INTO issue (id, code, kind, top, category, severity, geometry, raw_x, raw_y, subdistrict_id,"
            " community_id, source, reported_at, occurred_at, stage_since, changed_at, status) VALUES"
            " (%s, %s, 'hazard', %s, %s, %s, ST_SetSRID(ST_MakePoint(%s, %s), 4326), 0, 0,"
            " %s, %s, %s, %s, %s, %s, %s, %s)",
            [key, key.hex[:10].upper(), issue.category.partition(".")[0], issue.category, issue.severity, lon, lat,
             SUBDISTRICT.id, COMMUNITY.id, issue.source, when, when, when, when, issue.status],
        )  # fmt: skip
        if issue.reporter is not None:
            store.execute(
                "INSERT INTO issue_reporter (issue_id, phone_digest) VALUES (%s, %s)",
                [key, issue.reporter.to_bytes(32, "big")],
            )
        keys.append(key)
    return keys


def _moved(start: tuple[float, float], issue: Told) -> tuple[float, float]:
    return start[0] + issue.east / 96_000, start[1] + issue.north / 110_900


@pytest.fixture
def owner(city_url: str) -> Iterator[psycopg.Connection]:
    """The owner's connection; what a test writes stays, since the service has to see it."""
    with psycopg.connect(city_url, autocommit=True) as connection:
        yield connection
