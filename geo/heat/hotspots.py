"""Where there is more than chance would bring: Getis-Ord Gi* and local Moran, with the false alarms kept in check.

A place is hot only if it stands out twice: against its neighbours by plain count, and against what its households would
bring. The first alone shows where people live, the second alone where a survey was done. Each statistic is judged by
exact tails instead of a normal curve, which small counts do not follow, and Benjamini and Hochberg's rule keeps the
false ones below 5 %; where nothing but chance is at work, at most one map in twenty therefore shows anything at all.

Sources: Getis and Ord 1992; Ord and Getis 1995; Anselin 1995; Benjamini and Hochberg 1995. esda gives the same scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from geo.errors import InvalidInputError
from geo.heat.tails import accepted, sums_by_chance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ALPHA = 0.05
FEWEST = 8
"""Places below which nothing can stand out from the rest."""


class Kind(StrEnum):
    """What a place is beside its neighbours."""

    HOT = "hot"
    COLD = "cold"
    LONE = "lone"  # high among low: a single address rather than a quarter
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class HotSpots:
    """One row a place. ``z`` is Gi*'s standard score, ``i`` local Moran's; ``p`` and ``moran_p`` are two-sided."""

    kind: NDArray[np.str_]
    z: Floats
    p: Floats
    i: Floats
    moran_p: Floats
    expected: Floats

    @property
    def any(self) -> bool:
        """Whether the map shows anything."""
        return bool((self.kind != Kind.PLAIN).any())


def hot_spots(
    counts: NDArray[np.int64], edges: NDArray[np.int64], base: Floats | None = None, *, alpha: float = ALPHA
) -> HotSpots:
    """Judge every place by its own count and its neighbours'.

    Args:
        counts: issues of each place, none where it is calm; leave out places without data.
        edges: pairs of places that are neighbours, each pair once; shape (m, 2).
        base: households of each place; without them only counts are judged.
        alpha: how many of the places shown may be false, at most; Gi* and Moran share it.

    Raises:
        InvalidInputError: counts below zero, or a base that does not fit.
    """
    if (counts < 0).any() or (base is not None and (len(base) != len(counts) or (base < 0).any())):
        raise InvalidInputError("Each place needs a count and a base of nothing or more.")
    total, n = int(counts.sum()), len(counts)
    share = np.full(n, 1 / max(n, 1)) if base is None or not base.sum() else base / base.sum()
    if n < FEWEST or total == 0 or counts.min() == counts.max():
        nothing = np.zeros(n)
        return HotSpots(np.full(n, Kind.PLAIN.value), nothing, nothing + 1, nothing, nothing + 1, share * total)
    size, summed = _around(counts.astype(np.float64), edges)
    p, above = _getis(counts, size, summed, edges, None if base is None else share)
    z, i, moran_p, lone = _statistics(counts, edges, share * total)
    kind = np.full(n, Kind.PLAIN.value, dtype="<U8")
    stands = accepted(p, alpha / 2)
    kind[stands & above] = Kind.HOT.value
    kind[stands & ~above] = Kind.COLD.value
    kind[accepted(moran_p, alpha / 2) & lone & ~stands] = Kind.LONE.value
    return HotSpots(kind, z, p, i, moran_p, share * total)


def _around(values: Floats, edges: NDArray[np.int64]) -> tuple[NDArray[np.int64], Floats]:
    """How many places there are in each neighbourhood with its middle, and the sum of their values."""
    n = len(values)
    ends = edges.reshape(-1, 2)
    size = 1 + np.bincount(ends.ravel(), minlength=n)
    summed = values + np.bincount(ends[:, 0], values[ends[:, 1]], n) + np.bincount(ends[:, 1], values[ends[:, 0]], n)
    return size, summed


def _getis(
    counts: NDArray[np.int64],
    size: NDArray[np.int64],
    summed: Floats,
    edges: NDArray[np.int64],
    share: Floats | None,
) -> tuple[Floats, NDArray[np.bool_]]:
    """Two-sided p of each neighbourhood's sum, the worse of both yardsticks, and whether it lies above."""
    above, below = sums_by_chance(counts.astype(np.float64), size, summed)
    high = above <= below
    if share is None:
        return np.minimum(1.0, 2 * np.minimum(above, below)), high
    from scipy.stats import binom  # noqa: PLC0415 - half a second to import, for those who never ask for hot spots

    _, around = _around(share, edges)
    around = np.clip(around, 0.0, 1.0)
    more, fewer = binom.sf(summed - 1, counts.sum(), around), binom.cdf(summed, counts.sum(), around)
    p = np.minimum(1.0, 2 * np.minimum(np.maximum(above, more), np.maximum(below, fewer)))
    return p, np.maximum(above, more) <= np.maximum(below, fewer)


def _statistics(
    counts: NDArray[np.int64], edges: NDArray[np.int64], expected: Floats
) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Gi* and local Moran of what is left after ``expected``, with exact tails for the latter.

    Written out, because a weights object of a city's cells takes minutes to build; the tests hold both to esda's.
    """
    left = (counts - expected) / np.sqrt(np.maximum(expected, 1e-9))
    left = np.where(expected > 0, left, 0.0)
    n, size, summed = len(left), *_around(left, edges)
    from_mean, spread = left - left.mean(), left.std()
    around, neighbours = summed - left, size - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (summed - left.mean() * size) / (spread * np.sqrt((n * size - size**2) / (n - 1)))
        lag = np.where(neighbours > 0, around / neighbours - left.mean(), 0.0)
        i = (n - 1) * from_mean * lag / (from_mean**2).sum()
    above, below = sums_by_chance(left, neighbours, around)
    among_low = around < neighbours * left.mean()
    moran_p = np.minimum(1.0, 2 * np.minimum(above, below))
    return np.nan_to_num(z), np.nan_to_num(i), moran_p, (from_mean > 0) & among_low
