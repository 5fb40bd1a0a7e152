"""The stranger's own look at plans of two grids: every pair of medoids, all divisions between them, in numpy rows."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]


def least_of_pairs(households: Sequence[int], walk: Vector, sizes: Vector) -> float:
    """What no plan of two grids undercuts, connected or not.

    Args:
        households: of each atom.
        walk: (n, n) what the walk of atom i to medoid j costs.
        sizes: what both sizes cost, by the households of the first grid (0..total).
    """
    least = inf
    for one in range(len(households) - 1):
        others = np.arange(one + 1, len(households))
        bare = np.minimum(walk[:, [one]], walk[:, others]).sum(axis=0) + sizes.min()
        others = others[bare < least]
        if not len(others):
            continue
        rows = np.full((len(others), len(sizes)), inf)
        rows[:, 0] = 0.0
        for atom, own in enumerate(households):
            there = rows + walk[atom, others][:, None]
            here = np.full_like(rows, inf)
            here[:, own:] = rows[:, : len(sizes) - own] + walk[atom, one]
            rows = np.minimum(there, here)
        least = min(least, float((rows + sizes).min()))
    return least
