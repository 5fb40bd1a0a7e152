"""A case goes from report to survey by the hands it belongs in, and every other hand is told why not."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import psycopg
import pytest
from PIL import Image

from tests.api.issues.conftest import CLEANERS, FIRM, POLICE, People, report

if TYPE_CHECKING:
    import httpx


def jpeg(colour: str = "red") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(written, "JPEG")
    return written.getvalue()


async def photo(client: httpx.AsyncClient) -> str:
    key = str(uuid4())
    answer = await client.put(f"/api/photos/{key}?moment=after", content=jpeg(), headers={"Content-Type": "image/jpeg"})
    assert answer.status_code == 201, answer.text
    return key


async def reported(people: People, **more: Any) -> str:
    key = str(uuid4())
    answer = await people.worker.put(f"/api/issues/{key}", json=report(**more))
    assert answer.status_code == 201, answer.text
    return key


async def do(client: httpx.AsyncClient, issue: str, action: str, **more: Any) -> httpx.Response:
    return await client.post(f"/api/issues/{issue}/acts", json={"action": action, **more})


async def done(client: httpx.AsyncClient, issue: str, action: str, **more: Any) -> dict[str, Any]:
    answer = await do(client, issue, action, **more)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def dispatched(people: People, body: UUID = CLEANERS, **more: Any) -> str:
    issue = await reported(people, **more)
    office = people.office
    for action in ("verify", "accept", "file"):
        await done(office, issue, action)
    await done(office, issue, "dispatch", body_id=str(body))
    return issue


async def handled(people: People) -> str:
    issue = await dispatched(people)
    await done(people.cleaners, issue, "claim")
    await done(people.cleaners, issue, "start")
    await done(people.cleaners, issue, "handle", photos=[await photo(people.cleaners)])
    return issue


async def test_from_report_to_survey(people: People) -> None:
    issue = await handled(people)
    await done(people.worker, issue, "check")
    closed = await done(people.office, issue, "close")
    assert closed["status"] == "closed"
    assert closed["photo_list"][0]["moment"] == "after"
    surveyed = await done(people.worker, issue, "survey", satisfaction=5)
    assert surveyed["status"] == "surveyed"
    assert [event["action"] for event in surveyed["events"]] == [
        *("report", "verify", "accept", "file", "dispatch", "claim", "start", "handle", "check", "close", "survey")
    ]


async def test_the_handler_does_not_check_their_own_work(people: People) -> None:
    issue = await reported(people)
    worker = people.worker
    solved = await done(worker, issue, "solve", photos=[await photo(worker)])
    assert solved["solved_on_spot"] is True
    own = await do(worker, issue, "check")
    assert own.status_code == 403
    assert "不能核查自己" in own.json()["detail"]
    assert (await done(people.community, issue, "check"))["status"] == "checked"


async def test_handling_has_to_be_proved(people: People) -> None:
    issue = await dispatched(people)
    await done(people.cleaners, issue, "claim")
    await done(people.cleaners, issue, "start")
    bare = await do(people.cleaners, issue, "handle")
    assert bare.status_code == 422
    assert "照片" in bare.json()["detail"]


async def test_a_body_bounces_a_case_until_the_office_decides(people: People) -> None:
    issue = await dispatched(people)
    for _ in range(2):
        assert (await done(people.cleaners, issue, "return", reason="不归我们"))["status"] == "returned"
        await done(people.office, issue, "dispatch", body_id=str(CLEANERS))
    await done(people.cleaners, issue, "return", reason="不归我们")
    plain = await do(people.office, issue, "dispatch", body_id=str(CLEANERS))
    assert plain.status_code == 409
    assert "裁定" in plain.json()["detail"]
    await done(people.office, issue, "dispatch", body_id=str(CLEANERS), final=True)
    for _ in range(2):
        again = await do(people.cleaners, issue, "return", reason="还是不归我们")
        assert again.status_code == 409
        assert "裁定" in again.json()["detail"]
    assert (await done(people.cleaners, issue, "claim"))["returns"] == 3


async def test_a_department_sees_what_was_dispatched_to_it_and_no_longer_what_it_returned(people: People) -> None:
    issue = await dispatched(people)
    assert (await people.cleaners.get(f"/api/issues/{issue}")).status_code == 200
    assert (await people.firm.get(f"/api/issues/{issue}")).status_code == 404
    await done(people.cleaners, issue, "return", reason="不归我们")
    assert (await people.cleaners.get(f"/api/issues/{issue}")).status_code == 404


async def test_a_whistle_calls_three_bodies_and_each_reports_in_by_its_own_clock(people: People) -> None:
    issue = await dispatched(people)
    called = await done(people.community, issue, "whistle", body_ids=[str(CLEANERS), str(FIRM), str(POLICE)], hours=4)
    assert [call["arrived_at"] for call in called["calls"]] == [None] * 3
    assert (await people.firm.get(f"/api/issues/{issue}")).status_code == 200, "whoever is called sees the case"
    there = await done(people.firm, issue, "arrive")
    assert sum(call["arrived_at"] is not None for call in there["calls"]) == 1
    await done(people.cleaners, issue, "claim")
    await done(people.cleaners, issue, "start")
    await done(people.cleaners, issue, "handle", photos=[await photo(people.cleaners)])
    early = await do(people.office, issue, "check")
    assert early.status_code == 409
    assert "没有报到" in early.json()["detail"]


async def test_the_clock_stands_still_in_suspension_only(people: People) -> None:
    issue = await dispatched(people)
    await done(people.cleaners, issue, "claim")
    refused = await do(people.community, issue, "suspend", until="2099-01-01", reason="等资金")
    assert refused.status_code == 403
    late = await do(people.office, issue, "suspend", until="2099-01-01", reason="等资金")
    assert late.status_code == 422
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415  # only here

    review = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()
    held = await done(people.office, issue, "suspend", until=review, reason="等资金")
    assert (held["due_at"], held["spent_percent"]) == (None, None)
    paused = await do(people.cleaners, issue, "start")
    assert paused.status_code == 409
    assert (await done(people.office, issue, "resume"))["due_at"] is not None


async def test_the_same_act_sent_again_is_done_once(people: People) -> None:
    issue, key = await reported(people), str(uuid4())
    first = await done(people.community, issue, "urge", id=key)
    again = await done(people.community, issue, "urge", id=key)
    assert (first["urges"], again["urges"], again["version"]) == (1, 1, first["version"])


async def test_a_stale_version_is_answered_with_409_and_changes_nothing(people: People) -> None:
    issue = await reported(people)
    await done(people.office, issue, "verify", base_version=1)
    stale = await do(people.community, issue, "accept", base_version=1)
    assert stale.status_code == 409
    assert stale.json()["type"] == "moved-on"
    assert (await people.office.get(f"/api/issues/{issue}")).json()["status"] == "verified"


async def test_cases_are_merged_and_split(people: People) -> None:
    one, other = await reported(people, title="一"), await reported(people, title="二")
    merged = await done(people.office, other, "merge", into=one)
    assert (merged["status"], merged["merged_into"]) == ("merged", one)
    kept = (await people.office.get(f"/api/issues/{one}")).json()
    assert (kept["me_too"], kept["merged"]) == (1, [other])
    for action in ("verify", "accept"):
        await done(people.office, one, action)
    parts = [{"category": "environment.garbage", "title": "甲"}, {"category": "property.lift", "title": "乙"}]
    split = await done(people.office, one, "split", parts=parts)
    assert split["status"] == "split"
    children = [(await people.office.get(f"/api/issues/{part}")).json() for part in split["parts"]]
    assert {child["status"] for child in children} == {"filed"}
    assert {child["routed_body"] for child in children} == {"环卫所", "锦绣物业"}


async def test_many_at_once_each_by_itself(people: People) -> None:
    fresh, old = await reported(people), await reported(people)
    await done(people.office, old, "verify")
    answers = await people.office.post("/api/issues/acts", json={"ids": [fresh, old], "act": {"action": "verify"}})
    by_id = {answer["id"]: answer for answer in answers.json()}
    assert by_id[fresh]["done"] is True
    assert by_id[old]["done"] is False
    assert by_id[old]["zh"]


async def test_the_store_refuses_a_step_that_can_not_be(people: People, issues_url: str) -> None:
    issue = await reported(people)
    with (
        psycopg.connect(issues_url) as store,
        pytest.raises(psycopg.errors.CheckViolation, match="no close leads from"),
    ):
        store.execute(
            "INSERT INTO issue_event (issue_id, seq, at, action, party, status)"
            " VALUES (%s, 2, now(), 'close', 'clock', 'closed')",
            [issue],
        )
    with psycopg.connect(issues_url) as store, pytest.raises(psycopg.errors.InsufficientPrivilege):
        store.execute("DELETE FROM issue_event WHERE issue_id = %s", [issue])


async def test_the_answer_to_the_question_moves_the_case(people: People) -> None:
    key = str(uuid4())
    receipt = (
        await people.worker.put(f"/api/issues/{key}", json=report(lon=104.03995, place={"accuracy_m": 30}))
    ).json()
    other = next(choice for choice in receipt["question"]["choices"] if choice["id"] != receipt["micro_grid"]["id"])
    moved = await people.worker.put(f"/api/issues/{key}/place", json={"micro_grid_id": other["id"]})
    assert moved.status_code == 200, moved.text
    assert (moved.json()["micro_grid_id"], moved.json()["place_is_open"]) == (other["id"], False)


async def test_a_message_is_left_once_and_not_by_strangers(people: People) -> None:
    issue, key = await dispatched(people), str(uuid4())
    for _ in range(2):
        said = await people.cleaners.post(f"/api/issues/{issue}/messages", json={"id": key, "words": "今天去"})
        assert said.status_code == 204
    case = (await people.office.get(f"/api/issues/{issue}")).json()
    assert [message["words"] for message in case["messages"]] == ["今天去"]
    assert case["messages"][0]["body"] == "环卫所"
    away = await people.firm.post(f"/api/issues/{issue}/messages", json={"id": str(uuid4()), "words": "?"})
    assert away.status_code == 404
