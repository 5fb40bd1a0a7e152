"""A live stream says nothing foreign, and ends with the session, the account or the post that it was opened by.

For the first, something foreign is changed and then something of the asker's own: once the own change has arrived, the
foreign one would have been told before it. Each stream is opened once more with a policy taken away by hand, and the
search has to find what comes out then.
"""

from __future__ import annotations

import inspect
import itertools
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import psycopg
import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from sse_starlette import EventSourceResponse

from api.access import forgery
from api.access.admission import COOKIE
from api.access.roles import Role
from api.access.streams import ENDED
from api.main import create_app
from api.settings import Settings
from tests.api.access import world
from tests.api.access.expectations import Target
from tests.api.access.world import BY_ROLE, canary, key, names_seen_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.api.access.world import Post

POST = BY_ROLE[Role.COMMUNITY]
PLAN = Target("A1a").plan
PATIENCE_S = 60
SHARED = UUID(int=0xA1)
"""A draft of subdistrict A1, in which A1a and A1b are drawn by their own people."""

DRAFT = "INSERT INTO plan (id, subdistrict_id, name, state) VALUES (%s, %s, '共同方案', 'draft')"
RUN = """
WITH run AS (INSERT INTO plan_run (id, plan_id, state) VALUES (%(plan)s, %(plan)s, 'running') RETURNING id)
INSERT INTO plan_run_step (run_id, compound_id, community_id, state)
SELECT run.id, c.id, c.community_id, 'waiting' FROM compound c, run WHERE c.community_id = ANY(%(communities)s)
"""
SAID = """
WITH told AS (UPDATE plan SET events = events + 1 WHERE id = %(plan)s RETURNING events)
INSERT INTO plan_event (plan_id, number, community_id, kind, data)
SELECT %(plan)s, events, %(community)s, 'comment', %(data)s FROM told
"""
TOUCHED = """
INSERT INTO issue_event (issue_id, seq, at, action, party, status)
SELECT id, version + 1, now(), 'urge', 'community', status FROM issue WHERE id = %(issue)s
"""
STEPPED = "UPDATE plan_run_step SET households = households + 1 WHERE run_id = %s AND compound_id = %s"
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def address(database: str, database_url: str, serve: Callable[[str], str]) -> str:
    """A real service over the two cities, in which the plan of A1a is being drawn for as long as we like."""
    world.build(database_url)
    with psycopg.connect(database_url) as store:
        store.execute("UPDATE plan_run SET state = 'running' WHERE plan_id = %s", [PLAN])
        store.execute(DRAFT, [SHARED, key("subdistrict", "A1")])
        drawn = [key("community", "A1a"), key("community", "A1b")]
        store.execute(RUN, {"plan": SHARED, "communities": drawn})
    return serve(database)


