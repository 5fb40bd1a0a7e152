"""A question in numbers: which rows of the facts pass, and which of them the asker may see."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from api.issues.matter import OPEN, SETTLED, Kind, Status
from api.issues.schemas import Source

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from api.heat.facts import Part
    from api.heat.schemas import Question
    from api.heat.watch import Watch

KINDS = tuple(Kind)
STATES = tuple(Status)
SOURCES: tuple[str, ...] = get_args(Source)
"""In the facts each is a number, its place in these lists from one (migration 0070)."""
NOT_COUNTED = (Status.MERGED, Status.SPLIT, Status.VOID)
"""What was found not to be an issue of its own is on no map unless one asks for just that."""
MOST_RUNS = 6
"""Runs of numbers up to which comparing is quicker than looking each up."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Which issues somebody may see: all, or those of some places and bodies, by their numbers."""

    everything: bool = False
    community: frozenset[int] = frozenset()
    compound: frozenset[int] = frozenset()
    grid: frozenset[int] = frozenset()
    body: frozenset[int] = frozenset()

    @property
    def sees_cases(self) -> bool:
        """Whether there is anything that they see case by case."""
        return self.everything or bool(self.community or self.compound or self.grid or self.body)


@dataclass(frozen=True, slots=True)
class Sieve:
    """A question in numbers: for each column the numbers that pass (None: all)."""

    days: tuple[int, int]
    wanted: dict[str, frozenset[int]] = field(default_factory=dict)
    category: frozenset[int] | None = None
    """Categories of the lower level; together with ``top``, None where any will do."""
    top: frozenset[int] = frozenset()
    place: tuple[str, frozenset[int]] | None = None
    by_hour: bool = False
    sight: Sight = Sight()

    def over(self, first: int, last: int) -> Sieve:
        """The same sieve for another period."""
        return replace(self, days=(first, last))

    def passes(self, part: Part) -> NDArray[np.bool_]:
        """Which rows of a part pass."""
        first, last = self.days
        day = part["day"]
        keep = part.alive & (day >= first) & (day <= last)
        for name, numbers in self.wanted.items():
            keep &= _any_of(part[name], numbers)
        if self.category is not None:
            keep &= _any_of(part["category"], self.category) | _any_of(part["top"], self.top)
        if self.place is not None:
            keep &= _any_of(part[self.place[0]], self.place[1])
        if self.by_hour:
            keep &= ~part["midnight"]
        return keep if self.sight.everything else keep & self._seen(part)

    def _seen(self, part: Part) -> NDArray[np.bool_]:
        seen = np.zeros(len(part), np.bool_)
        for name in ("community", "compound", "grid", "body"):
            numbers: frozenset[int] = getattr(self.sight, name)
            if numbers:
                seen |= _any_of(part[name], numbers)
        return seen


def _any_of(column: NDArray[Any], numbers: frozenset[int]) -> NDArray[np.bool_]:
    """Whether each value is one of these numbers."""
    if not numbers:
        return np.zeros(len(column), np.bool_)
    runs = _runs(numbers)
    if len(runs) <= MOST_RUNS:
        found = np.zeros(len(column), np.bool_)
        for low, high in runs:
            found |= column == low if low == high else (column >= low) & (column <= high)
        return found
    table = np.zeros(max(int(column.max(initial=0)), *numbers) + 1, np.bool_)
    table[list(numbers)] = True
    return np.asarray(table[column])


@lru_cache(1_024)
def _runs(numbers: frozenset[int]) -> tuple[tuple[int, int], ...]:
    """The numbers as stretches without a gap.

    >>> _runs(frozenset({1, 2, 3, 7}))
    ((1, 3), (7, 7))
    """
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return tuple(runs)


def sieve(asked: Question, sight: Sight, watch: Watch, place: tuple[str, frozenset[int]] | None = None) -> Sieve:
    """The question as a sieve; hours and weekdays leave out what came at an import's midnight."""
    wanted: dict[str, frozenset[int]] = {}
    states = frozenset(asked.status) or frozenset(STATES) - frozenset(NOT_COUNTED)
    if asked.open is not None:
        states &= frozenset(OPEN if asked.open else SETTLED)
    if states != frozenset(STATES):
        wanted["status"] = frozenset(STATES.index(s) + 1 for s in states)
    if asked.kind:
        wanted["kind"] = frozenset(KINDS.index(k) + 1 for k in asked.kind)
    if asked.source:
        wanted["source"] = frozenset(SOURCES.index(s) + 1 for s in asked.source)
    for name in ("severity", "hour", "weekday"):
        if chosen := getattr(asked, name):
            wanted[name] = frozenset(chosen)
    if asked.body_id:
        wanted["body"] = frozenset(watch.numbers("body", [str(b) for b in asked.body_id]))
    lower, upper = (
        frozenset(watch.numbers("category", [code for code in asked.category if ("." in code) is below]))
        for below in (True, False)
    )
    by_hour = bool(asked.hour or asked.weekday)
    return Sieve(asked.days(), wanted, lower if asked.category else None, upper, place, by_hour=by_hour, sight=sight)
