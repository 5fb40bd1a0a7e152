"""Tiles kept at hand in memory, each under the exact version it has; the store is asked for the version every time."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from api.compression import Encoding


@dataclass(frozen=True, slots=True)
class Kept:
    """A tile as it was sent, with the version it stands for."""

    etag: str
    body: bytes
    encoding: Encoding
    note: str = ""


@dataclass(slots=True)
class Shelf:
    """At most ``capacity`` bytes of tiles; what was not asked for the longest makes room."""

    capacity: int
    size: int = 0
    _kept: OrderedDict[Hashable, Kept] = field(default_factory=OrderedDict)

    def get(self, key: Hashable) -> Kept | None:
        """What is kept for ``key``, now the freshest in memory."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def put(self, key: Hashable, kept: Kept) -> None:
        """Keep a tile, letting go of others as needed."""
        if (old := self._kept.pop(key, None)) is not None:
            self.size -= len(old.body)
        if len(kept.body) > self.capacity:
            return
        self._kept[key] = kept
        self.size += len(kept.body)
        while self.size > self.capacity:
            _, gone = self._kept.popitem(last=False)
            self.size -= len(gone.body)
