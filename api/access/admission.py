"""Every request comes in through here: who is asking, and which rows of the store are theirs to see.

``admitted`` runs round each request's transaction and writes the asker's jurisdiction into it (migration 0021);
without it the store shows nothing. A visitor without a name is let in on the sample only, from this machine only,
to read only.
"""

from __future__ import annotations

import hashlib
import ipaddress
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import asyncpg
from fastapi import Depends, Request, Response
from sqlalchemy import text
from starlette.requests import cookie_parser

from api.access import forgery
from api.access.audit import Action, address_prefix, record
from api.access.known import Recognised
from api.access.roles import Role
from api.database import Session
from api.errors import FirstPasswordError, ForbiddenError, NotFoundError, UnauthenticatedError
from api.lease import begin

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncSession
    from starlette.types import Scope

    from api.access.known import Known

COOKIE = "minqing_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORWARDED = frozenset({b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"via"})
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
LONGEST_TOKEN = 200
COOKIE_S = 7 * 86_400

BY_SESSION = text("SELECT e.*, md5(e::text) AS stamp FROM enter_by_session(:digest) AS e")
BY_TOKEN = text("SELECT e.*, md5(e::text) AS stamp FROM enter_by_token(:digest) AS e")
AS_VISITOR = text("SELECT enter_as_visitor()")
AGAIN = r"SELECT enter_again('{way}', '\x{digest}', '{stamp}')"
WITH_A_GIVEN_PASSWORD = {("GET", "/api/me"), ("PUT", "/api/me/password"), ("DELETE", "/api/session")}
"""What somebody may do whose password another person made: see who they are, choose their own, leave."""
ANOTHER = "MQ001"
"""What the store says when the asker is no longer who they were (migration 0008)."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Whoever asks: an account with the roles it holds today, or a visitor of the sample (no account)."""

    account_id: UUID | None = None
    person_id: UUID | None = None
    login: str = ""
    session_id: UUID | None = None
    roles: frozenset[Role] = frozenset()

    @property
    def is_visitor(self) -> bool:
        """Whether nobody has logged in."""
        return self.account_id is None

    def holds(self, *roles: Role) -> bool:
        """Whether the asker holds any of ``roles`` anywhere."""
        return not self.roles.isdisjoint(roles)


def digest(token: str) -> bytes:
    """What the store keeps of a token: enough to know it again, too little to use it."""
    return hashlib.sha256(token.encode()).digest()


def heard(scope: Scope) -> dict[bytes, bytes]:
    """The headers of a request by their names, small letters; of those said twice the first counts."""
    return dict(reversed(scope["headers"]))


def on_this_machine(request: Request) -> bool:
    """Whether the request comes from the machine itself, and through no proxy that would make it look so.

    The name in ``Host`` counts too: a page elsewhere may have its name resolved to 127.0.0.1.
    """
    return came_from_here(request.scope)


def came_from_here(scope: Scope) -> bool:
    """The same of a bare scope. Several ask, of every tile; the first answer is kept with the request."""
    here = scope.get(HERE)
    if here is None:
        here = scope[HERE] = _came_from_here(scope)
    return bool(here)


HERE = "minqing.here"


def _came_from_here(scope: Scope) -> bool:
    client, headers = scope.get("client"), heard(scope)
    if client is None or not FORWARDED.isdisjoint(headers):
        return False
    return _is_loopback(client[0]) and _is_local(headers.get(b"host", b""))


@lru_cache(1024)
def _is_local(host: bytes) -> bool:
    whole = host.decode("latin-1")
    name, _, port = whole.rpartition(":")
    return (name if name and port.isdigit() else whole) in LOCAL_NAMES


