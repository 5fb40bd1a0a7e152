"""Each reminder rings once: in time, after an outage, with ten workers at once; and not while a case stands still."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg

from api.access.roles import Role
from api.issues import alarms
from api.issues.workdays import BEIJING
from tests.api.issues.conftest import FIRM, POLICE
from tests.api.issues.test_case import dispatched, done, reported
from tests.api.places.small_city import COMMUNITY

if TYPE_CHECKING:
    from tests.api.issues.conftest import People

LADDER = ["remind", "warn", "urge", "supervise", "list"]
RUNG = "SELECT action FROM issue_event WHERE issue_id = %s AND party = 'clock' ORDER BY seq"


def rung(url: str, issue: str) -> list[str]:
    with psycopg.connect(url) as store:
        return [row[0] for row in store.execute(RUNG, [issue]).fetchall()]


async def test_the_ladder_rings_once_also_after_an_outage_and_with_many_workers(
    people: People, issues_url: str, app_database_url: str
) -> None:
    issue = await reported(people)
    later = datetime.now(UTC) + timedelta(days=60)
    with ThreadPoolExecutor(6) as workers:
        list(workers.map(lambda _: alarms.ring(app_database_url, later), range(6)))
    assert rung(issues_url, issue) == LADDER
    assert alarms.ring(app_database_url, later + timedelta(days=1)) == 0
    case = (await people.office.get(f"/api/issues/{issue}")).json()
    assert (case["urges"], case["supervised"], case["listed"]) == (1, True, True)


async def test_only_what_is_due_rings(people: People, issues_url: str, app_database_url: str) -> None:
    issue = await reported(people)
    with psycopg.connect(issues_url) as store:
        row = store.execute("SELECT due_at FROM issue_alarm WHERE issue_id = %s AND percent = 80", [issue]).fetchone()
    assert row is not None
    alarms.ring(app_database_url, row[0])
    assert rung(issues_url, issue) == ["remind", "warn"]
    await done(people.office, issue, "verify")
    alarms.ring(app_database_url, row[0])
    assert rung(issues_url, issue)[:2] == ["remind", "warn"]
    assert "urge" not in rung(issues_url, issue), "the stage has ended; its later rungs are silent"


async def test_nothing_rings_while_a_case_is_suspended(people: People, issues_url: str, app_database_url: str) -> None:
    issue = await dispatched(people)
    review = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()
    await done(people.office, issue, "suspend", until=review, reason="等资金")
    alarms.ring(app_database_url, datetime.now(UTC) + timedelta(days=50))
    assert rung(issues_url, issue) == []


async def test_a_provisional_deadline_is_reckoned_again(people: People, issues_url: str, app_database_url: str) -> None:
    issue = await reported(people)
    with psycopg.connect(issues_url) as store:
        was = store.execute("SELECT due_at FROM issue WHERE id = %s", [issue]).fetchone()
        store.execute(
            "UPDATE issue SET due_is_provisional = true, due_at = due_at + interval '1 day' WHERE id = %s", [issue]
        )
    assert alarms.reckon_again(app_database_url) >= 1
    with psycopg.connect(issues_url) as store:
        now = store.execute("SELECT due_at, due_is_provisional FROM issue WHERE id = %s", [issue]).fetchone()
    assert was is not None
    assert now == (was[0], False)


async def called(people: People, *bodies: object) -> str:
    issue = await dispatched(people)
    await done(people.office, issue, "whistle", body_ids=[str(body) for body in bodies])
    return issue


WHISTLED = "SELECT action, body_id FROM issue_event WHERE issue_id = %s AND payload->>'stage' = 'arrive' ORDER BY seq"


async def test_a_called_body_is_chased_once_a_rung_until_it_reports_in(
    people: People, issues_url: str, app_database_url: str
) -> None:
    issue = await called(people, FIRM, POLICE)
    await done(people.firm, issue, "arrive")
    later = datetime.now(UTC) + timedelta(days=60)
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda _: alarms.ring(app_database_url, later), range(4)))
    with psycopg.connect(issues_url) as store:
        found = store.execute(WHISTLED, [issue]).fetchall()
    assert {body for _, body in found} == {POLICE}
    assert {action for action, _ in found} >= {"remind", "warn", "urge", "list"}
    assert len({action for action, _ in found}) == len(found)
    assert alarms.ring(app_database_url, later + timedelta(days=1)) == 0


async def test_the_list_tells_which_whistles_are_unanswered(people: People) -> None:
    issue = await called(people, FIRM)
    answered = await called(people, FIRM)
    await done(people.firm, answered, "arrive")
    listed = (await people.office.get("/api/issues", params={"whistle": True})).json()["items"]
    assert issue in [item["id"] for item in listed]
    assert answered not in [item["id"] for item in listed]


async def test_the_list_tells_what_is_due_soon(people: People, issues_url: str) -> None:
    soon, late, far = [await reported(people) for _ in range(3)]
    with psycopg.connect(issues_url) as store:
        for issue, hours in ((soon, 3), (late, -3), (far, 30)):
            store.execute("UPDATE issue SET due_at = now() + make_interval(hours => %s) WHERE id = %s", [hours, issue])
    listed = (await people.office.get("/api/issues", params={"soon": True, "limit": 200})).json()["items"]
    assert {soon, late, far} & {item["id"] for item in listed} == {soon}
    counts = (await people.office.get("/api/issues/counts", params={"soon": True})).json()
    assert counts["total"] == len(listed)


async def test_planners_see_the_issues_of_their_area_but_no_reporter_and_change_nothing(people: People) -> None:
    issue = await reported(people)
    planner = people.by(Role.PLANNER, "community", COMMUNITY.id)
    case = (await planner.get(f"/api/issues/{issue}")).json()
    assert case["reporter"] is None
    assert case["may"] == []
    assert (await planner.post(f"/api/issues/{issue}/acts", json={"action": "urge"})).status_code in {403, 404}
    said = {"id": str(uuid4()), "words": "规划员说话"}
    assert (await planner.post(f"/api/issues/{issue}/messages", json=said)).status_code in {403, 404}


async def test_a_suspension_ends_on_its_day_of_review_and_nothing_stays_put_off(
    people: People, issues_url: str, app_database_url: str
) -> None:
    issue = await dispatched(people)
    review = beijing_today() + timedelta(days=30)
    await done(people.office, issue, "suspend", until=review.isoformat(), reason="等资金")
    midnight = datetime.combine(review, time(), BEIJING)
    alarms.end_pauses(app_database_url, midnight - timedelta(seconds=1))
    assert (await people.office.get(f"/api/issues/{issue}")).json()["suspended_until"] == review.isoformat()
    outage = midnight + timedelta(days=20)
    with ThreadPoolExecutor(4) as workers:
        ended = list(workers.map(lambda _: alarms.end_pauses(app_database_url, outage), range(4)))
    assert sum(ended) >= 1
    case = (await people.office.get(f"/api/issues/{issue}")).json()
    assert (case["suspended_until"], case["status"]) == (None, "dispatched")
    resumed = [event for event in case["events"] if event["action"] == "resume"]
    assert [event["party"] for event in resumed] == ["clock"], "once, whoever comes to it"
    assert midnight <= datetime.fromisoformat(case["due_at"]) < outage, "the outage is no part of the pause"
    alarms.ring(app_database_url, outage)
    assert rung(issues_url, issue)[-1] != "resume", "its clock has run on, and rings"


async def test_a_case_does_not_wait_for_its_reporter_for_ever(people: People, app_database_url: str) -> None:
    issue = await dispatched(people)
    await done(people.cleaners, issue, "ask", reason="在几楼?")
    asked = datetime.now(UTC)
    alarms.end_pauses(app_database_url, asked + timedelta(hours=20))
    assert (await people.office.get(f"/api/issues/{issue}")).json()["waiting"] is True
    alarms.end_pauses(app_database_url, asked + timedelta(days=30))
    case = (await people.office.get(f"/api/issues/{issue}")).json()
    assert (case["waiting"], case["events"][-1]["party"]) == (False, "clock")
    assert datetime.fromisoformat(case["due_at"]) > asked + timedelta(days=5)
    await done(people.cleaners, issue, "claim")


def beijing_today() -> date:
    return datetime.now(BEIJING).date()
