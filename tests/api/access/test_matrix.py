"""Every address × every role × {own, sibling, parent, child, foreign city}: nothing foreign comes out, by any door.

Generated from the service's own routes: a route without a line in ``expectations.py`` fails. Names in the store tell
where they are from (``world.canary``), and *all* bytes that come out are searched for names that the asker may not
see: bodies, headers, errors, tiles and what the service logged.

``test_a_hole_is_found`` opens one policy after the other by hand and sees the matrix find it;
``test_every_route_is_expected`` was seen to fail with a route added to ``api/health.py``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.routing import iter_route_contexts

from api.access.passwords import decoy
from api.access.roles import Role
from api.main import create_app
from api.settings import Settings
from tests.api.access.expectations import EXPECTATIONS, Expectation, Target
from tests.api.access.world import BY_ROLE, CANARY, Post, key, names_seen_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import httpx
    import psycopg

REFUSED = {400, 401, 403, 404, 405, 409, 413, 422, 429, 503}
SAFE = {"GET", "HEAD"}
STAY = {("DELETE", "/api/session")}
"""Would end the session that the next question is asked with."""

FOREIGN = ("Z", "Z1", "Z1a", "Z1ap", "Z1ap1")
SIBLING = {"": None, "A": None, "A1": "A2", "A1a": "A1b", "A1ap": "A1aq", "A1ap1": "A1ap2"}


def relations(post: Post) -> dict[str, Target]:
    """The targets that somebody tries: own, sibling, parent, child, foreign city."""
    own = post.place or "A"
    found = {
        "own": own,
        "sibling": SIBLING[post.place],
        "parent": own[:-1] or None,
        "child": Target(own).inside(len(own) + 1) if len(own) < len(FOREIGN) else None,
        "foreign city": FOREIGN[len(own) - 1],
    }
    return {relation: Target(name) for relation, name in found.items() if name is not None}


def routes() -> Iterator[tuple[str, str]]:
    for context in iter_route_contexts(create_app(Settings()).routes):
        for method in sorted(context.methods or ()):
            yield method, str(context.path)


def test_every_route_is_expected() -> None:
    assert set(routes()) - set(EXPECTATIONS) == set(), "add a line to tests/api/access/expectations.py"


def test_every_expectation_has_its_route() -> None:
    there = set(routes())
    assert {route for route in EXPECTATIONS if route not in there} <= {("GET", "/")}


Question = tuple[str, ...]


def question(route: tuple[str, str], expected: Expectation, target: Target) -> Question:
    """What is asked, in words: where an address says nothing of its target, all relations ask the same, once."""
    method, path = route
    said = (expected.query(target), expected.body(target), expected.files(target))
    return (method, path.format(**expected.path(target)), *map(repr, said))


async def ask(client: httpx.AsyncClient, route: tuple[str, str], expected: Expectation, target: Target) -> Any:
    method, path = route
    address = path.format(**expected.path(target))
    return await client.request(
        method, address, params=expected.query(target), json=expected.body(target), files=expected.files(target)
    )


NAME = re.compile(rf"{CANARY}([A-Z][0-9a-z]*)~")


def foreign_names(answer: httpx.Response, post: Post) -> set[str]:
    """Names in all that came out which the asker may not see."""
    told = answer.content.decode(errors="ignore") + str(answer.headers.raw)
    return set(NAME.findall(told)) - names_seen_by(post)


def would_succeed(route: tuple[str, str], expected: Expectation, post: Post, target: Target) -> bool:
    """Whether this would change the store that the next question is asked of; other tests try that."""
    mine = post.role in expected.who and expected.seen_as(target) in names_seen_by(post)
    return route[0] not in SAFE and expected.placed and mine


def judge(answer: httpx.Response, expected: Expectation, post: Post, target: Target, *, safe: bool) -> str:
    """What is wrong with an answer, or nothing."""
    if names := foreign_names(answer, post):
        return f"shows {names}"
    if answer.status_code >= 500 and answer.status_code != 503:
        return "broke"
    seen = expected.seen_as(target) in names_seen_by(post)
    if answer.status_code == 403 and expected.placed and not seen:
        return "tells by its 403 that there is something"
    may = post.role in expected.who and (seen or not expected.placed)
    if answer.status_code in REFUSED:
        return "" if not may or not safe or (answer.status_code in (404, 409) and not expected.placed) else "refused"
    return "" if may else f"let in with {answer.status_code}"


async def faults(client_of: Callable[..., Any], post: Post, routes: Iterable[tuple[str, str]]) -> list[Any]:
    """Everything that is wrong with the answers that somebody gets."""
    wrong = []
    async with client_of(post) as client:
        for route in routes:
            expected = EXPECTATIONS[route]
            answers: dict[Question, httpx.Response] = {}
            for relation, target in relations(post).items():
                if route in STAY or would_succeed(route, expected, post, target):
                    continue
                asked = question(route, expected, target)
                if asked not in answers:
                    answers[asked] = await ask(client, route, expected, target)
                answer = answers[asked]
                if fault := judge(answer, expected, post, target, safe=route[0] in SAFE):
                    wrong.append((*route, relation, answer.status_code, fault))
    return wrong


@pytest.mark.parametrize("role", Role)
async def test_nothing_foreign_comes_out(
    client_of: Callable[..., Any], role: Role, capsys: pytest.CaptureFixture[str]
) -> None:
    post = BY_ROLE[role]
    assert await faults(client_of, post, EXPECTATIONS) == []
    printed = capsys.readouterr()
    assert set(NAME.findall(printed.out + printed.err)) - names_seen_by(post) == set()


@pytest.mark.parametrize(
    ("tables", "role", "door"),
    [
        ("community", Role.COMMUNITY, "/api/places/{level}/{place_id}"),
        ("unit", Role.RESIDENT, "/api/places/{level}/{place_id}"),
        ("district", Role.STREET_OFFICE, "/api/places"),
        ("compound community subdistrict district", Role.COMMUNITY, "/api/search"),
        ("issue", Role.COMMUNITY, "/api/issues/{issue_id}"),
        ("issue", Role.PROPERTY_FIRM, "/api/issues"),
        # These doors have two locks: one table alone shows nothing.
        ("plan community", Role.COMMUNITY, "/api/plans"),
        ("plan micro_grid community compound", Role.COMMUNITY, "/api/plans/{plan_id}/grids"),
        ("tile_building_14 tile_building_revision", Role.STREET_OFFICE, "/api/tiles/{layer}/{z}/{x}/{y}.mvt"),
    ],
)
async def test_a_hole_is_found(
    client_of: Callable[..., Any], behind: psycopg.Connection, tables: str, role: Role, door: str
) -> None:
    doors = [route for route in EXPECTATIONS if route[1] == door and route[0] in SAFE]
    closed = {table: policy(behind, table) for table in tables.split()}
    for table in closed:
        behind.execute(f"ALTER POLICY app_sees ON {table} USING (true)")
    try:
        assert await faults(client_of, BY_ROLE[role], doors) != []
    finally:
        for table, condition in closed.items():
            behind.execute(f"ALTER POLICY app_sees ON {table} USING ({condition})")
    assert await faults(client_of, BY_ROLE[role], doors) == []


def policy(behind: psycopg.Connection, table: str) -> str:
    """What the service sees of a table, as SQL."""
    wanted = "SELECT qual FROM pg_policies WHERE tablename = %s AND policyname = 'app_sees'"
    row = behind.execute(wanted, [table]).fetchone()
    assert row is not None
    return str(row[0])


async def test_a_stranger_gets_nothing(client_of: Callable[..., Any]) -> None:
    open_to_all = {path for (_, path), expected in EXPECTATIONS.items() if expected.who and path in OPEN}
    async with client_of(None) as client:
        for route, expected in EXPECTATIONS.items():
            answer = await ask(client, route, expected, Target("A1ap"))
            assert set(NAME.findall(answer.text)) <= (ON_THE_SIGN if route in ANYBODY else set()), route
            if route[1] not in open_to_all and route not in ANYBODY:
                assert answer.status_code in REFUSED, (route, answer.status_code)


async def test_a_password_made_by_somebody_else_opens_one_door(
    client_of: Callable[..., Any], behind: psycopg.Connection
) -> None:
    """Whoever holds one chooses another first; the door of tiles, which asks the store once, takes them for nobody."""
    post = BY_ROLE[Role.STREET_OFFICE]
    answers: dict[tuple[str, str], httpx.Response] = {}
    behind.execute(GIVEN, [key("account", post.login), decoy()])
    try:
        async with client_of(post) as client:
            for route, expected in EXPECTATIONS.items():
                if route not in STAY and route[1] not in OPEN:
                    answers[route] = await ask(client, route, expected, Target("A1ap"))
    finally:
        behind.execute("DELETE FROM credential WHERE account_id = %s", [key("account", post.login)])
    me = answers.pop(("GET", "/api/me")).json()
    assert (me["first_password"], answers.pop(("PUT", "/api/me/password")).status_code) == (True, 403)
    let_in = {
        route: answer.status_code
        for route, answer in answers.items()
        if answer.status_code != 403 or "password of your own" not in answer.text
    }
    assert {route: status for route, status in let_in.items() if route not in NOBODYS_DOORS} == {TILE: 401}


GIVEN = "INSERT INTO credential (account_id, password_hash, given) VALUES (%s, %s, true)"
TILE = ("GET", "/api/tiles/{layer}/{z}/{x}/{y}.mvt")
NOBODYS_DOORS = {
    ("POST", "/api/session"),
    ("GET", "/api/oidc/start"),
    ("GET", "/api/oidc/back"),
    ("GET", "/api/settings/basemap.pmtiles"),
    ("GET", "/open311/discovery.{form}"),
    ("GET", "/open311/v2/discovery.{form}"),
    ("POST", "/open311/v2/requests.{form}"),  # asks for a key of its own
}
"""Where nobody is asked whose cookie it is."""

ANYBODY = {
    ("GET", "/api/issues/where"),
    ("PUT", "/api/issues/{issue_id}"),
    ("GET", "/api/public/issues"),
    *(route for route in EXPECTATIONS if route[1].startswith("/open311/") and route[0] == "GET"),
}
"""A resident without an account reports, and is told in whose community and grid they stand: it is on every sign."""
ON_THE_SIGN = {"A1a", "A1ap"}
OPEN = {
    "/api/issue-categories",
    "/api/openapi.json",
    "/api/health",
    "/api/ready",
    "/api/demo",
    "/api/oidc",
    "/api/tiles",
    "/api/settings/map",
    "/",
}

FINGERPRINT = """
SELECT md5(string_agg(row::text, '|' ORDER BY row::text)) FROM (
  SELECT to_jsonb(t) AS row FROM {table} t WHERE {foreign}
) AS rows
"""
FOREIGN_ROWS = {
    "community": "name LIKE '%金丝雀Z%'",
    "building": "name LIKE '%金丝雀Z%'",
    "plan": "name LIKE '%金丝雀Z%' OR name LIKE '%金丝雀A1b%' OR name LIKE '%金丝雀A2%'",
    "micro_grid": "name LIKE '%金丝雀Z%'",
    "issue": "title LIKE '%金丝雀Z%' OR title LIKE '%金丝雀A1b%' OR title LIKE '%金丝雀A2%'",
    "person": "name LIKE '%金丝雀Z%' OR name LIKE '%金丝雀A2%'",
    "assignment": "community_id IN (SELECT id FROM community WHERE name LIKE '%金丝雀Z%')",
}


async def test_foreign_rows_stay_as_they_were(client_of: Callable[..., Any], behind: psycopg.Connection) -> None:
    def fingerprints() -> dict[str, object]:
        return {
            table: behind.execute(FINGERPRINT.format(table=table, foreign=foreign)).fetchone()
            for table, foreign in FOREIGN_ROWS.items()
        }

    before = fingerprints()
    assert all(before.values())
    post = BY_ROLE[Role.COMMUNITY]
    async with client_of(post) as client:
        for route, expected in EXPECTATIONS.items():
            if route[0] not in SAFE and route not in STAY:
                targets = [Target(name) for name in ("Z1a", "Z1ap", "A1b", "A2a")]
                for target in {question(route, expected, target): target for target in targets}.values():
                    await ask(client, route, expected, target)
    assert fingerprints() == before


def test_the_search_for_names_finds_one() -> None:
    """The control: a check that cannot fail is no check."""
    import httpx as real  # noqa: PLC0415  # only this test makes an answer of its own

    leak = real.Response(200, json={"name": f"{CANARY}Z1a~"})
    assert foreign_names(leak, BY_ROLE[Role.COMMUNITY]) == {"Z1a"}
