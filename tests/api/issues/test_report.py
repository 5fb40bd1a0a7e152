"""A report lands in its grid and with its body, once, whatever is sent; what can not be is refused in words."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest

from tests.api.issues.conftest import CLEANERS, EAST, FIRM, WEST, People, report

if TYPE_CHECKING:
    import httpx


async def put(client: httpx.AsyncClient, **more: object) -> httpx.Response:
    return await client.put(f"/api/issues/{uuid4()}", json=report(**more))  # type: ignore[arg-type]  # by name


async def test_a_report_lands_in_its_grid_and_with_its_body(people: People) -> None:
    answer = await put(people.worker, title="垃圾")
    assert answer.status_code == 201
    receipt = answer.json()
    assert receipt["micro_grid"]["id"] == str(WEST)
    assert receipt["body"]["id"] == str(CLEANERS)
    assert receipt["due_at"] is not None
    listed = (await people.worker.get("/api/issues")).json()["items"]
    assert receipt["id"] in [item["id"] for item in listed]


async def test_the_first_fitting_rule_names_the_body(people: People) -> None:
    inside = await put(people.worker, category="property.lift")
    outside = await put(people.worker, lon=104.025, lat=30.625, category="property.lift")
    assert inside.json()["body"]["id"] == str(FIRM)
    assert outside.json()["body"] is None
    assert outside.json()["warnings"][0]["code"] == "no-body"


async def test_sent_five_times_at_once_it_is_one(people: People, issues_url: str) -> None:
    key, body = uuid4(), report(title="五次")
    client = people.worker
    answers = await asyncio.gather(*(client.put(f"/api/issues/{key}", json=body) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 200, 201]
    assert len({answer.text for answer in answers}) == 1
    with psycopg.connect(issues_url) as store:
        for table, column in (("issue", "id"), ("issue_event", "issue_id"), ("issue_reporter", "issue_id")):
            found = store.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", [key]).fetchone()
            assert found == (1,)


async def test_the_moment_of_sending_does_not_make_another_report(people: People) -> None:
    key = uuid4()
    first = await people.worker.put(f"/api/issues/{key}", json=report(sent_at="2026-11-25T08:00:00Z"))
    again = await people.worker.put(f"/api/issues/{key}", json=report(sent_at="2026-11-25T09:00:00Z"))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.text == again.text


async def test_another_report_under_the_same_key_is_refused(people: People) -> None:
    key = uuid4()
    await people.worker.put(f"/api/issues/{key}", json=report(title="甲"))
    other = await people.stranger.put(f"/api/issues/{key}", json=report(title="乙"))
    assert other.status_code == 409
    assert "编号已用于另一条上报" in other.json()["detail"]


async def test_a_circle_across_a_boundary_is_asked_about(people: People) -> None:
    answer = await put(people.worker, lon=104.03995, place={"accuracy_m": 30})
    question = answer.json()["question"]
    assert {choice["id"] for choice in question["choices"]} == {str(WEST), str(EAST)}
    answered = await put(people.worker, lon=104.03995, place={"accuracy_m": 30, "micro_grid_id": str(EAST)})
    assert answered.json()["question"] is None
    assert answered.json()["micro_grid"]["id"] == str(EAST)


async def test_a_point_on_a_shared_edge_has_one_grid(people: People) -> None:
    answer = await put(people.worker, lon=104.04, place={"located": "pin"})
    assert answer.json()["micro_grid"]["id"] == str(min(WEST, EAST))


async def test_an_open_issue_of_the_same_kind_is_shown(people: People) -> None:
    first = await put(people.worker, lon=104.0321, lat=30.6321)
    second = await put(people.stranger, lon=104.03212, lat=30.63212)
    assert first.json()["code"] in [near["code"] for near in second.json()["near"]]


async def test_a_spot_is_told_of_before_anything_is_reported(people: People) -> None:
    await put(people.worker, lon=104.035, lat=30.64)
    asked: dict[str, str | float] = {"lon": 104.035, "lat": 30.64, "accuracy_m": 5, "category": "environment.garbage"}
    found = (await people.stranger.get("/api/issues/where", params=asked)).json()
    assert (found["micro_grid"]["name"], found["body"]["name"], found["question"]) == ("西网格", "环卫所", None)
    assert found["near"][0]["category"] == "environment.garbage"
    wet = await people.stranger.get("/api/issues/where", params={"lon": 104.057, "lat": 30.657})
    assert (wet.status_code, wet.json()["type"]) == (422, "on-water")


async def test_a_pin_in_gcj02_is_put_right_at_the_door(people: People, issues_url: str) -> None:
    answer = await put(people.worker, place={"datum": "gcj02", "located": "pin"})
    with psycopg.connect(issues_url) as store:
        row = store.execute(
            "SELECT raw_x, raw_y, datum, ST_Distance(geometry::geography, ST_SetSRID(ST_MakePoint(raw_x, raw_y), 4326))"
            " FROM issue WHERE id = %s",
            [answer.json()["id"]],
        ).fetchone()
    assert row is not None
    assert row[:3] == (104.035, 30.64, "gcj02")
    assert 200 < row[3] < 800


@pytest.mark.parametrize(
    ("more", "status", "words"),
    [
        ({"place": {"accuracy_m": 3000}}, 422, "超过 1 公里"),
        ({"lon": 104.057, "lat": 30.657}, 422, "水面"),
        ({"lon": 2.35, "lat": 48.86}, 422, "不在任何社区"),
        ({"category": "environment.moon"}, 422, "没有“environment.moon”"),
        ({"category": "environment"}, 422, "没有“environment”"),
        ({"description": "😀" * 4001}, 422, "description"),
        ({"place": {"micro_grid_id": "00000000-0000-0000-0000-000000000001"}}, 422, "不在定位误差范围"),
        ({"status": "closed"}, 422, "status"),
        ({"community_id": str(uuid4())}, 422, "community_id"),
        ({"photos": [str(uuid4())]}, 409, "没有传完"),
    ],
)
async def test_what_can_not_be_is_refused_in_words(
    people: People, more: dict[str, object], status: int, words: str
) -> None:
    answer = await put(people.worker, **more)
    assert answer.status_code == status
    assert words in answer.json()["detail"]


async def test_on_the_water_if_it_is_said_to_be(people: People) -> None:
    answer = await put(people.worker, lon=104.057, lat=30.657, place={"on_water": True})
    assert answer.status_code == 201


async def test_four_thousand_emoji_are_words_like_others(people: People) -> None:
    assert (await put(people.worker, description="😀" * 4000)).status_code == 201


async def test_a_clock_three_hours_off_is_put_right(people: People, issues_url: str) -> None:
    wrong = datetime.now(UTC) + timedelta(hours=3)
    answer = await put(people.worker, occurred_at=wrong.isoformat(), sent_at=(wrong + timedelta(minutes=5)).isoformat())
    assert answer.json()["warnings"][0]["code"] == "clock"
    with psycopg.connect(issues_url) as store:
        row = store.execute(
            "SELECT reported_at - occurred_at FROM issue WHERE id = %s", [answer.json()["id"]]
        ).fetchone()
    assert row is not None
    assert timedelta(minutes=4) < row[0] < timedelta(minutes=6)


async def test_a_category_that_was_removed_meanwhile_is_told(people: People, issues_url: str) -> None:
    with psycopg.connect(issues_url) as store:
        store.execute("UPDATE issue_category SET active = false WHERE code = 'order.group_rent'")
    answer = await put(people.worker, category="order.group_rent")
    assert answer.status_code == 422
    assert "已停用" in answer.json()["detail"]
    assert "没有丢失" in answer.json()["detail"]


async def test_a_stranger_reports_a_few_times_by_one_number_and_a_replay_is_free(people: People) -> None:
    client = people.stranger
    said = report(reporter={"name": "王女士", "phone": "13800001234"})
    keys = [uuid4() for _ in range(11)]
    answers = [await client.put(f"/api/issues/{key}", json=said) for key in keys]
    assert [answer.status_code for answer in answers] == [201] * 10 + [429]
    assert "Retry-After" in answers[-1].headers
    assert (await client.put(f"/api/issues/{keys[0]}", json=said)).status_code == 200


async def test_a_neighbours_grid_is_not_seen(people: People) -> None:
    answer = await put(people.worker, lon=104.045)
    body = await people.cleaners.get("/api/issues")
    assert answer.json()["id"] not in [item["id"] for item in body.json()["items"]], "routed is not dispatched"
    everything = (await people.office.get("/api/issues", params={"limit": 200})).json()["items"]
    assert answer.json()["id"] in [item["id"] for item in everything]
    assert (await people.stranger.get("/api/issues")).json()["items"] == []
