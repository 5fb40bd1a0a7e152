"""Boundaries moved at midnight: what was made before goes by the old ones, and stays with who goes on with the grid."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from uuid import uuid4, uuid5

import psycopg
import pytest

from api.access.roles import Role
from tests.api.issues.conftest import EAST, SPACE, WEST, People, report
from tests.api.places.small_city import COMMUNITY, COMPOUND, SUBDISTRICT

if TYPE_CHECKING:
    from uuid import UUID

PLAN, NORTH, SOUTH = uuid5(SPACE, "second plan"), uuid5(SPACE, "north"), uuid5(SPACE, "south")
MOVED = f"""
UPDATE plan_reign SET effective = daterange('2020-01-01', %(turn)s) WHERE community_id = '{COMMUNITY.id}';
INSERT INTO plan (id, subdistrict_id, community_id, name, state, effective)
  VALUES ('{PLAN}', '{SUBDISTRICT.id}', '{COMMUNITY.id}', '新方案', 'published', daterange(%(turn)s, NULL));
INSERT INTO micro_grid (id, plan_id, community_id, compound_id, code, name, geometry) VALUES
  ('{SOUTH}', '{PLAN}', '{COMMUNITY.id}', '{COMPOUND.id}', 'S', '南网格',
   ST_Multi(ST_MakeEnvelope(104.030, 30.630, 104.050, 30.640, 4326))),
  ('{NORTH}', '{PLAN}', '{COMMUNITY.id}', '{COMPOUND.id}', 'N', '北网格',
   ST_Multi(ST_MakeEnvelope(104.030, 30.640, 104.050, 30.650, 4326)));
INSERT INTO plan_succession (plan_id, community_id, former_id, grid_id, households) VALUES
  ('{PLAN}', '{COMMUNITY.id}', '{WEST}', '{NORTH}', 20), ('{PLAN}', '{COMMUNITY.id}', '{WEST}', '{SOUTH}', 8),
  ('{PLAN}', '{COMMUNITY.id}', '{EAST}', '{SOUTH}', 15);
"""


@pytest.fixture(scope="module")
def midnight(issues_url: str) -> datetime:
    """The last midnight in Beijing, when a new plan took effect."""
    here = datetime.now(timezone(timedelta(hours=8)))
    turn = here.replace(hour=0, minute=0, second=0, microsecond=0)
    with psycopg.connect(issues_url) as store:
        for statement in MOVED.split(";\n"):
            store.execute(statement, {"turn": turn.date()} if "%(turn)s" in statement else None)
    return turn


async def grid_of(people: People, **more: object) -> UUID:
    client = people.by(Role.GRID_LEAD, "community", COMMUNITY.id)
    answer = await client.put(f"/api/issues/{uuid4()}", json=report(lat=30.645, **more))  # type: ignore[arg-type]  # by name
    assert answer.status_code == 201, answer.text
    found: UUID = answer.json()["micro_grid"]["id"]
    return found


async def test_a_report_that_waited_is_routed_by_the_boundaries_of_its_own_day(
    people: People, midnight: datetime
) -> None:
    before, now = (midnight - timedelta(hours=1)).isoformat(), datetime.now(UTC).isoformat()
    assert await grid_of(people) == str(NORTH)
    assert await grid_of(people, occurred_at=before) == str(WEST)
    assert await grid_of(people, occurred_at=before, sent_at=now) == str(WEST)
    assert await grid_of(people, occurred_at=before, sent_at=before) == str(NORTH), "the clock is slow, it is just made"
    assert await grid_of(people, occurred_at=(midnight - timedelta(days=90)).isoformat()) == str(NORTH)


async def test_what_was_packed_hours_ago_says_when_it_is_sent_in_a_header(people: People, midnight: datetime) -> None:
    slow = midnight - timedelta(days=3)
    said = report(lat=30.645, occurred_at=(slow - timedelta(minutes=1)).isoformat())
    answer = await people.office.put(f"/api/issues/{uuid4()}", json=said, headers={"X-Sent-At": slow.isoformat()})
    assert answer.json()["micro_grid"]["id"] == str(NORTH)
    assert [warning["code"] for warning in answer.json()["warnings"]] == ["clock"]


async def test_a_case_that_is_moved_stays_in_the_boundaries_of_its_day(people: People, midnight: datetime) -> None:
    office, key = people.office, str(uuid4())
    before = (midnight - timedelta(hours=1)).isoformat()
    await office.put(f"/api/issues/{key}", json=report(lat=30.645, occurred_at=before))
    place = {"lon": 104.045, "lat": 30.645, "located": "pin"}
    moved = await office.put(f"/api/issues/{key}/place", json={"place": place})
    assert moved.json()["micro_grid_id"] == str(EAST)


async def test_open_cases_stay_with_whoever_goes_on_with_most_of_the_old_grid(
    people: People, midnight: datetime
) -> None:
    key = str(uuid4())
    before = (midnight - timedelta(hours=1)).isoformat()
    made = await people.office.put(f"/api/issues/{key}", json=report(lat=30.645, occurred_at=before))
    assert made.json()["micro_grid"]["id"] == str(WEST)
    heir = people.by(Role.GRID_WORKER, "micro_grid", NORTH)
    other = people.by(Role.GRID_WORKER, "micro_grid", SOUTH)
    assert (await heir.get(f"/api/issues/{key}")).status_code == 200
    assert (await other.get(f"/api/issues/{key}")).status_code == 404
    verified = await heir.post(f"/api/issues/{key}/acts", json={"action": "verify"})
    assert verified.status_code == 200, verified.text
