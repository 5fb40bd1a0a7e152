"""A round is recorded on duty only and sent as often as it takes; who leads there sees it, each look written down."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import psycopg

from api.access.roles import Role
from tests.api.issues.conftest import EAST, WEST, People
from tests.api.places.small_city import COMMUNITY, UNITS

if TYPE_CHECKING:
    import httpx

METRE = 1 / 111_195


def fixes(count: int = 60, seed: int = 1, lat: float = 30.6318) -> list[dict[str, Any]]:
    """A walk along the southern side of building 3."""
    rng = np.random.default_rng(seed)
    start = datetime.now(UTC) - timedelta(minutes=12)
    return [
        {
            "at": (start + timedelta(seconds=10 * n)).isoformat(),
            "lon": 104.0325 + n * 12 * METRE / math.cos(math.radians(lat)) + rng.normal(0, METRE),
            "lat": lat + rng.normal(0, METRE),
            "accuracy_m": 5,
        }
        for n in range(count)
    ]


async def walked(client: httpx.AsyncClient, walk: list[dict[str, Any]]) -> dict[str, Any]:
    key = str(uuid4())
    started = (datetime.now(UTC) - timedelta(minutes=13)).isoformat()
    begun = await client.put(f"/api/patrols/{key}", json={"lon": 104.0325, "lat": 30.6318, "started_at": started})
    assert begun.status_code == 200, begun.text
    for _ in range(2):
        sent = await client.put(f"/api/patrols/{key}/fixes/0", json={"fixes": walk})
        assert sent.status_code == 204, sent.text
    ended = await client.post(f"/api/patrols/{key}/stop", json={})
    assert ended.status_code == 200, ended.text
    found: dict[str, Any] = ended.json()
    return found


async def test_a_round_is_cleaned_and_held_against_the_homes_it_passed(people: People) -> None:
    client = people.worker
    patrol = await walked(client, fixes())
    assert patrol["fixes"] == 60, "the batch sent twice counts once"
    assert patrol["flags"] == []
    assert 600 < patrol["length_m"] < 900
    assert patrol["passed"] >= 2
    covered = (
        await client.get("/api/coverage", params={"micro_grid_id": str(WEST), "community_id": str(COMMUNITY.id)})
    ).json()
    passed = {row["unit_id"] for row in covered["rows"] if row["passed_at"]}
    assert {str(UNITS[0].id), str(UNITS[1].id)} <= passed
    assert str(UNITS[2].id) not in passed
    mine = (await client.get("/api/coverage")).json()
    assert {row["unit_id"] for row in mine["rows"]} >= passed
    assert mine["passed"] == len({row["unit_id"] for row in mine["rows"] if row["passed_at"]})


async def test_nothing_is_recorded_off_duty(people: People) -> None:
    client = people.worker
    patrol = await walked(client, fixes(seed=2))
    late = await client.put(f"/api/patrols/{patrol['id']}/fixes/1", json={"fixes": fixes(2, seed=3)})
    assert late.status_code == 409
    assert "已结束" in late.json()["detail"]


async def test_a_replayed_track_is_flagged_with_the_reason(people: People) -> None:
    client = people.worker
    walk = fixes(seed=4)
    assert (await walked(client, walk))["flags"] == []
    again = await walked(client, walk)
    assert [flag["code"] for flag in again["flags"]] == ["replayed"]
    assert again["flags"][0]["zh"]


async def test_a_lead_sees_the_track_and_the_look_is_written_down_a_colleague_does_not(
    people: People, issues_url: str
) -> None:
    patrol = await walked(people.worker, fixes(seed=5))
    address = f"/api/patrols/{patrol['id']}/track"
    colleague = people.by(Role.GRID_WORKER, "micro_grid", EAST)
    assert (await colleague.get(address)).status_code == 404
    looks = "SELECT count(*) FROM audit_event WHERE action = 'track.read' AND object_id = %s"
    with psycopg.connect(issues_url) as store:
        before = store.execute(looks, [patrol["id"]]).fetchone()
    track = await people.community.get(address)
    assert track.status_code == 200
    assert track.json()["features"][0]["geometry"]["type"] == "LineString"
    with psycopg.connect(issues_url) as store:
        after = store.execute(looks, [patrol["id"]]).fetchone()
    assert (before, after) == ((0,), (1,))


async def test_gpx_goes_out_and_comes_in_flagged_as_what_it_is(people: People) -> None:
    client = people.worker
    patrol = await walked(client, fixes(seed=6))
    out = await client.get(f"/api/patrols/{patrol['id']}/track.gpx")
    assert out.headers["content-type"] == "application/gpx+xml"
    back = await client.post(
        "/api/patrols/import", content=out.content, headers={"Content-Type": "application/octet-stream"}
    )
    assert back.status_code == 201, back.text
    assert {"imported", "replayed"} <= {flag["code"] for flag in back.json()["flags"]}
    broken = await client.post("/api/patrols/import", content=b"no gpx")
    assert broken.status_code == 422


async def test_a_visit_is_written_once_and_nobody_home_is_an_answer(people: People) -> None:
    client, key = people.worker, str(uuid4())
    said = {
        "unit_id": str(UNITS[0].id),
        "at": datetime.now(UTC).isoformat(),
        "outcome": "not_home",
        "form": {"elderly": 1},
    }
    for _ in range(2):
        assert (await client.put(f"/api/visits/{key}", json=said)).status_code == 204
    other = await client.put(f"/api/visits/{key}", json={**said, "outcome": "met"})
    assert other.status_code == 409
    listed = (await client.get("/api/visits", params={"unit_id": str(UNITS[0].id)})).json()
    assert [visit["outcome"] for visit in listed if visit["id"] == key] == ["not_home"]
    assert (
        await people.by(Role.RESIDENT, "unit", UNITS[0].id).put(f"/api/visits/{uuid4()}", json=said)
    ).status_code == 404


async def test_a_plan_is_due_until_its_checklist_is_walked_through(people: People) -> None:
    office, client = people.community, people.worker
    lists = (await client.get("/api/checklists")).json()
    fire = next(entry for entry in lists if entry["zh"] == "消防安全日查")
    made = await office.post(
        "/api/patrol-plans",
        json={
            "community_id": str(COMMUNITY.id),
            "micro_grid_id": str(WEST),
            "checklist_id": fire["id"],
            "every_days": 7,
        },
    )
    assert made.status_code == 201, made.text
    assert made.json()["last_at"] is None
    check = {
        "checklist_id": fire["id"],
        "plan_id": made.json()["id"],
        "item": 0,
        "ok": False,
        "note": "堵了",
        "at": datetime.now(UTC).isoformat(),
        "lon": 104.035,
        "lat": 30.635,
    }
    assert (await client.put(f"/api/checks/{uuid4()}", json=check)).status_code == 204
    beyond = await client.put(f"/api/checks/{uuid4()}", json={**check, "item": 99})
    assert beyond.status_code == 422

    async def plan() -> dict[str, Any]:
        plans = (await client.get("/api/patrol-plans")).json()
        return next(one for one in plans if one["id"] == made.json()["id"])

    assert (await plan())["last_at"] is None, "one point is not the list"
    for item in range(1, len(fire["items"])):
        await client.put(f"/api/checks/{uuid4()}", json={**check, "item": item, "ok": True})
    assert (await plan())["last_at"] is not None
    assert ((await plan())["late"], (await plan())["micro_grid"]) == (False, "西网格")
    whole = {"community_id": str(COMMUNITY.id), "checklist_id": fire["id"], "every_days": 30}
    wide = (await office.post("/api/patrol-plans", json=whole)).json()
    other = (await office.post("/api/patrol-plans", json={**whole, "micro_grid_id": str(EAST)})).json()
    seen = {p["id"] for p in (await client.get("/api/patrol-plans")).json()}
    assert wide["id"] in seen, "who walks one of its grids sees the community's plans"
    assert other["id"] not in seen
