"""The register finds the very route that asking all of them in turn would find."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from starlette.routing import Match

from api.main import create_app
from api.settings import Settings
from api.switchboard import Switchboard, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import httpx
    from starlette.routing import BaseRoute


@pytest.fixture(scope="module")
def board() -> Switchboard:
    found: Any = create_app(Settings()).router.middleware_stack
    assert isinstance(found, Switchboard)
    return found


def first(routes: Iterable[BaseRoute], method: str, path: str) -> BaseRoute | None:
    scope = {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}
    return next((route for route in routes if route.matches(scope)[0] is Match.FULL), None)


def test_the_register_and_the_whole_list_agree_on_every_address(board: Switchboard) -> None:
    register, routes = board.register(), board.router.routes
    for route in routes:
        path = re.sub(r"{[^}]*}", "7", getattr(route, "path", ""))
        for method in getattr(route, "methods", None) or ():
            expected = first(routes, method, path)
            assert first(register.get(key_of(path), ()), method, path) in (expected, None), (method, path)


def test_nearly_every_route_is_registered(board: Switchboard) -> None:
    registered = {id(route) for routes in board.register().values() for route in routes}
    left_out = {getattr(route, "path", "") for route in board.router.routes if id(route) not in registered}
    assert len(registered) > 100
    assert all("{" in path.split("/")[2] for path in left_out if path.startswith(("/api/", "/open311/"))), left_out


def test_no_more_than_a_capability_s_own_routes_are_asked(board: Switchboard) -> None:
    assert max(len(routes) for routes in board.register().values()) < len(board.router.routes) / 6


async def test_an_address_that_does_not_take_the_method_says_so(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/api/health")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert (await client.delete("/api/nothing")).status_code == 404
