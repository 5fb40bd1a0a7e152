"""Each reminder rings once: in time, after an outage, with ten workers at once; and not while a case stands still."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg

from api.issues import alarms
from tests.api.issues.test_case import dispatched, done, reported

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
