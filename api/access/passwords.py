"""Passwords: how they are hashed, and how many hashes may run at once.

argon2id with 7 MiB and five passes is the quickest, here, of the settings that OWASP holds to be equally strong at the
least: 22 ms of a core, where 19 MiB and two passes take 31; so two cores let fifty people a second in. More would slow
a thief of the store further, but would also let a flood of log-ins take the machine; that is the trade (decision
0013). At most ``AT_ONCE`` hashes run, at most ``WAITING`` wait; the rest are told to come back.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from api.errors import InvalidError, TooManyError

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

PASSES = 5
MEMORY_KIB = 7 * 1024
AT_ONCE = max(1, min(4, os.cpu_count() or 1))
WAITING = 200
SHORTEST, LONGEST = 10, 200
COMMON = frozenset(
    {"1234567890", "0123456789", "password123", "qwertyuiop", "1111111111", "minqing-map", "a123456789", "1q2w3e4r5t"}
)


@cache
def hasher() -> PasswordHash:
    """How this house hashes."""
    return PasswordHash((Argon2Hasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1),))


@cache
def decoy() -> str:
    """The hash of nothing anybody knows: judged where there is no account, so that both take the same time."""
    return hasher().hash(os.urandom(16).hex())


class Kiln:
    """Runs hashes in threads, a few at once; one a process."""

    def __init__(self) -> None:
        self._limiter = CapacityLimiter(AT_ONCE)
        self._inside = 0

    async def run(self, work: Callable[[], Result]) -> Result:
        """The result of ``work``.

        Raises:
            TooManyError: too many are waiting already.
        """
        if self._inside >= WAITING:
            raise TooManyError("登录的人太多,请稍后再试。", "Too many people are logging in; try again.", seconds=2)
        self._inside += 1
        try:
            return await anyio.to_thread.run_sync(work, limiter=self._limiter)
        finally:
            self._inside -= 1


async def verified(kiln: Kiln, password: str, hashed: str | None) -> bool:
    """Whether the password is the one that was hashed; takes as long where there is none."""
    good = await kiln.run(lambda: hasher().verify(password, hashed or decoy()))
    return good and hashed is not None


async def hashed(kiln: Kiln, password: str) -> str:
    """A new password's hash.

    Raises:
        InvalidError: too short, too long, or one that everybody tries first.
    """
    refuse_weak(password)
    return await kiln.run(lambda: hasher().hash(password))


def refuse_weak(password: str) -> None:
    """Pass if the password is worth hashing.

    Raises:
        InvalidError: too short, too long, or one that everybody tries first.
    """
    if not SHORTEST <= len(password) <= LONGEST or password.lower() in COMMON or len(set(password)) < SHORTEST // 2:
        raise InvalidError(
            f"密码至少 {SHORTEST} 个字符,且不能是常见密码。",
            f"A password has {SHORTEST} characters at least and is not one of the common ones.",
        )
