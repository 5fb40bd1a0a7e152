"""What the house does by itself: forgets by rule, walks the audit's chains; and an auditor's own way to the events."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from api.access import night
from api.access.audit import Action
from api.access.roles import Role
from api.embedded.cluster import AUDIT, Cluster
from api.worker import make_queue
from tests.api.access.world import BY_ROLE, POSTS, canary, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AUDITOR = BY_ROLE[Role.AUDITOR]
OFFICE = BY_ROLE[Role.COMMUNITY]
A1A = str(key("community", "A1a"))


@pytest.fixture
def audit_url(cluster: Cluster, database: str, world_url: str) -> str:
    assert world_url
    return cluster.url(AUDIT, database)


@pytest.fixture
def auditor(audit_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(audit_url, autocommit=True) as connection:
        yield connection


def refused(connection: psycopg.Connection, statement: str) -> bool:
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)):
        connection.execute(statement)
    return True


def test_the_auditors_role_reads_events(auditor: psycopg.Connection, behind: psycopg.Connection) -> None:
    behind.execute("INSERT INTO audit_event (chain, seq, at, hash, action) VALUES (0, 0, now(), '', 'request.made')")
    row = auditor.execute("SELECT count(*) > 0 FROM audit_event").fetchone()
    assert row == (True,)


def test_the_auditors_role_reads_no_other_table(auditor: psycopg.Connection, behind: psycopg.Connection) -> None:
    tables = behind.execute(
        "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm')"
        " AND c.relnamespace = 'public'::regnamespace AND NOT EXISTS (SELECT FROM pg_depend d"
        " WHERE d.objid = c.oid AND d.deptype = 'e')"
    ).fetchall()
    readable = {
        name
        for (name,) in tables
        if auditor.execute("SELECT has_any_column_privilege(%s, 'SELECT')", [name]).fetchone() == (True,)
    }
    assert readable == {"audit_event", "audit_chain"}
    assert refused(auditor, "SELECT name FROM person")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO audit_event (chain, seq, at, hash, action) VALUES (0, 0, now(), '', 'request.made')",
        "UPDATE audit_chain SET length = 0",
        "DELETE FROM audit_event",
        "CREATE TABLE stolen AS SELECT * FROM audit_event",
        "SET default_transaction_read_only = off; UPDATE audit_chain SET length = 0",
    ],
)
def test_the_auditors_role_writes_nothing(auditor: psycopg.Connection, statement: str) -> None:
    assert refused(auditor, statement)


def test_the_auditors_role_may_call_nothing_that_sees_more(behind: psycopg.Connection) -> None:
    loose = behind.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef"
        " AND p.prorettype <> 'trigger'::regtype AND has_function_privilege('minqing_audit', p.oid, 'EXECUTE')"
        " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    ).fetchall()
    assert loose == []


async def test_the_nights_walk_is_told_to_the_auditor(
    client_of: Callable[..., Any], audit_url: str, app_database_url: str, behind: psycopg.Connection
) -> None:
    behind.execute("INSERT INTO audit_event (chain, seq, at, hash, action) VALUES (0, 0, now(), '', 'request.made')")
    assert night.check(audit_url, app_database_url).sound
    async with client_of(AUDITOR) as client:
        told = (await client.get("/api/audit/check")).json()
        assert (told["sound"], told["breaks"]) == (True, [])
        assert told["events"] > 0
        behind.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        row = behind.execute("SELECT chain, seq FROM audit_event ORDER BY at LIMIT 1").fetchone()
        assert row is not None
        behind.execute("UPDATE audit_event SET reason = 'edited' WHERE chain = %s AND seq = %s", row)
        try:
            night.check(audit_url, app_database_url)
            told = (await client.get("/api/audit/check")).json()
        finally:
            behind.execute("UPDATE audit_event SET reason = '' WHERE chain = %s AND seq = %s", row)
            behind.execute("ALTER TABLE audit_event ENABLE TRIGGER USER")
    assert told["sound"] is False
    assert (told["breaks"][0]["chain"], told["breaks"][0]["seq"]) == row


async def test_a_walk_asked_for_twice_waits_once(client_of: Callable[..., Any], behind: psycopg.Connection) -> None:
    async with client_of(AUDITOR) as client:
        assert [(await client.post("/api/audit/check")).status_code for _ in range(2)] == [202, 202]
        assert (await client.get("/api/audit/check")).json()["waiting"] is True
    row = behind.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s", [night.CHECK]).fetchone()
    assert row == (1,)


def test_the_clock_begins_both() -> None:
    queue = make_queue("postgresql://nowhere", None)  # type: ignore[arg-type]  # nothing is drawn here
    assert {task.cron for task in queue.periodic_registry.periodic_tasks.values()} >= {night.FORGET_AT, night.CHECK_AT}


def test_forgetting_is_never_ahead_of_time(app_database_url: str, behind: psycopg.Connection) -> None:
    behind.execute("INSERT INTO person (name, left_at) VALUES ('刚刚离任', now())")
    far = night.utc_now() + timedelta(days=175 * 365)
    assert night.forget(app_database_url, lambda: far)["person_left"] == 0
    row = behind.execute("SELECT count(*) FROM person WHERE name = '刚刚离任'").fetchone()
    assert row == (1,)


async def test_pages_stand_still_while_events_come_in(client_of: Callable[..., Any]) -> None:
    async with client_of(OFFICE) as office:
        for number in range(7):
            wanted = {"name": f"第{number}人", "community_id": A1A}
            assert (await office.post("/api/people", json=wanted)).status_code == 201
        async with client_of(AUDITOR) as client:
            ask = {"action": Action.PERSON_ADDED.value, "most": 3, "login": OFFICE.login}
            first = (await client.get("/api/audit", params=ask)).json()
            await office.post("/api/people", json={"name": "后来的人", "community_id": A1A})
            rest = {"until": first["as_of"], "skip": 3}
            second = (await client.get("/api/audit", params={**ask, **rest})).json()
    assert first["more"] is True
    seen = [(event["chain"], event["seq"]) for event in first["events"] + second["events"]]
    assert len(set(seen)) == len(seen) == 6
    moments = [event["at"] for event in first["events"] + second["events"]]
    assert moments == sorted(moments, reverse=True)


async def test_a_deed_without_a_place_is_read_by_the_auditor_of_its_doer(client_of: Callable[..., Any]) -> None:
    """A log-in, a password, a token: they happen nowhere. Seen to fail with the trigger of 0023."""
    async with client_of(POSTS[2]) as worker:
        assert (await worker.post("/api/me/tokens", json={"name": "y"})).status_code == 201
    async with client_of(AUDITOR) as client:
        (event,) = (await client.get("/api/audit", params={"login": POSTS[2].login})).json()["events"]
        told = (await client.get("/api/me")).json()["posts"]
    assert (event["action"], event["place_id"]) == ("token.made", A1A)
    assert [post["place_name"] for post in told] == [canary("A")]


async def test_an_auditor_learns_the_names_of_nobody_elsewhere(client_of: Callable[..., Any]) -> None:
    foreign = POSTS[-1]
    async with client_of(foreign) as elsewhere:
        assert (await elsewhere.post("/api/me/tokens", json={"name": "x"})).status_code == 201
    async with client_of(AUDITOR) as client:
        there = (await client.get("/api/audit", params={"login": foreign.login})).json()
    assert there["events"] == []


async def test_a_table_of_events_is_no_program(client_of: Callable[..., Any], behind: psycopg.Connection) -> None:
    behind.execute(
        "INSERT INTO audit_event (chain, seq, at, hash, action, place_id, reason, object_id)"
        " VALUES (0, 0, now(), '', 'person.added', %s, '=HYPERLINK("
        "x"
        ")', 'formula')",
        [A1A],
    )
    async with client_of(AUDITOR) as client:
        answer = await client.get("/api/audit/export", params={"object_id": "formula"})
    assert answer.headers["content-type"].startswith("text/csv")
    (head, row) = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert row[head.index("理由")].startswith("'=")
