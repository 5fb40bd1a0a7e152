"""Names the bodies whose closings the residents deny: on paper in time, in the survey not solved.

A body that closes what it has not done looks well in every figure but one. Each body's surveys are laid beside those of
all others (Fisher's exact test, one-sided, with Benjamini and Hochberg's control over the bodies): what is named here
is no bad luck, and on random answers at most one page in a hundred names anybody.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FEWEST = 20
"""Surveys below which nothing is said of a body."""
AT_MOST = 0.01
"""The share of false alarms among pages that is borne."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Surveys of one body, category and compound: how many, and how many of them content (4 or 5 of 5)."""

    body: str
    category: str
    compound: str | None
    asked: int
    content: int


@dataclass(frozen=True, slots=True)
class Signal:
    """A body that residents are far less content with than with all others, and where and what it is mostly about."""

    body: str
    asked: int
    content: int
    others: float
    p: float
    categories: tuple[str, ...]
    compounds: tuple[str, ...]


def signals_of(answers: Sequence[Answers]) -> tuple[Signal, ...]:
    """The bodies to look at, the surest first."""
    asked, content = _sums(answers, "asked"), _sums(answers, "content")
    judged = sorted(body for body, many in asked.items() if many >= FEWEST)
    p = {body: _by_chance(asked[body], content[body], asked.total(), content.total()) for body in judged}
    ranked = sorted(judged, key=p.__getitem__)
    last = max((k for k, body in enumerate(ranked, 1) if p[body] <= AT_MOST * k / len(ranked)), default=0)
    return tuple(_signal(body, answers, asked, content, p[body]) for body in ranked[:last])


def _sums(answers: Iterable[Answers], what: str) -> Counter[str]:
    sums: Counter[str] = Counter()
    for one in answers:
        sums[one.body] += getattr(one, what)
    return sums


def _by_chance(asked: int, content: int, asked_in_all: int, content_in_all: int) -> float:
    """How probable so few contented are, were every survey as good as any other."""
    from scipy.stats import hypergeom  # noqa: PLC0415 - slow to load, and only the morning wants it

    return float(hypergeom.cdf(content, asked_in_all, content_in_all, asked))


def _signal(body: str, answers: Sequence[Answers], asked: Counter[str], content: Counter[str], p: float) -> Signal:
    own = [one for one in answers if one.body == body]
    rest = asked.total() - asked[body]
    others = (content.total() - content[body]) / rest if rest else 0.0
    denied = {"category": Counter[str](), "compound": Counter[str]()}
    for one in own:
        for what, counter in denied.items():
            if name := getattr(one, what):
                counter[name] += one.asked - one.content
    most = {what: tuple(name for name, many in c.most_common(2) if many) for what, c in denied.items()}
    return Signal(body, asked[body], content[body], others, p, most["category"], most["compound"])


def surely(p: float) -> tuple[str, str]:
    """A probability as a clerk says it.

    >>> surely(3e-9)[0], surely(0.004)[0]
    ('不到万分之一', '不到百分之一')
    """
    for bound, zh, en in ((1e-4, "万分之一", "one in ten thousand"), (1e-3, "千分之一", "one in a thousand")):
        if p < bound:
            return f"不到{zh}", f"less than {en}"
    return "不到百分之一", "less than one in a hundred"