@pytest.fixture
def owner(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as store:
        yield store


def revived(owner: psycopg.Connection) -> None:
    owner.execute("UPDATE session SET ended_at = NULL WHERE account_id = %s", [key("account", POST.login)])
    owner.execute("UPDATE account SET active = true WHERE id = %s", [key("account", POST.login)])
    owner.execute("UPDATE assignment SET until = NULL WHERE person_id = %s", [key("person", POST.login)])


def headers() -> dict[str, str]:
    return {"Cookie": f'{COOKIE}="{POST.cookie}"', forgery.HEADER: forgery.word(POST.cookie)}


END_SESSION = "UPDATE session SET ended_at = now() WHERE account_id = %(account)s"
CLOSE_ACCOUNT = "UPDATE account SET active = false WHERE id = %(account)s"
END_POST = "UPDATE assignment SET until = now() WHERE person_id = %(person)s"


@pytest.mark.parametrize("deed", [END_SESSION, CLOSE_ACCOUNT, END_POST])
def test_a_stream_ends_at_once(address: str, owner: psycopg.Connection, deed: str) -> None:
    revived(owner)
    stream = f"{address}/api/plans/{PLAN}/run/events"
    who = {"account": key("account", POST.login), "person": key("person", POST.login)}
    with (
        httpx.Client(timeout=PATIENCE_S) as client,
        client.stream("GET", stream, headers=headers()) as answer,
    ):
        assert answer.status_code == 200
        lines = answer.iter_lines()
        assert next(line for line in lines if line.startswith("event")) == "event: run"
        owner.execute(deed, who)
        rest = [line for line in lines if line.startswith("event")]
    assert rest == [f"event: {ENDED}"]


def test_a_stream_of_somebody_else_does_not_begin(address: str, owner: psycopg.Connection) -> None:
    revived(owner)
    foreign = f"{address}/api/plans/{Target('Z1a').plan}/run/events"
    assert httpx.get(foreign, headers=headers()).status_code == 404
    assert httpx.get(f"{address}/api/plans/{PLAN}/run/events").status_code == 401


def test_every_stream_ends_with_its_session() -> None:
    """Whoever adds a stream wraps its events in ``while_admitted``."""
    streams = {
        context.path: inspect.getsource(context.original_route.endpoint)
        for context in iter_route_contexts(create_app(Settings()).routes)
        if isinstance(context.original_route, APIRoute)
        and isinstance(context.original_route.response_class, type)
        and issubclass(context.original_route.response_class, EventSourceResponse)
    }
    assert streams
    assert {path for path, source in streams.items() if "while_admitted(" not in source} == set()


def remark(owner: psycopg.Connection, name: str) -> str:
    """Somebody remarks something on the shared draft; the word by which it is known."""
    word = f"{canary(name)}{next(numbers)}"
    data = json.dumps({"text": word}, ensure_ascii=False)
    owner.execute(SAID, {"plan": SHARED, "community": key("community", name[:3]), "data": data})
    return word


def case(owner: psycopg.Connection, name: str) -> str:
    """Something happens to the case in a compound; it is known by its key."""
    owner.execute(TOUCHED, {"issue": key("issue", name)})
    return str(key("issue", name))


def step(owner: psycopg.Connection, name: str) -> str:
    """The machine finishes a compound; it is known by its key."""
    owner.execute(STEPPED, [SHARED, key("compound", name)])
    return str(key("compound", name))


STREAMS: dict[str, tuple[Callable[[psycopg.Connection, str], str], str, tuple[str, ...]]] = {
    f"/api/plans/{SHARED}/events": (remark, "plan_event", ("A1bp",)),
    f"/api/plans/{SHARED}/run/events": (step, "plan_run_step compound community", ("A1bp",)),
    "/api/issues/events": (case, "issue", ("A1bp", "A2ap", "Z1ap")),
}
FOLLOWERS = [BY_ROLE[Role.COMMUNITY], BY_ROLE[Role.STREET_OFFICE], BY_ROLE[Role.DISTRICT]]


def heard(address: str, stream: str, post: Post, owner: psycopg.Connection, deed: Callable[..., str]) -> dict[str, str]:
    """Do a deed in every compound, an own one last; the names whose deed was told, and all that was said."""
    _, _, foreign = STREAMS[stream]
    headers = {"Cookie": f'{COOKIE}="{post.cookie}"'}
    with (
        httpx.Client(timeout=PATIENCE_S) as client,
        client.stream("GET", f"{address}{stream}", headers=headers) as answer,
    ):
        assert answer.status_code == 200
        lines = answer.iter_lines()
        if "issues" not in stream:
            next(line for line in lines if line.startswith("data"))  # the present, before anything has happened
        known = {deed(owner, name): name for name in (*foreign, "A1ap")}
        own = next(word for word, name in known.items() if name == "A1ap")
        said = []
        for line in lines:
            said.append(line)
            if own in line:
                return {name: "\n".join(said) for word, name in known.items() if word in "\n".join(said)}
    raise AssertionError("the stream ended early")


@contextmanager
def opened(owner: psycopg.Connection, tables: str) -> Iterator[None]:
    """A hole put in by hand."""
    wanted = "SELECT tablename, qual FROM pg_policies WHERE tablename = ANY(%s) AND policyname = 'app_sees'"
    closed = owner.execute(wanted, [tables.split()]).fetchall()
    for table, _ in closed:
        owner.execute(f"ALTER POLICY app_sees ON {table} USING (true)")
    try:
        yield
    finally:
        for table, condition in closed:
            owner.execute(f"ALTER POLICY app_sees ON {table} USING ({condition})")


@pytest.mark.parametrize("stream", STREAMS)
def test_a_stream_says_nothing_foreign(address: str, owner: psycopg.Connection, stream: str) -> None:
    revived(owner)
    deed, tables, foreign = STREAMS[stream]
    for post in FOLLOWERS:
        told = heard(address, stream, post, owner, deed)
        assert set(told) <= names_seen_by(post), post.role
    with opened(owner, tables):
        assert set(heard(address, stream, FOLLOWERS[0], owner, deed)) == {"A1ap", *foreign}
