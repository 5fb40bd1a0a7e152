"""Which body answers for an issue: the first rule, in their order, whose every named condition holds.

Pure, so that a rule can be tried before it is kept; the store decides by the same order (``body_for``, 0051).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

OTHER_CATEGORY = Refusal("category", "类别不符", "another category")
OTHER_KIND = Refusal("kind", "种类不符", "another kind")
ELSEWHERE = Refusal("place", "地点不在其范围", "the place lies elsewhere")
AFTER = Refusal("after", "符合,但排在已命中的规则之后", "it fits, but comes after the rule that decided")


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table; a condition of None holds for everything."""

    id: UUID
    rank: int
    category: str | None
    kind: str | None
    subdistrict_id: UUID | None
    community_id: UUID | None
    compound_id: UUID | None
    body_id: UUID


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be answered for: a category of a kind, at a place."""

    category: str
    kind: str
    subdistrict_id: UUID | None
    community_id: UUID | None
    compound_id: UUID | None


def refusal(rule: Rule, asked: Question) -> Refusal | None:
    """Tell which condition of a rule does not hold, or None where all do."""
    if rule.category is not None and rule.category not in (asked.category, asked.category.partition(".")[0]):
        return OTHER_CATEGORY
    if rule.kind is not None and rule.kind != asked.kind:
        return OTHER_KIND
    places = ("subdistrict_id", "community_id", "compound_id")
    if any(getattr(rule, place) not in (None, getattr(asked, place)) for place in places):
        return ELSEWHERE
    return None


def ordered(rules: Iterable[Rule]) -> list[Rule]:
    """The order in which rules are asked: by rank, then by key."""
    return sorted(rules, key=lambda rule: (rule.rank, rule.id))


def decide(rules: Iterable[Rule], asked: Question) -> tuple[Rule | None, list[tuple[Rule, Refusal | None]]]:
    """The rule that decides, and of every rule in order why it does not (None: it does)."""
    decided: Rule | None = None
    told: list[tuple[Rule, Refusal | None]] = []
    for rule in ordered(rules):
        why = refusal(rule, asked)
        if why is None and decided is not None:
            why = AFTER
        elif why is None:
            decided = rule
        told.append((rule, why))
    return decided, told
