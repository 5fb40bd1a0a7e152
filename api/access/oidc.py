"""Logging in at somebody else's door: OpenID Connect (authorization code with PKCE), where the office has a provider.

The provider vouches for a subject; an account is let in only where an administrator has linked it to that subject
(``./minqing user link``). What has to survive the way there and back lies in a signed cookie of ten minutes.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from api.errors import ForbiddenError, NotFoundError, UnauthenticatedError, UnavailableError

if TYPE_CHECKING:
    from api.access.keyring import Keyring
    from api.settings import Settings

COOKIE = "minqing_oidc"
COOKIE_PATH = "/api/oidc"
PATIENCE_S = 10.0
LASTS_S = 600
LEEWAY_S = 60
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
"""Signatures by a key that only the provider has; never ``none``, never a shared secret."""
NOT_PROVEN = ("统一认证没有通过,请重新登录。", "The sign-on was not proven; please begin again.")


@dataclass(frozen=True, slots=True)
class Provider:
    """The office's provider, as it was registered there."""

    issuer: str
    client_id: str
    client_secret: str
    label: str


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and what it keeps until it is back."""

    address: str
    cookie: str


def provider_of(settings: Settings) -> Provider | None:
    """The provider that the settings name, if they name one.

    Raises:
        ForbiddenError: it is reached without TLS and is not on this machine.
    """
    if not settings.oidc_issuer or not settings.oidc_client_id:
        return None
    parts = urlsplit(settings.oidc_issuer)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ForbiddenError("统一认证地址必须用 https。", "The provider has to be reached over https.")
    issuer = settings.oidc_issuer.rstrip("/")
    return Provider(issuer, settings.oidc_client_id, settings.oidc_client_secret or "", settings.oidc_label)


def needed(settings: Settings) -> Provider:
    """The provider.

    Raises:
        NotFoundError: there is none.
    """
    found = provider_of(settings)
    if found is None:
        raise NotFoundError("没有这个地址。", "There is nothing at this address.")
    return found


def _signer(ring: Keyring) -> Any:
    from itsdangerous import URLSafeTimedSerializer  # noqa: PLC0415  # only where there is a provider

    return URLSafeTimedSerializer(ring.digest("oidc cookie"), salt="minqing oidc")


async def begin(provider: Provider, ring: Keyring, back: str) -> Begun:
    """Send somebody to the provider; ``back`` is our address that the provider answers to."""
    from authlib.oauth2.rfc7636 import create_s256_code_challenge  # noqa: PLC0415  # only where there is a provider

    kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
    asked = {
        "response_type": "code",
        "scope": "openid",
        "client_id": provider.client_id,
        "redirect_uri": back,
        "state": kept["state"],
        "nonce": kept["nonce"],
        "code_challenge": create_s256_code_challenge(kept["verifier"]),
        "code_challenge_method": "S256",
    }
    there = (await _discovered(provider))["authorization_endpoint"]
    return Begun(f"{there}{'&' if '?' in there else '?'}{urlencode(asked)}", _signer(ring).dumps(kept))


async def finish(provider: Provider, ring: Keyring, back: str, *, cookie: str, code: str, state: str) -> str:
    """Whom the provider vouches for: its issuer and its subject, in one word.

    Raises:
        UnauthenticatedError: the cookie, the state, the code or the token is not what it should be.
    """
    from itsdangerous import BadData  # noqa: PLC0415  # only where there is a provider

    try:
        kept = _signer(ring).loads(cookie, max_age=LASTS_S)
    except BadData as error:
        raise UnauthenticatedError(*NOT_PROVEN) from error
    if not code or not secrets.compare_digest(kept["state"].encode(), state.encode()):
        raise UnauthenticatedError(*NOT_PROVEN)
    known = await _discovered(provider)
    shown = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": kept["verifier"]}
    told = await _ask("POST", known["token_endpoint"], data=shown, auth=(provider.client_id, provider.client_secret))
    keys = await _ask("GET", known["jwks_uri"])
    return f"{provider.issuer} {_subject(provider, told.get('id_token'), keys, kept['nonce'])}"


def _subject(provider: Provider, token: Any, keys: dict[str, Any], nonce: str) -> str:
    """Who the token speaks of, once its signature and every claim of it have been checked.

    Raises:
        UnauthenticatedError: it is not the provider's, not for us, not of this log-in, or no longer good.
    """
    from authlib.oidc.core import CodeIDToken  # noqa: PLC0415  # only where there is a provider
    from joserfc import jwt  # noqa: PLC0415  # see above
    from joserfc.jwk import KeySet  # noqa: PLC0415  # see above

    essential = {"iss": {"essential": True, "value": provider.issuer}, "sub": {"essential": True}}
    options = {**essential, "aud": {"essential": True, "value": provider.client_id}, "exp": {"essential": True}}
    try:
        read = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type]  # its own TypedDict
        claims = CodeIDToken(read.claims, read.header, options, {"nonce": nonce, "client_id": provider.client_id})
        claims.validate(now=int(time.time()), leeway=LEEWAY_S)
    except Exception as error:  # every way in which a stranger's token can be wrong is the same refusal
        raise UnauthenticatedError(*NOT_PROVEN) from error
    if claims.get("nonce") != nonce:
        raise UnauthenticatedError(*NOT_PROVEN)
    return str(claims["sub"])


async def _discovered(provider: Provider) -> dict[str, Any]:
    known = await _ask("GET", f"{provider.issuer}/.well-known/openid-configuration")
    if known.get("issuer", "").rstrip("/") != provider.issuer:
        raise UnauthenticatedError(*NOT_PROVEN)
    return known


async def _ask(method: str, address: str, **what: Any) -> dict[str, Any]:
    """One answer of the provider.

    Raises:
        UnauthenticatedError: it refuses.
        UnavailableError: it does not answer.
    """
    import httpx  # noqa: PLC0415  # a tenth of a second of every start, for offices that have a provider

    try:
        async with httpx.AsyncClient(timeout=PATIENCE_S) as client:
            answer = await client.request(method, address, **what)
        told: dict[str, Any] = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise UnavailableError(
            "统一认证服务没有回应,请稍后再试。", "The provider does not answer; try again."
        ) from error
    if answer.is_error or not isinstance(told, dict):
        raise UnauthenticatedError(*NOT_PROVEN)
    return told
