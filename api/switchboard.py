"""Finds a request's route by its address instead of asking every route in turn.

The framework asks all of some hundred and seventy routes, one after the other and those of the right capability twice,
which costs a request as much as all the rest of its way in. Here only routes of as many parts and the same second word
are asked, in the order in which they were declared; whatever none of them takes goes the framework's own way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Match

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastapi import APIRouter, FastAPI
    from starlette.routing import BaseRoute
    from starlette.types import Receive, Scope, Send

Key = tuple[int, str]


def connect(app: FastAPI, routers: Iterable[APIRouter], responses: dict[int | str, dict[str, Any]]) -> None:
    """Give ``app`` all routes of ``routers`` as its own, each with ``responses`` besides those it has."""
    for router in routers:
        for route in router.routes:
            route.responses = {**responses, **route.responses}  # type: ignore[attr-defined]  # ours are all APIRoutes
            app.router.routes.append(route)
    app.router.middleware_stack = Switchboard(app.router)


def key_of(path: str) -> Key:
    """What a route and the addresses it takes have in common: how many parts, and the second word.

    >>> key_of("/api/plans/{plan_id}/edits"), key_of("/api/plans/7/edits")
    ((4, 'plans'), (4, 'plans'))
    """
    parts = path.split("/")
    return len(parts) - 1, parts[2] if len(parts) > 2 else ""  # noqa: PLR2004  # "", "api", "plans"


class Switchboard:
    """The application's router, with a register in front of it."""

    def __init__(self, router: APIRouter) -> None:
        self.router = router
        self._register: dict[Key, list[BaseRoute]] = {}
        self._registered = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        found = self._find(scope) if scope["type"] == "http" else None
        if found is None:
            await self.router.app(scope, receive, send)
            return
        route, told = found
        scope.setdefault("router", self.router)
        scope.update(told)
        await route.handle(scope, receive, send)

    def _find(self, scope: Scope) -> tuple[BaseRoute, Scope] | None:
        """The route of this address; one that does not take the method where no other does (it says so)."""
        another: tuple[BaseRoute, Scope] | None = None
        for route in self.register().get(key_of(scope["path"]), ()):
            match, told = route.matches(scope)
            if match is Match.FULL:
                return route, told
            if match is Match.PARTIAL and another is None:
                another = route, told
        return another

    def register(self) -> dict[Key, list[BaseRoute]]:
        """The routes by what their addresses have in common, made anew when one was added."""
        if self._registered != len(self.router.routes):
            self._registered, self._register = len(self.router.routes), {}
            for route in self.router.routes:
                path: str | None = getattr(route, "path", None)
                if path and hasattr(route, "methods") and ":path}" not in path and "{" not in key_of(path)[1]:
                    self._register.setdefault(key_of(path), []).append(route)
        return self._register
