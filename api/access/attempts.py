"""Slows down whoever guesses: the wait doubles with each failure, by account and by network.

An office shares one address, so its network may fail often before it waits; one account tried from one network may
not. An account tried from many networks waits a minute at most, so that nobody can lock another person out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from api.errors import TooManyError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

TRY_ONCE = text("SELECT try_once(:key, :free, :longest)")
FORGET = text("SELECT forget_tries(:cleared, :shared)")


@dataclass(frozen=True, slots=True)
class Patience:
    """How many failures are free, and how long the longest wait is (seconds)."""

    free: int
    longest: int


PAIR = Patience(free=5, longest=900)
ACCOUNT = Patience(free=20, longest=60)
NETWORK = Patience(free=60, longest=900)


def _key(kind: str, *words: str) -> bytes:
    return hashlib.sha256("\0".join((kind, *words)).encode()).digest()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to log in."""

    login: str
    network: str

    @property
    def keys(self) -> dict[bytes, Patience]:
        """What is counted."""
        return {
            _key("pair", self.login, self.network): PAIR,
            _key("account", self.login): ACCOUNT,
            _key("network", self.network): NETWORK,
        }

    async def begin(self, session: AsyncSession) -> None:
        """Count the attempt before it is judged.

        Raises:
            TooManyError: too soon after too many failures.
        """
        waits = [
            float((await session.execute(TRY_ONCE, {"key": k, "free": p.free, "longest": p.longest})).scalar_one())
            for k, p in self.keys.items()
        ]
        if (wait := max(waits)) > 0:
            raise TooManyError(
                f"尝试次数过多,请 {wait:.0f} 秒后再试。", f"Too many attempts; try again in {wait:.0f} s.", seconds=wait
            )

    async def succeed(self, session: AsyncSession) -> None:
        """Forget this account's failures, and take this try off the network's."""
        pair, account, network = self.keys
        await session.execute(FORGET, {"cleared": [pair, account], "shared": network})
