"""Reports that say again what was said: by the same person within a week, or from the same place within minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from api.heat import count
from api.heat.schemas import NoteRead
from geo.heat import doubts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from api.heat.facts import Facts
    from api.heat.sieve import Sieve

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

MOST = 200_000
"""Issues up to which a map says how many were said again; sorting more would keep its reader waiting."""


def flags(rows: Mapping[str, Ints]) -> tuple[Flags, Flags]:
    """Which rows the same person said again, and which others came in a storm of duplicates."""
    reporter = np.where(rows["reporter"] == 0, -1, rows["reporter"] & 0x7FFFFFFF)
    again = doubts.again(rows["cell"], rows["category"], reporter, rows["at"])
    return again, doubts.storm(rows["cell"], rows["category"], rows["at"]) & ~again


def notes(facts: Facts, sieve: Sieve) -> list[NoteRead]:
    """What a map says of them; they are on it all the same, and only hot spots count them once."""
    names = ("cell", "category", "reporter", "at")
    rows = dict(zip(names, count.chosen(facts, sieve, *names), strict=True))
    if not 0 < len(rows["cell"]) <= MOST:
        return []
    again, storm = flags(rows)
    found = [(doubts.Doubt.AGAIN, int(again.sum())), (doubts.Doubt.STORM, int(storm.sum()))]
    told = [doubts.note(doubt, many) for doubt, many in found if many]
    return [NoteRead(doubt=n.doubt.value, count=n.count, zh=n.zh, en=n.en) for n in told]
