"""Chance as an argument: a tiny random stream that compiled loops and Python share.

The state is one ``uint64`` in an array; the step is SplitMix64 (Steele, Lea and Flood 2014).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geo.compiled import compiled

if TYPE_CHECKING:
    from numpy.typing import NDArray


def stream(seed: int) -> NDArray[np.uint64]:
    """A fresh stream; the same seed gives the same draws."""
    return np.array([seed % 2**64], dtype=np.uint64)


@compiled
def draw(chance: NDArray[np.uint64]) -> float:
    """The next number, uniform in [0, 1)."""
    chance[0] += np.uint64(0x9E3779B97F4A7C15)
    z = chance[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return float(z >> np.uint64(11)) / 9007199254740992.0


@compiled
def below(chance: NDArray[np.uint64], most: int) -> int:
    """The next whole number, uniform in 0..most − 1."""
    return int(draw(chance) * most)
