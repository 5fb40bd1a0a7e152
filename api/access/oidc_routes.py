"""Logging in through the office's own provider (OpenID Connect), where there is one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from api.access import admission, login, oidc
from api.access.routes import TheRing
from api.access.schemas import OidcRead

router = APIRouter(prefix="/api/oidc", tags=["account"])
Word = Annotated[str, Query(max_length=4000)]


def _back(request: Request) -> str:
    return str(request.base_url).rstrip("/") + "/api/oidc/back"


@router.get("")
async def read_oidc(request: Request) -> OidcRead:
    """Whether one may log in through a provider, and what it is called."""
    provider = oidc.provider_of(request.app.state.settings)
    return OidcRead(offered=provider is not None, label=provider.label if provider else "")


@router.get("/start", response_class=RedirectResponse)
async def begin(request: Request, ring: TheRing) -> RedirectResponse:
    """Off to the provider."""
    provider = oidc.needed(request.app.state.settings)
    begun = await oidc.begin(provider, ring, _back(request))
    response = RedirectResponse(begun.address, status_code=302)
    secure = request.url.scheme == "https"
    response.set_cookie(
        oidc.COOKIE, begun.cookie, max_age=oidc.LASTS_S, path=oidc.COOKIE_PATH, httponly=True, samesite="lax",
        secure=secure,
    )  # fmt: skip
    return response


@router.get("/back", response_class=RedirectResponse)
async def finish(request: Request, ring: TheRing, code: Word = "", state: Word = "") -> RedirectResponse:
    """Back from the provider: the session begins where the account is linked to whom it vouches for."""
    provider = oidc.needed(request.app.state.settings)
    cookie = request.cookies.get(oidc.COOKIE, "")[:4000]
    subject = await oidc.finish(provider, ring, _back(request), cookie=cookie, code=code, state=state)
    device = request.headers.get("user-agent", "")
    caller = login.Caller(admission.address_of(request), device, admission.on_this_machine(request))
    session = await login.log_in_as(request.app.state.engine, subject, caller)
    response = RedirectResponse("/", status_code=302)
    admission.hand_out(request, response, session)
    response.delete_cookie(oidc.COOKIE, path=oidc.COOKIE_PATH)
    return response
