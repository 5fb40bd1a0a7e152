"""What is too large, too often or too odd gets its 4xx, in a sentence; every answer carries its headers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel

from api.access.admission import COOKIE
from api.access.limits import JSON_BYTES, Allowance
from api.access.roles import Role
from api.access.turns import STREAM, Lines, Turns
from api.main import create_app
from api.settings import Settings
from tests.api.access.world import BY_ROLE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from starlette.types import Message, Receive, Scope, Send

POST = BY_ROLE[Role.STREET_OFFICE]


async def test_every_answer_forbids_foreign_scripts_and_guessing(client_of: Callable[..., Any]) -> None:
    async with client_of(POST) as client:
        for address in ("/api/places", "/api/nothing", "/"):
            answer = await client.get(address)
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            scripts = answer.headers["content-security-policy"].split("script-src")[-1].split(";")[0]
            assert "unsafe-inline" not in scripts
        assert (await client.get("/api/places")).headers["cache-control"] == "no-store"


async def test_ten_megabytes_of_json_are_refused_declared_or_not(client_of: Callable[..., Any]) -> None:
    body = b'{"name":"' + b"x" * 10_000_000 + b'"}'

    async def piecemeal() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    async with client_of(POST) as client:
        headers = {"Content-Type": "application/json"}
        declared = await client.post("/api/me/tokens", content=body, headers=headers)
        creeping = await client.post("/api/me/tokens", content=piecemeal(), headers=headers)
    assert len(body) > JSON_BYTES
    for answer in (declared, creeping):
        assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


@pytest.mark.parametrize(
    "body",
    [
        b'{"name":' * 100_000,
        b"[" * 100_000,
        b'{"name":' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"name":"x","days":NaN}',
        b'{"name":"x","days":1e999}',
        b'{"name":"x","days":Infinity}',
        b'{"name":"\xff"}',
        b'{"name":"x\\u0000"}',
        b'{"name":"\\ud800"}',
        b"",
        b"null",
    ],
)
async def test_odd_json_is_refused_in_a_sentence(client_of: Callable[..., Any], body: bytes) -> None:
    async with client_of(POST) as client:
        answer = await client.post("/api/me/tokens", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "words", ["' OR 1=1 --", "'); DROP TABLE person; --", "{{7*7}}", "<script>", "..%2f..%2fetc/passwd"]
)
async def test_sql_and_script_in_a_name_stay_words(client_of: Callable[..., Any], words: str) -> None:
    async with client_of(POST) as client:
        made = await client.post("/api/me/tokens", json={"name": words})
        assert (made.status_code, made.json()["name"]) == (201, words)
        assert (await client.get("/api/search", params={"q": words})).status_code == 200


@pytest.mark.parametrize(
    "address", ["/api/places/..%2f..%2f", "/api/places/unit/%00", "/%2e%2e/%2e%2e/etc/passwd", "/api/me%0d%0aX: y"]
)
async def test_paths_and_headers_cannot_be_injected(client_of: Callable[..., Any], address: str) -> None:
    async with client_of(POST) as client:
        answer = await client.get(address)
    assert answer.status_code in (307, 404, 405, 422, 503)
    assert "x" not in answer.headers
    assert b"root:" not in answer.content


def test_one_network_waits_while_another_goes_on() -> None:
    now = [0.0]
    limit = Allowance(10, clock=lambda: now[0])
    assert [limit.take("a", 1) for _ in range(100)] == [0.0] * 100
    assert limit.take("a", 1) == pytest.approx(0.1)
    assert limit.take("b", 1) == 0
    now[0] = 0.2
    assert limit.take("a", 1) == 0


def test_the_limiter_forgets_the_oldest_callers() -> None:
    limit = Allowance(10, clock=lambda: 0.0)
    for number in range(Allowance.CALLERS + 50):
        limit.take(str(number), 1)
    assert len(limit.buckets) == Allowance.CALLERS


def bodies() -> Iterator[tuple[str, type[BaseModel]]]:
    for context in iter_route_contexts(create_app(Settings()).routes):
        route = context.original_route
        if isinstance(route, APIRoute) and route.body_field is not None:
            kind = route.body_field.field_info.annotation
            # A multipart form (Body_…, made by FastAPI) holds a file and nothing to assign.
            if isinstance(kind, type) and issubclass(kind, BaseModel) and not kind.__name__.startswith("Body_"):
                yield context.path or route.path, kind


def test_every_request_body_refuses_fields_it_does_not_know() -> None:
    """Seen to fail with ``extra="ignore"`` in ``Asked``."""
    found = dict(bodies())
    assert len(found) >= 5
    open_ones = {path: kind.__name__ for path, kind in found.items() if kind.model_config.get("extra") != "forbid"}
    assert open_ones == {}


class Desk:
    """Stands in for the service: tells who is inside, and answers when it is told to."""

    def __init__(self, content_type: bytes = b"application/json") -> None:
        self.inside: list[str] = []
        self.go = asyncio.Event()
        self.content_type = content_type

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        self.inside.append(scope["path"])
        headers = [(b"content-type", self.content_type)]
        if self.content_type == STREAM:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
        await self.go.wait()
        if self.content_type != STREAM:
            await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def asking(door: Turns, path: str, cookie: str, answers: list[int] | None = None) -> asyncio.Task[None]:
    """Ask once; the status comes into ``answers``."""
    scope = {
        "type": "http", "method": "GET", "path": path, "query_string": b"", "client": ("10.0.0.1", 1),
        "headers": [(b"cookie", f"{COOKIE}={cookie}".encode())],
    }  # fmt: skip

    async def send(message: Message) -> None:
        if answers is not None and message["type"] == "http.response.start":
            answers.append(message["status"])

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    return asyncio.create_task(door(scope, receive, send))


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_one_persons_requests_take_turns_and_keep_nobody_else_waiting() -> None:
    """Threat 13."""
    desk = Desk()
    door = Turns(desk, Lines(at_once=3, inside=10))
    many = [asking(door, f"/api/{n}", "greedy") for n in range(10)]
    other = asking(door, "/api/other", "modest")
    await settled()
    assert desk.inside == ["/api/0", "/api/1", "/api/2", "/api/other"]
    refused: list[int] = []
    await asking(door, "/api/late", "greedy", refused)
    assert refused == [429]
    desk.go.set()
    await asyncio.gather(*many, other)
    assert len(desk.inside) == 11
    assert door.lines.lines == {}


async def test_a_second_cookie_word_earns_no_second_line() -> None:
    desk = Desk()
    door = Turns(desk, Lines(at_once=1))
    both = [asking(door, "/api/a", "same"), asking(door, "/api/b", "same; more=1")]
    await settled()
    assert desk.inside == ["/api/a"]
    desk.go.set()
    await asyncio.gather(*both)


async def test_a_live_stream_gives_its_turn_back() -> None:
    desk = Desk(STREAM)
    door = Turns(desk, Lines(at_once=1))
    streams = [asking(door, f"/api/{n}/events", "one") for n in range(5)]
    await settled()
    assert len(desk.inside) == 5
    desk.go.set()
    await asyncio.gather(*streams)
    assert door.lines.lines == {}
