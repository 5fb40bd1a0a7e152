"""What every answer forbids the browser: to run foreign scripts, guess types, be framed, keep what it was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self), microphone=(self), payment=(), usb=()",
}
A_YEAR = "max-age=31536000"


def page_policy(basemaps: Sequence[str] = ()) -> str:
    """The content security policy of our pages: own scripts only; ``basemaps`` are origins whose tiles may be drawn.

    Element Plus and MapLibre set styles on elements, hence 'unsafe-inline' for styles; scripts never.

    >>> "script-src 'self';" in page_policy()
    True
    """
    outside = "".join(f" {origin}" for origin in basemaps)
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            "worker-src 'self' blob:",
            "style-src 'self' 'unsafe-inline'",
            f"img-src 'self' data: blob:{outside}",
            f"connect-src 'self'{outside}",
            "font-src 'self' data:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class SecurityHeaders:
    """Adds the headers to every answer that does not bring its own.

    What somebody logged in was told is not kept by the browser at all: offices share their computers.
    """

    def __init__(self, app: ASGIApp, *, basemaps: Sequence[str] = ()) -> None:
        self.app = app
        self.page = _raw({"Content-Security-Policy": page_policy(basemaps)})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        api = scope["path"].startswith("/api/")
        added = [*ALWAYS, *(API if api else self.page)]
        if scope["scheme"] == "https":
            added += HTTPS
        if api and any(name in (b"cookie", b"authorization") for name, _ in scope["headers"]):
            added += PRIVATE

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                own = {name for name, _ in headers}
                message["headers"] = headers + [pair for pair in added if pair[0] not in own]
            await send(message)

        await self.app(scope, receive, told)


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Headers as they go over the wire: written once, not for every answer."""
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


ALWAYS = _raw(FIXED)
API = _raw({"Content-Security-Policy": API_POLICY})
HTTPS = _raw({"Strict-Transport-Security": A_YEAR})
PRIVATE = _raw({"Cache-Control": "no-store"})


def of_data(scheme: str) -> list[tuple[bytes, bytes]]:
    """What an answer of the service itself, no page, carries over ``scheme``; a new list."""
    return [*ALWAYS, *API, *HTTPS] if scheme == "https" else [*ALWAYS, *API]
