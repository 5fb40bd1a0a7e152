"""How probable a sum of neighbours is by chance alone, to the last decimal rather than by drawing lots.

A permutation test with 999 draws cannot say less than one in a thousand, which no correction for a thousand cells
survives. The sum of m values drawn at random has the m-fold convolution of their histogram, which a Fourier transform
gives at once. Drawing is with replacement, whose tails are the heavier: the test errs on the quiet side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVELS = 2_048
NOISE = 1e-14
"""What a Fourier transform leaves where nothing should be."""


def sums_by_chance(values: Floats, size: NDArray[np.int64], observed: Floats) -> tuple[Floats, Floats]:
    """P(sum >= observed) and P(sum <= observed) for sums of ``size[i]`` values drawn from ``values``.

    Values that are no whole numbers are first put on a scale of two thousand steps, rounding against significance.
    """
    low, step = _scale(values)
    level = np.rint((values - low) / step).astype(np.int64)
    histogram = np.bincount(level) / len(values)
    above, below = np.ones(len(observed)), np.ones(len(observed))
    for many in np.unique(size):
        own = size == many
        if many == 0:
            continue
        spread = _convolved(histogram, int(many))
        at = np.rint((observed[own] - many * low) / step).astype(np.int64)
        slack = 0 if step == 1 else int(many)
        up = np.concatenate([np.cumsum(spread[::-1])[::-1], [0.0]])
        down = np.cumsum(spread)
        above[own] = up[np.clip(at - slack, 0, len(spread))]
        below[own] = np.where(at + slack < 0, 0.0, down[np.clip(at + slack, 0, len(spread) - 1)])
    return np.clip(above, NOISE, 1.0), np.clip(below, NOISE, 1.0)


def _scale(values: Floats) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    if high == low or (high - low < 20 * LEVELS and np.array_equal(values, np.rint(values))):
        return low, 1.0
    return low, (high - low) / LEVELS


def _convolved(histogram: Floats, many: int) -> Floats:
    length = (len(histogram) - 1) * many + 1
    spectrum = np.fft.rfft(histogram, 1 << (length - 1).bit_length())
    spread = np.fft.irfft(spectrum**many, 1 << (length - 1).bit_length())[:length]
    return np.maximum(spread, 0.0)


def accepted(p: Floats, alpha: float) -> NDArray[np.bool_]:
    """Which p-values stand when at most a share ``alpha`` of those that stand may be false (Benjamini-Hochberg 1995).

    >>> accepted(np.array([0.001, 0.02, 0.2, 0.9]), 0.05).tolist()
    [True, True, False, False]
    """
    order = np.sort(p)
    under = np.flatnonzero(order <= alpha * np.arange(1, len(p) + 1) / len(p))
    return np.asarray(p <= order[under[-1]]) if len(under) else np.zeros(len(p), bool)