@lru_cache(1024)
def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request shows of who makes it.

    ``way`` is "session", "token" or "visitor"; ``here`` whether the request was made on this machine.
    """

    way: str
    digest: bytes = b""
    here: bool = False


def credential(request: Request) -> Credential:
    """What this request shows; the store judges it. What is too long to be one of ours is cut, and so is none."""
    return shown_by(request.scope)


def shown_by(scope: Scope) -> Credential:
    """The same of a bare scope. Several ask; the first answer is kept with the request."""
    shown: Credential | None = scope.get(SHOWN)
    if shown is None:
        shown = scope[SHOWN] = _credential(scope)
    return shown


SHOWN = "minqing.shown"


def _credential(scope: Scope) -> Credential:
    here, headers = came_from_here(scope), heard(scope)
    scheme, _, bearer = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme.lower() == "bearer":
        return Credential("token", digest(bearer.strip()[:LONGEST_TOKEN]), here=here)
    if b"cookie" in headers and (cookie := _cookie(scope)):
        return Credential("session", digest(cookie[:LONGEST_TOKEN]), here=here)
    return Credential("visitor", here=here)


def _cookie(scope: Scope) -> str:
    said = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
    return cookie_parser(said.decode("latin-1")).get(COOKIE, "")


@asynccontextmanager
async def admitted(request: Request, session: AsyncSession) -> AsyncIterator[None]:
    """Write the asker's jurisdiction into this transaction, and at its end see that a change was written down.

    Raises:
        UnauthenticatedError: nobody one knows, or no longer.
        FirstPasswordError: the asker has to choose a password before anything else.
        ForbiddenError: the request was made by another site's page, or the token is for reading only.
    """
    asker = await _recognise(request, session)
    if asker is None:
        raise UnauthenticatedError("请先登录。", "Please log in first.")
    session.info["asker"] = asker
    session.info["address"] = address_of(request)
    yield
    if request.method not in SAFE_METHODS and not session.info.get("recorded"):
        route = getattr(request.scope.get("route"), "path", "")
        details = {"method": request.method, "route": route, "ids": request.path_params}
        await record(session, Action.REQUEST_MADE, kind="route", details=details)


def address_of(request: Request) -> str:
    """The network that the request came from."""
    return network(request.scope)


def network(scope: Scope) -> str:
    """The same of a bare scope."""
    client = scope.get("client")
    return address_prefix(client[0]) if client else ""


def hand_out(request: Request, response: Response, cookie: str) -> None:
    """Give a session's cookie to the browser: unreadable to scripts, and over TLS only where there is TLS."""
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, cookie, max_age=COOKIE_S, path="/", httponly=True, samesite="lax", secure=secure)


async def _recognise(request: Request, session: AsyncSession) -> Asker | None:
    """Begin the transaction in the name of whoever asks; None for nobody one knows."""
    shown = credential(request)
    if shown.way == "visitor" and (request.method not in SAFE_METHODS or not shown.here):
        return None
    known: Known = request.app.state.known
    recognised = await _again(session, known, shown) or await _anew(session, shown)
    if recognised is None or (recognised.demo and not shown.here):
        return None
    known.keep(shown, recognised)
    if recognised.given and (request.method, request.scope["path"]) not in WITH_A_GIVEN_PASSWORD:
        raise FirstPasswordError("请先设置自己的密码。", "Choose a password of your own first.")
    if request.method not in SAFE_METHODS:
        _refuse_change(request, recognised)
    return recognised.asker


async def _again(session: AsyncSession, known: Known, shown: Credential) -> Recognised | None:
    """Begin as whom this credential stood for the last time, in one trip; None, and begun as nobody, if it does not."""
    expected = known.find(shown)
    if expected is None:
        await begin(session)
        return None
    try:
        await begin(session, AGAIN.format(way=shown.way, digest=shown.digest.hex(), stamp=expected.stamp))
    except asyncpg.PostgresError as error:
        if error.sqlstate != ANOTHER:
            raise
        known.forget(shown)
        await begin(session, anew=True)
        return None
    return expected


async def _anew(session: AsyncSession, shown: Credential) -> Recognised | None:
    if shown.way == "visitor":
        admitted = (await session.execute(AS_VISITOR)).scalar()
        return Recognised(Asker(), "visitor") if admitted else None
    query = BY_TOKEN if shown.way == "token" else BY_SESSION
    row = (await session.execute(query, {"digest": shown.digest})).mappings().one()
    if row["account_id"] is None:
        return None
    asker = Asker(
        row["account_id"],
        row["person_id"],
        row["login"],
        row.get("session_id"),
        frozenset(Role(name) for name in row["roles"]),
    )
    may_write = "write" in row.get("scopes", ("write",))
    return Recognised(asker, row["stamp"], demo=row["demo"], given=row.get("given", False), may_write=may_write)


def _refuse_change(request: Request, recognised: Recognised) -> None:
    if recognised.asker.session_id is not None:
        forgery.refuse(request, request.cookies[COOKIE])
    elif not recognised.may_write:
        raise ForbiddenError("此令牌只能读取。", "This token may only read.")


async def asker(session: Session) -> Asker:
    """Whoever asks, for routes that want to know."""
    found: Asker = session.info["asker"]
    return found


async def member(who: Annotated[Asker, Depends(asker)]) -> Asker:
    """Whoever asks, logged in.

    Raises:
        UnauthenticatedError: a visitor.
    """
    if who.is_visitor:
        raise UnauthenticatedError("请先登录。", "Please log in first.")
    return who


def only(*roles: Role) -> Callable[[Asker], Awaitable[Asker]]:
    """A dependency that lets holders of ``roles`` pass; to everybody else there is nothing at that address."""

    async def holder(who: Annotated[Asker, Depends(member)]) -> Asker:
        if not who.holds(*roles):
            raise NotFoundError("没有这个地址。", "There is nothing at this address.")
        return who

    return holder


Asking = Annotated[Asker, Depends(asker)]
Member = Annotated[Asker, Depends(member)]
