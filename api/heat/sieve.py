"""A question in numbers: which rows of the facts pass, and which of them the asker may see."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from api.heat.facts import Part
    from api.heat.schemas import Question
    from api.heat.watch import Watch

KINDS = ("request", "event", "hazard", "component")
STATES = (
    "reported",
    "verified",
    "accepted",
    "filed",
    "dispatched",
    "returned",
    "claimed",
    "handling",
    "handled",
    "checked",
    "closed",
    "surveyed",
    "reopened",
    "rejected",
    "merged",
    "split",
    "void",
)
SOURCES = ("resident", "grid_worker", "patrol", "hotline", "desk", "open311", "import")
SETTLED = ("closed", "surveyed", "rejected", "merged", "split", "void")
OPEN = tuple(s for s in STATES if s not in SETTLED)
NOT_COUNTED = ("merged", "split", "void")
"""What was found not to be an issue of its own is on no map unless one asks for just that."""


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
            keep &= _any_of(part["category"], self.category) | _any_of(part["top"], self.category)
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


def _any_of(column: NDArray[np.int32], numbers: frozenset[int]) -> NDArray[np.bool_]:
    if len(numbers) == 1:
        return np.asarray(column == next(iter(numbers)))
    if not len(column) or not numbers:
        return np.zeros(len(column), np.bool_)
    table = np.zeros(max(int(column.max()), *numbers) + 1, np.bool_)
    table[list(numbers)] = True
    return np.asarray(table[column])


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
    category = frozenset(watch.numbers("category", list(asked.category))) if asked.category else None
    return Sieve(asked.days(), wanted, category, place, by_hour=bool(asked.hour or asked.weekday), sight=sight)
