"""The door for reports: whoever has an account comes in under it, a resident without one comes in as nobody.

Nobody sees no row of the store; what a stranger may do goes through functions that look at one case only.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from api import lease
from api.access.admission import COOKIE, SAFE_METHODS, Asker, address_of, admitted
from api.access.audit import Action, record
from api.access.keyring import Keyring
from api.access.roles import Role
from api.access.routes import the_ring
from api.database import Borrowed
from api.errors import NotFoundError
from api.issues.report import Sender


async def anybody(request: Request, session: Borrowed) -> AsyncIterator[AsyncSession]:
    """A transaction of whoever asks; of nobody where neither cookie nor token is shown."""
    if COOKIE in request.cookies or "authorization" in request.headers:
        async with admitted(request, session):
            yield session
        return
    await lease.begin(session)
    session.info["asker"] = Asker()
    session.info["address"] = address_of(request)
    yield session
    if request.method not in SAFE_METHODS and not session.info.get("recorded"):
        route = getattr(request.scope.get("route"), "path", "")
        await record(session, Action.REQUEST_MADE, kind="route", details={"method": request.method, "route": route})


AnySession = Annotated[AsyncSession, Depends(anybody, scope="function")]


async def sender(session: AnySession, ring: Annotated[Keyring, Depends(the_ring)]) -> Sender:
    """Whoever reports; anybody but an auditor, who reads events and nothing else.

    Raises:
        NotFoundError: an auditor.
    """
    who: Asker = session.info["asker"]
    if who.roles == {Role.AUDITOR}:
        raise NotFoundError("审计账号不能上报。", "An auditor's account does not report.")
    return Sender(who, ring, session.info["address"])


TheSender = Annotated[Sender, Depends(sender)]
