"""Is it new, growing, or has it always been there: hot spots over the periods of a film.

Every period of every place is judged at once, so that a long film raises no more false alarms than a single map. The
names follow the emerging hot spot analysis of Esri; the trend is Mann-Kendall's over Gi* scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import InvalidInputError
from geo.heat.hotspots import ALPHA, FEWEST, _around, _getis
from geo.heat.tails import accepted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOSTLY = 0.9
"""A place hot in nine periods of ten is persistently hot."""
SURE = 0.05


class Course(StrEnum):
    """How a hot place came about."""

    NEW = "new"  # only the last period is hot, for the first time
    CONSECUTIVE = "consecutive"  # the last few periods without a break, never before
    INTENSIFYING = "intensifying"  # nearly always hot, and growing
    PERSISTENT = "persistent"  # nearly always hot
    DIMINISHING = "diminishing"  # nearly always hot, and falling
    SPORADIC = "sporadic"  # hot on and off, also now
    HISTORICAL = "historical"  # was hot, is no longer
    NONE = "none"


COURSE_ZH = {
    Course.NEW: "新出现:最近一期首次成为热点",
    Course.CONSECUTIVE: "连续:最近几期接连为热点",
    Course.INTENSIFYING: "加剧:长期为热点,且在升高",
    Course.PERSISTENT: "持续:长期为热点",
    Course.DIMINISHING: "缓解:长期为热点,正在下降",
    Course.SPORADIC: "时断时续:时有时无,最近一期仍是热点",
    Course.HISTORICAL: "曾经:过去是热点,现在不是",
    Course.NONE: "未见热点",
}
COURSE_EN = {
    Course.NEW: "new: hot in the last period for the first time",
    Course.CONSECUTIVE: "consecutive: hot in the last periods without a break",
    Course.INTENSIFYING: "intensifying: nearly always hot, and growing",
    Course.PERSISTENT: "persistent: nearly always hot",
    Course.DIMINISHING: "diminishing: nearly always hot, and falling",
    Course.SPORADIC: "sporadic: hot on and off, also now",
    Course.HISTORICAL: "historical: was hot, is no longer",
    Course.NONE: "no hot spot",
}


@dataclass(frozen=True, slots=True)
class Emergence:
    """``course`` of each place, ``hot`` by place and period, and the trend: +1 rising, -1 falling, 0 neither."""

    course: tuple[Course, ...]
    hot: NDArray[np.bool_]
    trend: NDArray[np.int64]


def emerging(
    counts: NDArray[np.int64], edges: NDArray[np.int64], base: Floats | None = None, *, alpha: float = ALPHA
) -> Emergence:
    """Judge every place in every period, then name its course.

    Args:
        counts: issues, shape (places, periods), the oldest period first.
        edges: pairs of places that are neighbours, each pair once.
        base: households of each place.
        alpha: how many of the hot places shown may be false, at most.

    Raises:
        InvalidInputError: no period at all.
    """
    n, periods = counts.shape
    if periods == 0:
        raise InvalidInputError("Hot spots over time need a period at least.")
    p, high, level = np.ones((n, periods)), np.zeros((n, periods), bool), np.zeros((n, periods))
    share = None if base is None or not base.sum() else base / base.sum()
    for t in range(periods):
        own = counts[:, t]
        if n < FEWEST or own.min(initial=0) == own.max(initial=0):
            continue
        size, summed = _around(own.astype(np.float64), edges)
        p[:, t], high[:, t] = _getis(own, size, summed, edges, share)
        level[:, t] = summed / size
    hot = accepted(p.ravel(), alpha).reshape(p.shape) & high
    trend = np.array([_trend(row) for row in level], np.int64)
    return Emergence(tuple(_course(h, int(d)) for h, d in zip(hot, trend, strict=True)), hot, trend)


def _trend(values: Floats) -> int:
    """Mann-Kendall: +1 or -1 where the order of the values is hardly chance, else 0.

    >>> _trend(np.arange(8.0)), _trend(np.arange(8.0)[::-1]), _trend(np.array([1.0, 5, 2, 4, 3, 3]))
    (1, -1, 0)
    """
    n = len(values)
    score = float(np.sign(values[None, :] - values[:, None])[np.triu_indices(n, 1)].sum())
    _, tied = np.unique(values, return_counts=True)
    variance = (n * (n - 1) * (2 * n + 5) - (tied * (tied - 1) * (2 * tied + 5)).sum()) / 18
    if variance <= 0:
        return 0
    z = (score - np.sign(score)) / np.sqrt(variance)
    return int(np.sign(score)) if abs(z) > 1.96 else 0  # noqa: PLR2004 - the 5 % of a normal curve


def _course(hot: NDArray[np.bool_], trend: int) -> Course:
    if not hot.any():
        return Course.NONE
    if hot.mean() >= MOSTLY and len(hot) > 1:
        return {1: Course.INTENSIFYING, -1: Course.DIMINISHING}.get(trend, Course.PERSISTENT)
    if not hot[-1]:
        return Course.HISTORICAL
    run = len(hot) - 1 - int(np.flatnonzero(np.append(~hot, [False]))[-1]) if not hot.all() else len(hot)
    if hot.sum() == run:
        return Course.NEW if run == 1 else Course.CONSECUTIVE
    return Course.SPORADIC
