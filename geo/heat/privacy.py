"""What a map may say to those who may not see cases: never of fewer than five people, however one subtracts.

Hiding small cells of each map is not enough: two maps of overlapping periods or categories, subtracted, show one
person. So the ground is divided once, month by month, into **blocks** that share nothing: a cell, group of categories
and month with at least five reporters is one; what is left of the cell over all its groups is one together if it has
five; what is left of 5 x 5 cells likewise; the rest is never told. A map is a sum of whole blocks and of nothing else.
Whatever is computed from any number of maps is then a sum of whole blocks too, and each holds five people or more.
(This is the strictest form of complementary suppression; a month once released is never released anew.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import InvalidInputError
from geo.heat.lattice import INSIDE

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

FEWEST_REPORTERS = 5
MANY_GROUPS = -1
"""The group of a block that was put together from several."""


@dataclass(frozen=True, slots=True)
class Reports:
    """One row an issue: its cell, group of categories, month, and a number that stands for its reporter."""

    cell: Ints
    group: Ints
    month: Ints
    reporter: Ints


@dataclass(frozen=True, slots=True)
class Block:
    """What may be told: ``size`` is 1 for one cell and 25 for a square of 5 x 5, of which ``cell`` is the first.

    ``groups`` are all groups of categories that the block holds, ``count`` its issues, ``reporters`` its people.
    """

    cell: int
    size: int
    groups: tuple[int, ...]
    month: int
    count: int
    reporters: int


@dataclass(frozen=True, slots=True)
class Release:
    """The blocks of some months, and how many issues are in none."""

    blocks: tuple[Block, ...]
    untold: int

    def answer(self, first: int, last: int, groups: Collection[int] | None = None) -> tuple[Block, ...]:
        """The blocks that lie wholly within the months from ``first`` to ``last`` and the groups asked for."""
        wanted = None if groups is None else frozenset(groups)
        return tuple(
            b for b in self.blocks if first <= b.month <= last and (wanted is None or wanted.issuperset(b.groups))
        )


def release(reports: Reports, *, fewest: int = FEWEST_REPORTERS) -> Release:
    """Divide the reports of some months into blocks that may be told.

    Raises:
        InvalidInputError: a threshold of fewer than two, which protects nobody.
    """
    if fewest < 2:  # noqa: PLR2004 - one reporter is a person
        raise InvalidInputError("A threshold below two reporters protects nobody.")
    blocks: list[Block] = []
    rest = np.arange(len(reports.cell))
    steps = (
        (1, reports.group),
        (1, np.full(len(reports.cell), MANY_GROUPS)),
        (INSIDE, np.full(len(reports.cell), MANY_GROUPS)),
    )
    for size, group in steps:
        made, rest = _told(reports, rest, size, group, fewest)
        blocks += made
    return Release(tuple(blocks), len(rest))


def _told(
    reports: Reports, rest: NDArray[np.intp], size: int, group: Ints, fewest: int
) -> tuple[list[Block], NDArray[np.intp]]:
    place = reports.cell[rest] // size * size
    key = np.stack([reports.month[rest], place, group[rest]], axis=1)
    kept, at = np.unique(key, axis=0, return_inverse=True)
    at = at.reshape(-1)
    people = np.unique(np.stack([at, reports.reporter[rest]], axis=1), axis=0)[:, 0]
    distinct = np.bincount(people, minlength=len(kept)) if len(kept) else np.empty(0, np.int64)
    counts = np.bincount(at, minlength=len(kept)) if len(kept) else distinct
    blocks = []
    for i in np.flatnonzero(distinct >= fewest):
        month, cell, one = kept[i].tolist()
        inside = (one,) if one != MANY_GROUPS else tuple(np.unique(reports.group[rest[at == i]]).tolist())
        blocks.append(Block(cell, size, inside, month, int(counts[i]), int(distinct[i])))
    return blocks, rest[distinct[at] < fewest] if len(rest) else rest
