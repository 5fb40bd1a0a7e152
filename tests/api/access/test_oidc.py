"""Logging in through a provider: a real one on this machine, which can be told to lie."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import uvicorn
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

from api.access.admission import COOKIE
from api.access.roles import Role
from api.main import create_app
from api.settings import Settings
from tests.api.access.conftest import NO_PAGES
from tests.api.access.world import BY_ROLE, key

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping
    from pathlib import Path

    import psycopg

POST = BY_ROLE[Role.COMMUNITY]
CLIENT, SECRET, SUBJECT = "minqing", "a secret", "u-4711"


@dataclass
class Door:
    """The provider: it vouches for ``SUBJECT``; ``lies`` replace claims, ``key`` signs."""

    issuer: str = ""
    lies: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    signer: RSAKey | None = None
    asked: dict[str, str] = field(default_factory=dict)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        def configuration() -> dict[str, Any]:
            here = {name: f"{self.issuer}/{name}" for name in ("authorize", "token", "jwks")}
            return {
                "issuer": self.issuer,
                "authorization_endpoint": here["authorize"],
                "token_endpoint": here["token"],
                "jwks_uri": here["jwks"],
            }

        @app.get("/authorize")
        def authorize(request: Request) -> RedirectResponse:
            self.asked = dict(request.query_params)
            return RedirectResponse(f"{self.asked['redirect_uri']}?code=c0de&state={self.asked['state']}", 302)

        @app.post("/token")
        async def token(request: Request) -> Any:
            form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
            proven = create_s256_code_challenge(form["code_verifier"]) == self.asked["code_challenge"]
            assert httpx.BasicAuth(CLIENT, SECRET)._auth_header == request.headers["authorization"]  # as it spells it
            if not proven or form["code"] != "c0de":
                return {"error": "invalid_grant"}
            now = int(time.time())
            claims = {
                "iss": self.issuer, "sub": SUBJECT, "aud": CLIENT, "iat": now, "exp": now + 300,
                "nonce": self.asked["nonce"], **self.lies,
            }  # fmt: skip
            signer = self.signer or self.key
            return {"access_token": "x", "token_type": "Bearer",
                    "id_token": jwt.encode({"alg": "RS256", "kid": "one"}, claims, signer)}  # fmt: skip

        @app.get("/jwks")
        def jwks() -> dict[str, Any]:
            return {"keys": [self.key.as_dict(private=False)]}

        return app


@pytest.fixture(scope="module")
def provider() -> Iterator[Door]:
    door = Door()
    listener = socket.create_server(("127.0.0.1", 0))
    door.issuer = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(door.app(), log_level="error"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    yield door
    server.should_exit = True
    thread.join()


@pytest.fixture
def door(provider: Door) -> Door:
    """The provider, honest again."""
    provider.lies, provider.signer = {}, None
    return provider


@pytest.fixture
async def visitor(
    door: Door, world_url: str, app_database_url: str, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    assert world_url
    settings = Settings(
        app_database_url=app_database_url, web_dist=NO_PAGES, pool_size=2, data_dir=tmp_path,
        oidc_issuer=door.issuer, oidc_client_id=CLIENT, oidc_client_secret=SECRET,
    )  # fmt: skip
    app = create_app(settings)
    transport = httpx.ASGITransport(app=app, client=("10.1.2.3", 4711))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as client,
    ):
        yield client


@pytest.fixture
def linked(door: Door, behind: psycopg.Connection) -> Iterator[None]:
    behind.execute(
        "INSERT INTO credential (account_id, oidc_subject) VALUES (%s, %s)"
        " ON CONFLICT (account_id) DO UPDATE SET oidc_subject = excluded.oidc_subject",
        [key("account", POST.login), f"{door.issuer} {SUBJECT}"],
    )
    yield
    behind.execute("UPDATE credential SET oidc_subject = NULL WHERE account_id = %s", [key("account", POST.login)])


async def there_and_back(visitor: httpx.AsyncClient, **changed: str) -> httpx.Response:
    begun = await visitor.get("/api/oidc/start")
    assert begun.status_code == 302, begun.text
    async with httpx.AsyncClient() as outside:
        sent = await outside.get(begun.headers["location"])
    query = {name: values[0] for name, values in parse_qs(urlsplit(sent.headers["location"]).query).items()}
    return await visitor.get("/api/oidc/back", params={**query, **changed})


@pytest.mark.usefixtures("linked")
async def test_a_linked_account_comes_in(visitor: httpx.AsyncClient) -> None:
    assert (await visitor.get("/api/oidc")).json()["offered"] is True
    back = await there_and_back(visitor)
    assert (back.status_code, back.headers["location"]) == (302, "/")
    assert COOKIE in visitor.cookies
    assert (await visitor.get("/api/me")).json()["login"] == POST.login


async def test_whoever_is_not_linked_stays_outside(visitor: httpx.AsyncClient) -> None:
    back = await there_and_back(visitor)
    assert back.status_code == 401
    assert COOKIE not in visitor.cookies


LIES: Mapping[str, dict[str, Any]] = {
    "another audience": {"aud": "somebody-else"},
    "another issuer": {"iss": "https://evil.example"},
    "another log-in": {"nonce": "replayed"},
    "no nonce": {"nonce": None},
    "too late": {"exp": 1_000_000},
    "nobody": {"sub": None},
}


@pytest.mark.usefixtures("linked")
@pytest.mark.parametrize("lie", LIES)
async def test_a_token_that_does_not_fit_lets_nobody_in(visitor: httpx.AsyncClient, door: Door, lie: str) -> None:
    door.lies = LIES[lie]
    assert (await there_and_back(visitor)).status_code == 401
    assert COOKIE not in visitor.cookies


@pytest.mark.usefixtures("linked")
async def test_a_token_signed_by_a_stranger_lets_nobody_in(visitor: httpx.AsyncClient, door: Door) -> None:
    door.signer = RSAKey.generate_key(2048, {"kid": "one"})
    assert (await there_and_back(visitor)).status_code == 401


@pytest.mark.usefixtures("linked")
@pytest.mark.parametrize("changed", [{"state": "forged"}, {"code": "guessed"}, {"state": ""}])
async def test_a_forged_way_back_lets_nobody_in(visitor: httpx.AsyncClient, changed: dict[str, str]) -> None:
    assert (await there_and_back(visitor, **changed)).status_code == 401


@pytest.mark.usefixtures("linked")
async def test_a_way_back_without_a_beginning_lets_nobody_in(visitor: httpx.AsyncClient) -> None:
    assert (await visitor.get("/api/oidc/back", params={"code": "c0de", "state": "x"})).status_code == 401
