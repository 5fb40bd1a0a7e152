"""Slows down whoever guesses: the wait doubles with each failure, by account and by network.

An office shares one address, so its network may fail often before it waits; one account tried from one network may
not. An account tried from many networks waits a minute at most, so that nobody can lock another person out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.errors import TooManyError

if TYPE_CHECKING:
    from collections.abc import Mapping


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

    @property
    def counted(self) -> Mapping[str, list[bytes] | list[int]]:
        """What ``begin_log_in`` counts the attempt under, before it is judged."""
        return {
            "keys": list(self.keys),
            "free": [patience.free for patience in self.keys.values()],
            "longest": [patience.longest for patience in self.keys.values()],
        }

    @property
    def forgiven(self) -> Mapping[str, list[bytes] | bytes]:
        """What ``let_in`` forgets: this account's failures; and this one try is taken off the network's."""
        pair, account, network = self.keys
        return {"cleared": [pair, account], "shared": network}


def refuse_early(wait_s: float) -> None:
    """Pass if nobody has to wait.

    Raises:
        TooManyError: too soon after too many failures.
    """
    if wait_s > 0:
        raise TooManyError(
            f"尝试次数过多,请 {wait_s:.0f} 秒后再试。",
            f"Too many attempts; try again in {wait_s:.0f} s.",
            seconds=wait_s,
        )
