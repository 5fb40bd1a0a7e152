"""Chance that can be repeated: every street draws its own lots from the seed and its own name.

A place's generator depends on its key alone, never on what was drawn before it, so a community made alone,
in a district or in parallel is the same community.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

EDITION_MS = 1_767_225_600_000  # 2026-01-01T00:00Z: the moment all synthetic places claim to be from


def lots(seed: int, *key: str | int) -> np.random.Generator:
    """The random generator of one place.

    >>> bool(lots(1, "community", 7).integers(1000) == lots(1, "community", 7).integers(1000))
    True
    """
    return np.random.default_rng(int.from_bytes(_digest(seed, *key), "big"))


def shares(seed: int, *key: str | int) -> tuple[float, float]:
    """Two numbers in [0, 1) that belong to a key: lots for places too many to give each a generator."""
    digest = _digest(seed, *key)
    return int.from_bytes(digest[:6], "big") / 2**48, int.from_bytes(digest[6:12], "big") / 2**48


def _digest(seed: int, *key: str | int) -> bytes:
    text = "/".join(str(part) for part in (seed, *key))
    return blake2b(text.encode(), digest_size=16).digest()


def identities(seed: int, *key: str | int) -> Iterator[UUID]:
    """Endless ids of one place's rows, in rising order of index: UUIDs of version 7 (RFC 9562).

    The clock part is the edition plus a number drawn from the key, so the rows of a community lie together in an
    index; the next 12 bits count, the rest is drawn.
    """
    rng = lots(seed, "identity", *key)
    clock = EDITION_MS - int(rng.integers(1 << 30))
    count = 0
    while True:
        for tail in rng.integers(1 << 62, size=256).tolist():
            stamp = (clock + (count >> 12)) << 80
            yield UUID(int=stamp | 7 << 76 | (count & 0xFFF) << 64 | 2 << 62 | tail)
            count += 1
