"""Odd words in every field of every address: a 4xx in a sentence, nothing broken, nothing of it before anybody else.

Generated from ``expectations.py`` like the matrix, so that routes to come are asked too. Each address is asked with its
own good words, of which one after the other is replaced.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from api.access.limits import FILE_BYTES, JSON_BYTES
from api.access.roles import Role
from tests.api.access.expectations import EXPECTATIONS, Expectation, Target
from tests.api.access.world import BY_ROLE, Post

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    import psycopg

POST = BY_ROLE[Role.STREET_OFFICE]
ELSEWHERE = Post(Role.COMMUNITY, "community", "Z1a")
OWN = Target("A1ap")
STAY = {("DELETE", "/api/session"), ("POST", "/api/session")}
ODD = "'; DELETE FROM person; -- <script>alert(1)</script>"
PARTS = "SELECT count(*), (SELECT count(*) FROM building), (SELECT count(*) FROM issue) FROM person"


def in_a_sentence(answer: httpx.Response) -> bool:
    """Whether a refusal is one that people can read."""
    if str(answer.url.path).startswith("/open311/"):
        return len(answer.json()[0]["description"]) > 3
    return answer.headers["content-type"] == "application/problem+json" and len(answer.json()["detail"]) > 3


def refused(answer: httpx.Response) -> bool:
    return 400 <= answer.status_code < 500 and in_a_sentence(answer)


def replaced(said: Any, word: Any) -> Iterator[Any]:
    """A body or a query once for each word in it, that word replaced."""
    if isinstance(said, Mapping):
        for name, value in said.items():
            for odd in replaced(value, word):
                yield {**said, name: odd}
    elif isinstance(said, list):
        for at, value in enumerate(said):
            for odd in replaced(value, word):
                yield [*said[:at], odd, *said[at + 1 :]]
    else:
        yield word


def address(route: tuple[str, str], expected: Expectation) -> str:
    return route[1].format(**expected.path(OWN))


async def test_sql_and_script_in_every_field_stay_words(
    client_of: Callable[..., Any], behind: psycopg.Connection
) -> None:
    """A read may take them for words; a change is refused or writes them as they are, for its own people alone."""
    before, broken = behind.execute(PARTS).fetchone(), []
    async with client_of(POST) as client:
        for route, expected in EXPECTATIONS.items():
            if route in STAY:
                continue
            asked = [({**expected.query(OWN), "q": ODD}, expected.body(OWN))]
            asked += [(odd, expected.body(OWN)) for odd in replaced(expected.query(OWN), ODD)]
            asked += [({}, odd) for odd in replaced(expected.body(OWN), ODD) if odd != ODD]
            for query, body in asked:
                where, files = address(route, expected), expected.files(OWN)
                answer = await client.request(route[0], where, params=query, json=body, files=files)
                if answer.status_code >= 500 and answer.status_code != 503:
                    broken.append((route, query, body, answer.status_code))
    assert broken == []
    after = behind.execute(PARTS).fetchone()
    assert before
    assert after
    assert all(now >= then for now, then in zip(after, before, strict=True))
    async with client_of(ELSEWHERE) as client:
        for shown in ("/api/issues", "/api/plans", "/api/office/views", "/api/people?name=a", "/api/bodies"):
            assert ODD not in (await client.get(shown)).text


async def test_what_is_too_large_too_deep_no_number_or_unknown_is_refused(client_of: Callable[..., Any]) -> None:
    taken = []
    async with client_of(POST) as client:
        for route, expected in EXPECTATIONS.items():
            if route[0] in ("GET", "HEAD") or route in STAY:
                continue
            for content, headers in spoilt(expected.body(OWN)):
                kind = {"Content-Type": "application/json"} | headers
                answer = await client.request(route[0], address(route, expected), content=content, headers=kind)
                if not refused(answer) or (headers and answer.status_code != 413):
                    taken.append((route, content[:80], headers, answer.status_code))
    assert taken == []


def spoilt(said: Any) -> Iterator[tuple[bytes, dict[str, str]]]:
    """Bodies that no address may take, made of one that it may."""
    yield b"{}", {"Content-Length": str(JSON_BYTES + 1)}
    if not isinstance(said, dict):
        return
    yield from ((odd, {}) for odd in (b"[" * 50_000, b'{"a":' * 50_000, b'{"\xff":1}', b"nonsense"))
    for body in replaced(said, "no number"):
        for number in (b"NaN", b"-1e999"):
            yield json.dumps(body).encode().replace(b'"no number"', number), {}
    for field in ("community_id", "status", "role", "account_id"):
        if field not in said:
            yield json.dumps({**said, field: str(OWN.id)}).encode(), {}


async def test_a_file_has_an_end_too(client_of: Callable[..., Any]) -> None:
    async with client_of(POST) as client:
        for where in ("/api/imports", "/api/patrols/import", "/api/rosters/import"):
            headers = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(FILE_BYTES + 1)}
            assert (await client.post(where, content=b"", headers=headers)).status_code == 413
