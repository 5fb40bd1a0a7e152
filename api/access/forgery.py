"""Keeps other sites' pages from acting in a logged-in person's name (CSRF).

Three walls: the cookie is ``SameSite=Lax``; the browser's own word on where a request comes from (``Sec-Fetch-Site``,
else ``Origin``) must be this site; and a header must carry a word only our own page can know, derived from the cookie.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from api.errors import ForbiddenError

if TYPE_CHECKING:
    from fastapi import Request

HEADER = "x-minqing-csrf"
OURS = frozenset({"same-origin", "none"})


def word(cookie: str) -> str:
    """The word that belongs to a session's cookie; the page learns it when it logs in."""
    return hmac.new(cookie.encode(), b"minqing csrf", hashlib.sha256).hexdigest()


def from_our_page(request: Request) -> bool:
    """What the browser says about where the request was made; a client that is no browser says nothing."""
    if (site := request.headers.get("sec-fetch-site")) is not None:
        return site in OURS
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def refuse(request: Request, cookie: str) -> None:
    """Pass if the request was made by our own page.

    Raises:
        ForbiddenError: it was not, or cannot show that it was.
    """
    shown = request.headers.get(HEADER, "")
    if not from_our_page(request) or not hmac.compare_digest(shown.encode(), word(cookie).encode()):
        raise ForbiddenError(
            "请求来源无法确认,请刷新页面后重试。",
            "It is not clear that this request came from our own page; reload it and try again.",
        )
