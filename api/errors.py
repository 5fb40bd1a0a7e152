"""Everything the service answers when it cannot do what was asked, and the one table from error to status.

ServiceError
├── UnauthenticatedError 401  nobody one knows; log in
│   └── SecondFactorError     the password is right; the six digits are wanted too
├── ForbiddenError       403  known, but not in this way (another site's page, a read-only token)
│   └── FirstPasswordError    the password was made by somebody else; choose one's own first
├── NotFoundError        404  there is no such thing, or it is not yours to see
├── InvalidError         422  the request says something that cannot be
├── ConflictError        409  somebody was faster, or the store forbids the state
├── TooLargeError        413  more than one request may carry
├── UnsupportedError     415  a kind of content that is not taken
├── TooManyError         429  too often; wait
└── UnavailableError     503  the store is away; try again
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from starlette import status as http


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing said in both languages of the product."""

    zh: str
    en: str

    def spoken(self, accept_language: str | None) -> str:
        """The sentence in the language that an ``Accept-Language`` header prefers; Chinese unless English leads.

        >>> Sentence("没有", "none").spoken("en-GB,en;q=0.9"), Sentence("没有", "none").spoken(None)
        ('none', '没有')
        """
        first = (accept_language or "").strip().lower()
        return self.en if first.startswith("en") else self.zh


class ServiceError(Exception):
    """Something the service will not or cannot do, in a sentence fit for its users."""

    status = http.HTTP_500_INTERNAL_SERVER_ERROR
    kind = "about:blank"
    """The problem's ``type`` (RFC 9457), where a page has to tell one refusal from another."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.sentence = Sentence(zh, en)

    @property
    def headers(self) -> dict[str, str]:
        """What the answer's head says besides."""
        return {}

    @property
    def members(self) -> dict[str, Any]:
        """What a program reads besides the sentence (RFC 9457 extension members); plain data."""
        return {}


class UnauthenticatedError(ServiceError):
    """Nobody one knows, or no longer: log in."""

    status = http.HTTP_401_UNAUTHORIZED

    @property
    def headers(self) -> dict[str, str]:
        """Which proof is taken."""
        return {"WWW-Authenticate": 'Bearer realm="minqing"'}


class SecondFactorError(UnauthenticatedError):
    """The password is right; the six digits are wanted too."""

    kind = "second-factor"


class ForbiddenError(ServiceError):
    """Known, but not in this way. Never used for things of another jurisdiction: those are not found."""

    status = http.HTTP_403_FORBIDDEN


class FirstPasswordError(ForbiddenError):
    """Known by a password that somebody else made: nothing else is done before its owner has chosen another."""

    kind = "first-password"


class NotFoundError(ServiceError):
    """There is no such thing, or it is not yours to see: the two look the same from outside."""

    status = http.HTTP_404_NOT_FOUND


class InvalidError(ServiceError):
    """The request says something that cannot be."""

    status = http.HTTP_422_UNPROCESSABLE_CONTENT


class ConflictError(ServiceError):
    """Somebody was faster, or the store forbids the state that this would lead to."""

    status = http.HTTP_409_CONFLICT


class TooLargeError(ServiceError):
    """More than one request may carry."""

    status = http.HTTP_413_CONTENT_TOO_LARGE


class UnsupportedError(ServiceError):
    """A kind of content that is not taken."""

    status = http.HTTP_415_UNSUPPORTED_MEDIA_TYPE


class TooManyError(ServiceError):
    """Too often; wait ``seconds``."""

    status = http.HTTP_429_TOO_MANY_REQUESTS

    def __init__(self, zh: str, en: str, *, seconds: float) -> None:
        super().__init__(zh, en)
        self.seconds = seconds

    @property
    def headers(self) -> dict[str, str]:
        """How long to wait."""
        return {"Retry-After": str(max(1, math.ceil(self.seconds)))}


class UnavailableError(ServiceError):
    """The store is away for the moment."""

    status = http.HTTP_503_SERVICE_UNAVAILABLE
