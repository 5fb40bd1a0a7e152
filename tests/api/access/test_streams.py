"""A live stream ends with the session, the account or the post that it was opened by; at once, not at its next word."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

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
from tests.api.access.world import BY_ROLE, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

POST = BY_ROLE[Role.COMMUNITY]
PLAN = Target("A1a").plan
PATIENCE_S = 30


@pytest.fixture(scope="module")
def address(database: str, database_url: str, serve: Callable[[str], str]) -> str:
    """A real service over the two cities, in which the plan of A1a is being drawn for as long as we like."""
    world.build(database_url)
    with psycopg.connect(database_url) as store:
        store.execute("UPDATE plan_run SET state = 'running' WHERE plan_id = %s", [PLAN])
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
