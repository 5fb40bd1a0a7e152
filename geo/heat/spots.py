"""Hot places that touch are one spot, and a spot is told in a sentence that needs no statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.heat.hotspots import HotSpots

SURE_ZH = ((1e-6, "百万分之一"), (1e-4, "万分之一"), (1e-3, "千分之一"), (0.01, "百分之一"), (1.0, "百分之五"))
SURE_EN = ((1e-6, "one in a million"), (1e-4, "one in 10,000"), (1e-3, "one in 1,000"), (0.01, "1 %"), (1.0, "5 %"))
KINDS_ZH = {"hot": "热点", "cold": "冷点", "lone": "孤点"}
KINDS_EN = {"hot": "hot spot", "cold": "cold spot", "lone": "single address"}


@dataclass(frozen=True, slots=True)
class Spot:
    """Places of one kind that touch: their positions, issues, what chance would bring, and how improbable it is."""

    kind: str
    places: tuple[int, ...]
    count: int
    expected: float
    p: float

    @property
    def times(self) -> float:
        """How many times as many as chance would bring."""
        return self.count / self.expected if self.expected else float("inf")


def spots_of(found: HotSpots, counts: NDArray[np.int64], edges: NDArray[np.int64]) -> tuple[Spot, ...]:
    """The spots of a map, the most improbable first."""
    spots = []
    for kind in ("hot", "cold", "lone"):
        own = np.flatnonzero(found.kind == kind)
        for group in _touching(own, edges):
            p = found.moran_p if kind == "lone" else found.p
            inside = np.array(group)
            count, expected = int(counts[inside].sum()), float(found.expected[inside].sum())
            spots.append(Spot(kind, tuple(group), count, expected, float(p[inside].min())))
    return tuple(sorted(spots, key=lambda s: (s.kind != "hot", s.p, -s.count)))


def _touching(own: NDArray[np.int64], edges: NDArray[np.int64]) -> list[list[int]]:
    group = {int(place): int(place) for place in own}

    def root(place: int) -> int:
        while group[place] != place:
            group[place] = group[group[place]]
            place = group[place]
        return place

    for a, b in edges.tolist():
        if a in group and b in group:
            group[root(a)] = root(b)
    together: dict[int, list[int]] = {}
    for place in group:
        together.setdefault(root(place), []).append(place)
    return [sorted(g) for g in together.values()]


def sentence(spot: Spot, *, where: str, what: str, language: str = "zh-CN") -> str:
    """What a clerk reads about a spot: where, what, how many, how many one would expect, and how sure we are.

    >>> s = Spot("hot", (1, 2), 42, 9.0, 1e-5)
    >>> sentence(s, where="光华一期一带", what="噪声", language="zh-CN")
    '热点:光华一期一带,噪声42件;按户数只应有约9件,多出3.7倍。纯属偶然的可能性不到万分之一。'
    >>> sentence(s, where="around Guanghua I", what="noise", language="en")
    'Hot spot: around Guanghua I, 42 issues (noise); by households one would expect about 9, so 4.7 times as many. \
Chance alone would bring this less often than one in 10,000.'
    """
    expected = f"{spot.expected:.0f}" if spot.expected >= 10 else f"{spot.expected:.2g}"  # noqa: PLR2004 - two digits
    if language == "en":
        sure = next(words for p, words in SURE_EN if spot.p < p or p == 1.0)
        how = "far fewer than that" if spot.kind == "cold" else f"so {spot.times:.1f} times as many"
        return (
            f"{KINDS_EN[spot.kind].capitalize()}: {where}, {spot.count} issues ({what}); by households one would expect"
            f" about {expected}, {how}. Chance alone would bring this less often than {sure}."
        )
    sure = next(words for p, words in SURE_ZH if spot.p < p or p == 1.0)
    how = "明显偏少" if spot.kind == "cold" else f"多出{max(spot.times - 1, 0):.1f}倍"
    return (
        f"{KINDS_ZH[spot.kind]}:{where},{what}{spot.count}件;按户数只应有约{expected}件,{how}。"
        f"纯属偶然的可能性不到{sure}。"
    )
